"""Results of the company and its regions, and the heads of many results."""
