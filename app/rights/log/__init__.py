"""Reading the audit log: search, who saw a home, anchors."""
