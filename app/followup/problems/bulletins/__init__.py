"""What owners said and what was done: the bulletin after the next campaign."""
