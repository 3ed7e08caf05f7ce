"""The administrator's face (/admin): accounts. No answer and no household is within its reach."""
