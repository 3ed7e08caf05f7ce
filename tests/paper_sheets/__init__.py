"""Printed forms, filled with pens, scanned and damaged: sheets with known answers."""
