"""Reading scanned sheets: from a file somebody scanned to the boxes of each page."""
