"""The sample county: a complete plan database, invented, that meets published figures."""
