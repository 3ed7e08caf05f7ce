"""The calls of a community: drawn, given, made. Kept empty."""
