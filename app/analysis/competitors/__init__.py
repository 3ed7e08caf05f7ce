"""Market standing: companies side by side by what residents of different companies say."""
