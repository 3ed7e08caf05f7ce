"""Do several questions measure one thing: alpha, omega."""
