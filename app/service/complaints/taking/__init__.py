"""Where complaints come from: a place of the register, or a case turned out of a survey."""
