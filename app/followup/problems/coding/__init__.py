"""Comments get their codes: suggestions of the worker, decisions of people."""
