"""Which version applied when, by what was known when: the one rule, in one place.

Two times are kept apart. *Valid* time is when a version is in force (from one day, until another or until
replaced). *Recorded* time is when the workspace learned of it. So a mistake found today does not change what
was believed yesterday.

The rule: among the versions that were recorded, and not withdrawn, by the moment `known`, and that hold on
the day `on`, the one that came into force last applies; of several that came into force on the same day, the
one recorded last. Hence a correction has the same first day, a replacement a later one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tuban.domain.version import LayerVersion


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A version was a mistake and counts no more from `recorded_at` on; it stays readable by its number."""

    code: str
    number: int
    recorded_at: datetime
    recorded_by: str
    reason: str


Withdrawals = Mapping[tuple[str, int], Withdrawal]


def known_at(
    versions: Iterable[LayerVersion], withdrawals: Withdrawals, known: datetime | None = None
) -> list[LayerVersion]:
    """Give the versions that were believed at `known` (None: everything recorded so far)."""
    believed = []
    for version in versions:
        if known is not None and version.recorded_at > known:
            continue
        undone = withdrawals.get((version.code, version.number))
        if undone is not None and (known is None or undone.recorded_at <= known):
            continue
        believed.append(version)
    return believed


def applying(
    versions: Iterable[LayerVersion], withdrawals: Withdrawals, *, on: date, known: datetime | None = None
) -> LayerVersion | None:
    """Give the one version (of one layer's) that applied on `on` as believed at `known`, or None."""
    held = [version for version in known_at(versions, withdrawals, known) if version.valid.holds(on)]
    return max(held, key=lambda version: (version.valid.start, version.recorded_at), default=None)
