"""What compliance reviews take and give by HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tuban.service.schemas import TextOut

Words = Annotated[str, Field(max_length=2000)]
Name = Annotated[str, Field(max_length=200)]
# Shipped packs only: a path would read the server's files.
PackName = Annotated[str, Field(pattern=r"^\w[\w-]{0,63}$")]
# A site of 100,000 vertices fits; what is larger comes as a file.
Coordinates = list[Any]


class GeometryIn(BaseModel):
    """A GeoJSON polygon; coordinates in the system said beside it."""

    model_config = ConfigDict(extra="ignore")
    type: Literal["Polygon", "MultiPolygon"]
    coordinates: Coordinates


class PolicyIn(BaseModel):
    """Limits for slivers; what is left out is the default."""

    model_config = ConfigDict(extra="forbid")
    sliver_m2: Annotated[float, Field(ge=0, le=1e6)] = 1.0
    sliver_width_m: Annotated[float, Field(ge=0, le=1e3)] = 0.1
    slivers_together_m2: Annotated[float, Field(ge=0, le=1e8)] = 100.0


class OverrideIn(BaseModel):
    """An officer's word that a hit is wrong."""

    model_config = ConfigDict(extra="forbid")
    rule: Annotated[str, Field(min_length=1, max_length=64)]
    layer: Annotated[str, Field(max_length=64)] = ""
    by: Annotated[str, Field(min_length=1, max_length=100)]
    reason: Annotated[str, Field(min_length=1, max_length=2000)]
    evidence: Annotated[str, Field(min_length=1, max_length=2000)]


class ReviewIn(BaseModel):
    """A site and what its project says of itself; `crs` is EPSG:4490 where left out."""

    model_config = ConfigDict(extra="forbid")
    geometry: GeometryIn
    crs: Annotated[str, Field(max_length=20)] = "EPSG:4490"
    name: Name = ""
    attributes: Annotated[dict[str, str | float | bool], Field(max_length=60)] = {}
    on: date | None = None
    packs: Annotated[list[PackName], Field(max_length=20)] = []
    policy: PolicyIn = PolicyIn()
    overrides: Annotated[list[OverrideIn], Field(max_length=50)] = []
    keep: bool = False
    by: Name = ""
    project: Annotated[str | None, Field(max_length=64)] = None


class ProposalIn(ReviewIn):
    """A site to be changed, and how far it may move."""

    within_m: Annotated[float, Field(ge=0, le=5000)] = 500.0


class ProposalOut(BaseModel):
    """One way to pass: trimmed, moved, or both."""

    kind: Literal["as it is", "trim", "move", "move and trim"]
    title: str
    east_m: float
    north_m: float
    distance_m: float
    area_ha: float
    given_up_ha: float
    crs: str
    geometry: dict[str, Any]
    lonlat: dict[str, Any]


class ProposalsOut(BaseModel):
    """Ways to pass, or that none exists: `proven` for moves of the whole site within reach."""

    within_m: float
    rules: list[str]
    proven: bool
    unresolved_m: float | None
    examined: int
    proposals: list[ProposalOut]


class SiteOut(BaseModel):
    """A site read from a file: as it came (`geometry` in `crs`) and in degrees for the map."""

    name: str
    crs: str
    area_ha: float
    geometry: dict[str, Any]
    lonlat: dict[str, Any]
    bounds: tuple[float, float, float, float]
    notes: list[TextOut]


class ReviewOut(BaseModel):
    """A review; `result` is the machine form of `tuban compliance review --json`, `number` where it was kept."""

    number: int | None
    sample: bool
    result: dict[str, Any]


class VerdictOut(BaseModel):
    """One kept verdict in a list."""

    number: int
    name: str
    project: str | None
    on: date
    verdict: str
    area_ha: float
    centre: tuple[float, float]
    recheck_of: int | None
    recorded_at: str
    recorded_by: str
    result_sha256: str


class VerdictsOut(BaseModel):
    """A page of verdicts, newest first."""

    verdicts: list[VerdictOut]


class VerdictDetailOut(VerdictOut):
    """One kept verdict with its whole result and the site in degrees."""

    result: dict[str, Any]
    asked: dict[str, Any]
    lonlat: dict[str, Any]


class AgainOut(BaseModel):
    """Whether a kept verdict comes out again: the hash it had and the one it has."""

    number: int
    same: bool
    was: str
    now: str


class AttributeOut(BaseModel):
    """Something that a project may say of itself."""

    name: str
    label: TextOut
    kind: Literal["choice", "yes_no", "number"]
    values: list[ValueOut]


class ValueOut(BaseModel):
    """One value of an attribute."""

    value: str
    label: TextOut


class PackOut(BaseModel):
    """A rule pack; `used` where it is one of this workspace's."""

    name: str
    title: TextOut
    region: str
    version: str
    rules: int
    not_for_sites: int
    sha256: str
    used: bool


class AbsentIn(BaseModel):
    """A declaration that there is none of a layer here."""

    model_config = ConfigDict(extra="forbid")
    reason: Annotated[str, Field(min_length=1, max_length=2000)]
    by: Annotated[str, Field(min_length=1, max_length=100)]


class AbsentOut(BaseModel):
    """Such a declaration as it stands."""

    layer: str
    reason: str
    by: str
    on: str
