"""Services of talks on real databases."""
