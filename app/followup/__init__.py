"""After the answers: follow-up lists and home visits."""
