"""Notices, letters and reminders to owners, and what became of them. Kept empty."""
