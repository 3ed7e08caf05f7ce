"""Complaints as they are counted: facts without a home, for the figures of months."""
