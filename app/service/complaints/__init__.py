"""Complaints: clocks, steps, escalation, repeats, their papers and the monthly figures."""
