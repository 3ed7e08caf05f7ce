"""Instruments in other formats, and back."""
