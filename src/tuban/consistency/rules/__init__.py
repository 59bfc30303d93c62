"""The rules of consistency, each file a subject; importing registers them."""

from tuban.consistency.rules import (
    changes,
    citations,
    conversions,
    counts,
    parts,
    ratios,
    same,
    structure,
    table_rows,
    table_sums,
    targets,
)

__all__ = [
    "changes",
    "citations",
    "conversions",
    "counts",
    "parts",
    "ratios",
    "same",
    "structure",
    "table_rows",
    "table_sums",
    "targets",
]
