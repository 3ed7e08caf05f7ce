"""Pages of standards, losses, key figures and the service guide."""
