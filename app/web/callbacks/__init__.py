"""Pages of calling back: lists, one call, links, results, the record of a week."""
