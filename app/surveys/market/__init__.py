"""The market-standing survey: frame of competing communities, interviews of an outside agency."""
