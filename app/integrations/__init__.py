"""Other systems: keys of the API, webhooks and their deliveries."""
