"""Lists of cases by the page, and the figures above them."""
