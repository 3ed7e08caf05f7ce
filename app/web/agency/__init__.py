"""The face of the outside agency of the market survey."""
