"""Webhooks: what happened is told to other systems, signed, at least once, in order per thing."""
