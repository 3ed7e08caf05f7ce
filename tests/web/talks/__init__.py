"""Pages of talks and opinions."""
