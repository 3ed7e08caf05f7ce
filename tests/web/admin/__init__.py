"""The administrator's face."""
