"""What the worker reads of a community to measure its signals. Kept empty."""
