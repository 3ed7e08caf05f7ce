"""Answers that do not count any more, with their reason. Kept empty."""
