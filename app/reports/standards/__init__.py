"""Standards, losses, key figures, the service guide and customer files, as tables and on paper."""
