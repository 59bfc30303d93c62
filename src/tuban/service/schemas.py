"""What enters and leaves by HTTP. The front end's types are generated from these models."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

# West, south, east, north in degrees (CGCS2000, EPSG:4490).
Bounds = tuple[float, float, float, float]
Geometry = Literal["polygon", "line", "point", "table"]
Group = Literal["present", "plan", "management", "socioeconomic"]
Properties = dict[str, str | int | float | bool | None]
TaskState = Literal["waiting", "running", "done", "failed", "cancelled"]
StatisticsBy = Literal["class", "township", "village", "zone", "three_class"]
DownloadFormat = Literal["gpkg", "parquet", "csv", "xlsx"]


class Model(BaseModel):
    """Base of all models: unknown fields are an error, attribute docstrings become descriptions."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class TextOut(Model):
    """One message in both languages."""

    zh: str
    en: str


class ErrorBody(Model):
    """What is wrong, and how to go on, in the language of the request."""

    kind: str
    problem: str
    fix: str
    facts: dict[str, Any] = Field(default_factory=dict)


class ErrorOut(Model):
    """The one shape of every error."""

    error: ErrorBody


class PlaceOut(Model):
    """The place that the workspace is about."""

    name: str
    code: str | None


class BaseMapOut(Model):
    """A base map that the settings allow."""

    kind: Literal["tianditu"]
    key: str


class StatusOut(Model):
    """The workspace at a glance."""

    name: str
    sample: bool
    """True where the data are invented: every screen and export says so."""
    place: PlaceOut
    bounds: Bounds | None
    app_version: str
    dates: list[date]
    """Every day on which a layer version begins or ends to be in force."""
    base_map: BaseMapOut | None
    default_on: date
    crs: str | None
    """The coordinate system most layers are stored in, for showing coordinates."""
    max_upload_bytes: int


class GroupOut(Model):
    """One of the four data groups."""

    id: Group
    title: TextOut


class PaintColourOut(Model):
    """One row of a legend."""

    value: str
    colour: str
    title: TextOut


class PaintOut(Model):
    """How a layer is drawn; colours `#rrggbb`, widths in screen pixels."""

    fill: str | None
    fill_opacity: float
    line: str | None
    line_width_px: float
    dash: list[float]
    casing: str | None
    by: str | None
    """The column that picks a colour from `colours`."""
    colours: list[PaintColourOut]
    """One row for each value that the version holds, in the order of the standard."""
    label: str | None


class FieldOut(Model):
    """One column."""

    name: str
    title: TextOut
    kind: Literal["text", "integer", "number", "date"]
    unit: str | None = None


class VersionOut(Model):
    """One immutable version of a layer."""

    number: int
    sha256: str
    valid_from: date
    valid_to: date | None
    act: str
    recorded_at: datetime
    recorded_by: str
    source_name: str
    source_sha256: str
    crs: str | None
    rows: int
    bytes: int
    sample: bool
    note: str
    bounds: Bounds | None
    area_ha: float | None


class LayerOut(Model):
    """One layer and the version of it in force on the day asked for (null: none)."""

    code: str
    title: TextOut
    group: Group
    geometry: Geometry
    rows: int
    area_ha: float | None
    bounds: Bounds | None
    order: int
    paint: PaintOut
    version: VersionOut | None
    versions: int
    fields: list[FieldOut]
    id_field: str | None
    class_field: str | None
    unit_field: str | None
    detail_zoom: int | None
    """From this zoom on, tiles carry single objects with ids; below it polygons may be merged by class.
    Null: not known yet."""
    confidence: str


class LayersOut(Model):
    """The layer tree."""

    on: date
    groups: list[GroupOut]
    layers: list[LayerOut]


class GeometryOut(BaseModel):
    """A GeoJSON geometry, longitude and latitude in degrees."""

    type: Literal["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"]
    coordinates: list[Any]


class FeatureOut(Model):
    """One object; `geometry` only where asked for."""

    fid: int
    bounds: Bounds | None
    properties: Properties
    geometry: GeometryOut | None = None


class FeaturesOut(Model):
    """One page of objects and how many there are in all."""

    code: str
    version: int
    total: int
    limit: int
    offset: int
    features: list[FeatureOut]


class FeatureDetailOut(Model):
    """One object with its geometry and its size on the ellipsoid."""

    code: str
    version: int
    fid: int
    bounds: Bounds | None
    properties: Properties
    geometry: GeometryOut | None
    area_m2: float | None
    area_ha: float | None
    area_mu: float | None
    length_m: float | None


class IdentifyVersionOut(Model):
    """Since when, and by which version."""

    number: int
    valid_from: date
    valid_to: date | None
    act: str
    recorded_at: datetime


class IdentifyFeatureOut(Model):
    """One object at the point."""

    fid: int
    properties: Properties
    bounds: Bounds | None
    area_ha: float | None
    area_mu: float | None
    distance_m: float
    """0 where the point lies in the object."""


class IdentifyLayerOut(Model):
    """One layer's answer: found, nothing there, or no data for that place or day."""

    code: str
    title: TextOut
    group: Group
    geometry: Geometry
    status: Literal["found", "nothing", "no_data"]
    version: IdentifyVersionOut | None
    features: list[IdentifyFeatureOut]


