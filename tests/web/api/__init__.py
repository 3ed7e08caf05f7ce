"""The API for programs: every operation, its guard, its description."""
