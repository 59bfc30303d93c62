"""Law and standard as data files, and their one reader, `tuban.standards.load`."""