class IdentifyOut(Model):
    """What is here, in every layer at once."""

    lon: float
    lat: float
    on: date
    layers: list[IdentifyLayerOut]


class SearchResultOut(Model):
    """One hit: a place, an object, a layer, a class, or a coordinate."""

    kind: Literal["place", "feature", "layer", "coordinate", "class"]
    title: str
    detail: str
    code: str | None = None
    """The layer's code; for a class, its class code."""
    fid: int | None = None
    bounds: Bounds | None = None
    lon: float | None = None
    lat: float | None = None


class SearchOut(Model):
    """Hits, best first."""

    query: str
    results: list[SearchResultOut]


class StatisticsRowOut(Model):
    """One unit, class or zone."""

    code: str
    title: TextOut
    colour: str | None
    area_ha: float
    area_mu: float
    area_wan_mu: float
    area_km2: float
    share: float
    """0–1 of the total."""
    count: int


class StatisticsOut(Model):
    """Areas that sum exactly to their total."""

    layer: str
    version: int
    by: StatisticsBy
    within: str | None
    zone_layer: str | None
    unit: Literal["ha"]
    rows: list[StatisticsRowOut]
    total_ha: float
    total_mu: float
    total_wan_mu: float
    total_km2: float
    formula: TextOut
    notes: list[TextOut]
    """What a reader must know about the data."""
    adjusted: bool
    """True where the last digit of a row was moved so that the rows sum to the total."""


class CompareFeatureOut(Model):
    """An object that only one of the two versions has."""

    fid: int
    id: str
    bounds: Bounds | None
    area_ha: float | None
    properties: Properties


class ChangedValueOut(Model):
    """One column that differs."""

    field: str
    a: str | int | float | bool | None
    b: str | int | float | bool | None


class ChangedFeatureOut(Model):
    """An object that both versions have, differently."""

    fid_a: int
    fid_b: int
    id: str
    bounds: Bounds | None
    area_a_ha: float | None
    area_b_ha: float | None
    geometry_changed: bool
    changes: list[ChangedValueOut]


class CompareCountsOut(Model):
    """How many objects were added, removed, changed, and stayed."""

    added: int
    removed: int
    changed: int
    same: int


class CompareOut(Model):
    """The difference between two versions; each list holds at most `limit` from `offset`."""

    code: str
    a: VersionOut
    b: VersionOut
    key: str
    """The column that says which object is which; `geometry` where the layer has no identifier."""
    added: list[CompareFeatureOut]
    removed: list[CompareFeatureOut]
    changed: list[ChangedFeatureOut]
    counts: CompareCountsOut
    area_a_ha: float | None
    area_b_ha: float | None
    change_ha: float | None
    limit: int
    offset: int


Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]


class MeasureIn(Model):
    """A drawn line or ring, longitude and latitude in degrees (CGCS2000)."""

    type: Literal["area", "length"]
    coordinates: Annotated[list[tuple[Longitude, Latitude]], Field(min_length=2, max_length=10_000)]


class MeasureOut(Model):
    """Size on the ellipsoid; area only for `type` area, where the length is the perimeter."""

    area_m2: float | None
    area_ha: float | None
    area_mu: float | None
    length_m: float


class TaskErrorOut(ErrorBody):
    """Why a task failed."""


class TaskResultOut(Model):
    """What a task made."""

    code: str
    version: int
    rows: int
    new: bool
    """False where the same content was there already."""
    notes: list[TextOut]
    """How the file was understood: encoding, renamed columns, and so on."""


class ChangedVerdictOut(Model):
    """A kept verdict that would now be another, and because of which layers and rule packs."""

    number: int
    name: str
    project: str | None
    was: str
    on_was: str
    now: str
    on: str
    turned: bool
    added: list[str]
    removed: list[str]
    because: list[str]


class TaskRecheckOut(Model):
    """What a recheck of kept verdicts found: how many a change affects, and those that would differ."""

    area: str
    affected: int
    changed: list[ChangedVerdictOut]


class TaskRunOut(Model):
    """What a task made that waits in a work area: an inspection, say."""

    area: str
    run: str


class TaskOut(Model):
    """A long work: what it does, how far it is, how it ended."""

    id: str
    title: TextOut
    state: TaskState
    share: float
    """0–1."""
    text: TextOut
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    result: TaskResultOut | TaskRunOut | TaskRecheckOut | None
    error: TaskErrorOut | None


class TaskStartedOut(Model):
    """The id to follow a task by."""

    task: str


class TrailEntryOut(Model):
    """One step in the trail (全过程留痕)."""

    number: int
    at: datetime
    by: str
    action: str
    subject: str
    facts: dict[str, Any]
    hash: str
    previous: str


class TrailOut(Model):
    """One page of the trail, newest first."""

    total: int
    limit: int
    offset: int
    entries: list[TrailEntryOut]


class TrailFaultOut(Model):
    """A place where the trail's chain does not close."""

    number: int | None
    problem: str


class TrailReportOut(Model):
    """Whether the trail is whole."""

    ok: bool
    entries: int
    head: str | None
    faults: list[TrailFaultOut]


class IndicatorTableOut(Model):
    """An indicator table (指标表) that was taken in."""

    code: str
    title: TextOut
    version: int
    fields: list[FieldOut]
    rows: list[Properties]


class IndicatorsOut(Model):
    """All indicator tables in force on the day."""

    on: date
    tables: list[IndicatorTableOut]
