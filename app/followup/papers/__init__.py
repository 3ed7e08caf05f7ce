"""Sheets ordered on a page and printed by the worker; sealed, and gone after a day."""
