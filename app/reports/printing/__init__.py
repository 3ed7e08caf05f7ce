"""Orders to print the files of results: light, for pages and for the jobs that follow a freeze."""
