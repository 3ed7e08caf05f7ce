"""Printed questionnaires as PDF: base pages, stamping, cover sheets, bundles. Kept empty."""
