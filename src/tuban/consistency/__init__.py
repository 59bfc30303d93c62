"""Do the numbers agree? Text, tables and map of a plan (图数文一致)."""

from tuban.consistency.check import check, check_many

__all__ = ["check", "check_many"]
