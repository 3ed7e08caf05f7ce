"""Pure parts of webhooks: addresses, signatures, gaps."""
