"""Activities and open days, and the register of contacts outside the company."""
