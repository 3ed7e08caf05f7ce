"""Since when documents are on record."""
