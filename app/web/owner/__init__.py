"""Face of the owner (业主): phone pages, no login, a token."""
