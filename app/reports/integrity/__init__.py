"""Jobs of the integrity checks: measures, calls, figures with and without, digests. Kept empty."""
