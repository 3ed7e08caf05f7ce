"""Statistics on frozen data. Pure: no Flask, no SQL, no files, no clock, no global random state."""
