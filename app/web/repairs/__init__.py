"""Pages of repairs: orders, imports, special visits, flags, defects under watch, rates."""
