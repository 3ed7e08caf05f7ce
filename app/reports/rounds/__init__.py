"""Rounds: studies and reports of all communities of a campaign, ordered at once."""
