"""Sums of complaints over a month."""
