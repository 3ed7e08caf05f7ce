"""Files of other tools, read with limits: CSV here, workbooks and SPSS files in a child process."""
