"""Face of the entry clerk at head office or branch, never the office being rated."""
