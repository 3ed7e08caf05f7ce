"""Everything up to the frozen snapshot."""
