"""What waits for a person, over all open batches."""
