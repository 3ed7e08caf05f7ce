"""Praise (表扬): who was praised, by how many homes, and that they were thanked."""
