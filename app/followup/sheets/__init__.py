"""Follow-up lists and record sheets on paper, sealed, deleted after a day."""
