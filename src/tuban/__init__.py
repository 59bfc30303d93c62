"""Tuban (图斑): keep, check, watch and yearly optimise a territorial spatial plan."""

__version__ = "0.1.0"
