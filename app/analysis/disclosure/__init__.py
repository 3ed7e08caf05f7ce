"""What may be said: suppression of small numbers."""
