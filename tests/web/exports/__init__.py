"""Proofs of exports."""
