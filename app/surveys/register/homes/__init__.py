"""One home of the register: found, shown, and changed with its history."""
