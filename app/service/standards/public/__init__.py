"""The service guide as everybody may read it."""
