"""Holds of a gate and changes of the rate it asks for. Kept empty."""
