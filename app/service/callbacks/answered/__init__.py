"""Complaints that were answered and are called back about."""
