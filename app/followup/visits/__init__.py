"""Home visits to important customers: plan, appointment, record at the door, what was promised."""
