"""Printed matter: bundles for buildings, posters, the hand-over book. Kept empty."""
