"""Changing the key that texts are sealed with."""
