"""The nouns of spatial planning, in plain Python."""
