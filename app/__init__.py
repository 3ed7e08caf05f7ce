"""Resident satisfaction surveys: collect, freeze, analyse, follow up. Kept empty."""
