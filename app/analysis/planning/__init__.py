"""How many answers are needed, how wide intervals will be, what audit calls can find."""
