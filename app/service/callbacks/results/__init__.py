"""Results of calling back: counts of a month by office, shares with intervals."""
