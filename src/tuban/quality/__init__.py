"""Is the data sound? A package and a profile in, findings out; nothing is read from or kept in the store."""
