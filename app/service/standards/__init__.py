"""Service standards and promises in numbers, losses of customers, figures that may be ranked."""
