"""Orders of printed questionnaires, their sealed files and the sheets they made. Kept empty."""
