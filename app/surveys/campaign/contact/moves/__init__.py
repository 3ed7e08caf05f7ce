"""Statements that move the tally. Kept empty."""
