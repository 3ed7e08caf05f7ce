"""Face of the interviewer (访员): interviews at home on a tablet, all day without a network."""
