"""Sub-codes of complaints, the numbers head office may choose, and running numbers."""
