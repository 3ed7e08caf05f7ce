"""Repairs in the worker: reading files of orders, counting months, printing special records."""
