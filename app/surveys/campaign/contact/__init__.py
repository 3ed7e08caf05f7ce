"""What happened with each household of a frame, and the counts of it. Kept empty."""
