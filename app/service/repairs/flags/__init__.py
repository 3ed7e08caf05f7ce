"""Flags: what customers said is not as the order claims, checked by head office."""
