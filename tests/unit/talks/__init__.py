"""Rules of talks."""
