"""Erasing one home: what is destroyed, what stays as a number, what people see to."""
