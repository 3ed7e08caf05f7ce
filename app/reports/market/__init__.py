"""Stored results of market surveys, their exhibits and their report."""
