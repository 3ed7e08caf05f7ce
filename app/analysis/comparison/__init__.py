"""Is there a difference: campaigns, communities, segments."""
