"""Statements on the events of households. Kept empty."""
