"""Schema of the database, step by step (Alembic). A published step never changes."""
