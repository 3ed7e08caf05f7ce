"""Progress of collection: curves of earlier campaigns, forecast of the day, doors to knock on."""
