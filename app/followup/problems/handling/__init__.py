"""Shared problems on their way: found, drafted, checked, approved, published, closed."""
