"""Calling back in the worker: the weekly draw, links that leave the house, the record as PDF."""
