"""Tests of the papers and figures of complaints."""
