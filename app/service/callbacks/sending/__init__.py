"""Links on their way to the customers: what is read of many of them at once."""
