"""HTTP faces; with the factory and the CLI the only code that knows Flask."""
