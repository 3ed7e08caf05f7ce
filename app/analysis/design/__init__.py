"""How was it sampled: strata, clusters, weights."""
