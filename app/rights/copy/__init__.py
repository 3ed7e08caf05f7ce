"""The copy of everything stored about a home, for its owner."""
