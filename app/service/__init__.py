"""The service loop around the survey: complaints, repairs, call-backs, talks, standards."""
