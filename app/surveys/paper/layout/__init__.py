"""Where every box of a printed questionnaire lies: shared by printing and reading. Kept empty."""
