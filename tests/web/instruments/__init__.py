"""Pages of head office about questionnaires."""
