"""Standards, losses and the service guide: figures worked by hand."""
