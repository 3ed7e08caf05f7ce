"""Timers: what a campaign no longer needs goes by itself."""
