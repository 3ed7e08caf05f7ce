"""What head office decides about a community's answers, and appeals against it. Kept empty."""
