"""Repairs on real databases: imports, rework, watch, rates."""
