"""What a pilot showed: how long it took, what was skipped, where people stopped. Kept empty."""
