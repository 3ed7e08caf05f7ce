"""Counts of months, kept so that a year is read from some hundred rows."""
