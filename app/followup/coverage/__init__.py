"""How far the work after the answers has come in each community; counts, never scores."""
