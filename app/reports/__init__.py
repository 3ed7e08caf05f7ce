"""Results stored, drawn and printed."""
