"""Scanned paper: batches, pages in their trays, what people decide, and the answer made of it."""
