"""Orders from another system: a file to lines, lines to orders, unknown places to a tray."""
