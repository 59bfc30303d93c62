"""One file per official procedure: load, call, save."""
