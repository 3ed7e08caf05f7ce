"""The scan desk: batches, trays, decisions, second keying, on both databases."""
