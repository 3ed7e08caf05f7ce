"""Exhibits: one chart, the table of the same numbers, and what both rest on."""
