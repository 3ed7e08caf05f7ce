"""The check of the tally: what it says against a fresh count, and its mending."""
