"""Major defects under watch: inspections by days and after rain, their special record."""
