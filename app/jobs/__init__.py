"""Background work, kept in the database: no broker needed."""
