"""How sure is it: replicates, intervals, many comparisons, ranks."""
