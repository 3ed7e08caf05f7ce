"""Gaps, service promises and corrective actions, and whether they helped."""
