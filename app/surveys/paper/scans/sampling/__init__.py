"""Sheets keyed a second time: which, and how often what stands was wrong."""
