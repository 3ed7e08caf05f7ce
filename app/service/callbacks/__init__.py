"""Calling back: the weekly draw of repairs, every answered complaint, links to all orders."""
