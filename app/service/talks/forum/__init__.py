"""Opinions read in forums and WeChat groups: taken in, replied to, counted."""
