"""Reading of XLSX files of unknown origin: in a child process without rights."""
