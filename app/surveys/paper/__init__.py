"""Paper: printed sheets, their scans, and what was read of them."""
