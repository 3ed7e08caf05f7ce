"""Rules, joining and reading of repair orders, without a database."""
