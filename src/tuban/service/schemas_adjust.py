"""What leaves by HTTP when areas are adjusted to control areas."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from tuban.service.schemas import Model, TextOut

AdjustBy = Literal["whole", "township", "village", "island"]
AdjustRule = Literal["largest_first", "proportional"]
ControlUnit = Literal["m2", "ha", "mu"]
AdjustFormat = Literal["xlsx", "csv"]


class AdjustedUnitOut(Model):
    """One unit; areas to 0.01 m²."""

    code: str
    title: TextOut
    count: int
    measured_m2: float
    control_m2: float
    difference_m2: float
    """Control area less measured area: what was shared out."""
    least_m2: float
    """The least that one parcel was given, and the most."""
    most_m2: float


class AdjustedParcelOut(Model):
    """One parcel before and after."""

    fid: int
    id: str | None
    unit: str
    measured_m2: float
    added_m2: float
    adjusted_m2: float


class AdjustMethodOut(Model):
    """The rule, where it comes from, how sure that is."""

    rule: AdjustRule
    title: TextOut
    how: TextOut
    source: TextOut
    confidence: Literal["verified", "recalled"]


class AdjustmentOut(Model):
    """Areas that sum exactly to their control areas; nothing of it is stored."""

    layer: str
    version: int
    sha256: str
    recorded_at: datetime
    by: AdjustBy
    within: str | None
    method: AdjustMethodOut
    units: list[AdjustedUnitOut]
    parcels: list[AdjustedParcelOut]
    """The first ones, the largest of each unit first; all of them are in the file."""
    parcel_count: int
    formula: TextOut
    notes: list[TextOut]
