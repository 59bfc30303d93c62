"""Compliance review (合规性核验): may this be built here, on that day, and which clause says so."""
