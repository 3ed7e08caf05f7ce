"""How good is it: means, shares, indices."""
