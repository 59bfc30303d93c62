"""The terminal door: parse, call one workflow or ask the store, print."""
