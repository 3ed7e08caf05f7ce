"""Pages of complaints: the list, taking one in, the page of one, its acts, sub-codes, figures."""
