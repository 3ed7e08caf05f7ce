"""Earlier campaigns and other tools' data, entered by file and column map."""
