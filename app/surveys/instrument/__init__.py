"""Instruments (问卷): YAML to immutable objects. Pure."""
