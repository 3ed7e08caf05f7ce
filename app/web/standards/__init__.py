"""Pages of service standards, losses, key figures and the service guide."""
