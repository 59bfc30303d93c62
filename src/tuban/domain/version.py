"""A layer version: what was known, from which file, in force from when to when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Validity:
    """In force on days `start` ≤ day < `end` (`end` None: until replaced), by `act` (依据文件)."""

    start: date
    end: date | None = None
    act: str = ""

    def holds(self, on: date) -> bool:
        """Say whether it is in force on that day."""
        return self.start <= on and (self.end is None or on < self.end)


@dataclass(frozen=True, slots=True)
class LayerVersion:
    """One immutable version of one layer, as the catalogue keeps it.

    `bounds` are west, south, east, north in degrees (EPSG:4490), None for tables; `area_m2` is the
    sum on the ellipsoid, None unless polygons; `crs` is the system of the stored file.
    """

    code: str
    number: int
    sha256: str
    file: str
    rows: int
    crs: str | None
    geometry: str
    bounds: tuple[float, float, float, float] | None
    area_m2: float | None
    columns: tuple[str, ...]
    bytes: int
    source_name: str
    source_sha256: str
    valid: Validity
    recorded_at: datetime
    recorded_by: str
    sample: bool
    note: str = ""
