"""Complaints about the same: repeats of a home, and groups of homes."""
