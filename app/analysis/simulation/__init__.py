"""Communities with known truth, for tests, demonstrations and coverage."""
