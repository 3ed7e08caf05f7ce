"""Standards, losses, the service guide and customer files on a database."""
