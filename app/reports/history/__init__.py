"""Figures of entered waves: studied by the worker, shown before the first own campaign."""
