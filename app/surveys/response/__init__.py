"""Responses (答卷) from every channel."""
