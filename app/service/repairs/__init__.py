"""Repair orders from another system, rework, special visits and the watch list of defects."""
