"""What was answered: rows of small integers, additive moment cells, means out of them."""
