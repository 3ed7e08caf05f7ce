"""Pages of the papers and figures of complaints, shared by the roles that work with them."""
