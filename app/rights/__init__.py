"""What the law gives an owner, and what keeps it true: erasure, copy, withdrawal, keys, timers."""
