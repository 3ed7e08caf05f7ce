"""Proofs over every route there is: who may call it, and what every one of them refuses."""
