"""Keys, idempotent writes and webhooks of other systems, on both databases."""
