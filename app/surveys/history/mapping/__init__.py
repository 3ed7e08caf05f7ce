"""Which column of a foreign file answers what: proposals, the map, and what it takes. Pure."""
