"""Reports to the authority by version, and papers printed by the worker."""
