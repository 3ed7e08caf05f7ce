"""Whether collected answers are real: signals, scores, audit calls, decisions. Kept empty."""
