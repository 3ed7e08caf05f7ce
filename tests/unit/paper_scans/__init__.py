"""The rules of trays and of second keying, without a database."""
