"""What happened with one household, over all campaigns."""
