"""What first: gaps, PFI (改进优先项), the importance-performance matrix, their order."""
