"""Tests of decisions about gates in words."""
