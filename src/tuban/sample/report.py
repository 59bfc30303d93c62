"""What the sample county consists of, and how it compares with the published figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from tuban.errors import Text

# Issue 2: each published area that can be met is met within this share.
TOLERANCE = 0.001


@dataclass(frozen=True, slots=True)
class Produced:
    """One layer as handed in: where it is, which layer of the profile it is, since when and by which act."""

    file: Path
    layer: str
    code: str
    valid_from: date
    act: str
    rows: int
    valid_to: date | None = None
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class Calibration:
    """One published quantity and ours; `note` says why they differ where they must.

    `scale` is what the published value was multiplied by because the outline is of another size.
    """

    quantity: str
    title: Text
    published: float
    ours: float
    unit: str
    note: Text | None = None
    scale: float = 1.0

    @property
    def deviation(self) -> float | None:
        """Ours against the published value (scaled), as a share of it; None where that is zero."""
        return None if self.published == 0 else self.ours / (self.published * self.scale) - 1

    @property
    def within(self) -> bool:
        """Is the deviation within a thousandth?"""
        return self.deviation is None or abs(self.deviation) <= TOLERANCE


@dataclass(frozen=True)
class SampleReport:
    """The hand-in folder's contents and its calibration table."""

    folder: Path
    name: str
    code: str
    crs: str
    parcels: int
    area_m2: float
    layers: tuple[Produced, ...]
    calibration: tuple[Calibration, ...]
    seed: int
    seconds: float
    notes: tuple[Text, ...] = field(default=())
