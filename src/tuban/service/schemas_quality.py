"""Quality inspection (成果质检) as it enters and leaves by HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from tuban.service.schemas import Bounds, GeometryOut, Model, TextOut

Weight = Literal["V", "G", "W"]
Verdict = Literal["pass", "fail", "partial"]
Grouping = Literal["rule", "severity", "layer", "unit", "mender"]
ReportFormat = Literal["xlsx", "pdf", "docx", "html", "gpkg", "json"]
Side = Literal["new", "gone", "unchanged"]


class CountsOut(Model):
    """How many findings weigh how much; those accepted as exceptions are counted apart."""

    veto: int
    general: int
    warning: int
    accepted: int


class RunOut(Model):
    """One inspection: of what, by which rules, with which verdict."""

    id: str
    subject: str
    """Name of the package, or the layer versions inspected."""
    versions: list[str]
    """Layer versions of the workspace, as `DLTB@2`; empty for a package."""
    profile: str
    profile_version: str
    verdict: Verdict
    """`partial`: no veto finding, but some rule did not finish."""
    complete: bool
    """False where a rule did not finish: the verdict holds for what was looked at."""
    counts: CountsOut
    at: datetime
    by: str
    sample: bool


class GroupCountOut(Model):
    """The findings of one rule, layer, town or mender."""

    key: str
    title: TextOut
    counts: CountsOut
    total: int


class InspectedFileOut(Model):
    """One thing that was handed in and looked at."""

    name: str
    sha256: str | None
    rows: int | None


class SettingOut(Model):
    """One tolerance in force."""

    name: str
    title: TextOut
    value: str


class NotCheckedOut(Model):
    """A rule that was not applied, or not to its end, and why."""

    rule: str
    title: TextOut
    reason: TextOut


class RunDetailOut(RunOut):
    """One inspection with everything its verdict rests on."""

    files: list[InspectedFileOut]
    tolerances: list[SettingOut]
    rules_applied: int
    not_applicable: list[NotCheckedOut]
    """Rules that had nothing to look at in this package."""
    not_finished: list[NotCheckedOut]
    """Rules that ran into their budget of time, memory or findings."""
    unproven: list[TextOut]
    """What a green result does not prove."""
    rules: list[GroupCountOut]
    layers: list[GroupCountOut]
    units: list[GroupCountOut]
    menders: list[GroupCountOut]
    accepted_since: int
    """Findings accepted after this run: the next run sets them apart."""
    bounds: Bounds | None
    """Around the first findings that have a place."""
    reports: list[ReportFormat]
    """Formats in which a report can be had here."""


class ExceptionOut(Model):
    """A finding that a named person accepted (例外)."""

    id: str
    finding: str
    """Key of the finding, the same in every run."""
    rule: str
    layer: str
    objects: list[str]
    by: str
    reason: str
    message: TextOut
    until: date
    """Last day on which it holds."""
    run: str
    at: datetime
    state: Literal["held", "expired", "changed", "withdrawn"]
    """`changed`: its object is not what it was; the exception has lapsed by itself."""
    withdrawn_by: str | None
    withdrawn_reason: str | None


class QualityFindingOut(Model):
    """One thing that a rule found."""

    n: int
    """Its number in the run, from 0."""
    key: str
    rule: str
    rule_title: TextOut
    severity: Weight
    layer: str
    layer_title: TextOut
    objects: list[str]
    rows: list[int]
    message: TextOut
    unit: str
    unit_title: TextOut | None
    mender: str
    mender_title: TextOut
    area_m2: float | None
    width_m: float | None
    observed: str
    expected: str
    tolerance: str
    bounds: Bounds | None
    """Where it lies; null where it has no place on the map."""
    accepted: bool
    """Set apart by an exception: in this run, or registered since."""


class ShapeOut(Model):
    """An object that a finding concerns, as it was inspected."""

    object: str
    layer: str
    geometry: GeometryOut | None


class QualityFindingDetailOut(QualityFindingOut):
    """One finding with its true shape and the objects it concerns."""

    geometry: GeometryOut | None
    shapes: list[ShapeOut]
    definition: TextOut
    source: str
    confidence: str
    """How sure the source of the rule is."""
    exception: ExceptionOut | None


class QualityFindingsOut(Model):
    """One page of the findings of a run."""

    total: int
    findings: list[QualityFindingOut]


class RunsComparedOut(Model):
    """A run against an earlier one: what is new, what is gone, what stayed; one page of one side."""

    run: str
    other: str
    new: int
    gone: int
    unchanged: int
    side: Side
    findings: list[QualityFindingOut]


class RepairKindOut(Model):
    """How many repairs of one kind there are, and the ground they would move."""

    kind: str
    title: TextOut
    count: int
    moved_m2: float


class RepairOut(Model):
    """One safe repair of one object, not made yet: text has `field`, `old` and `new`, a shape its before and after."""

    id: str
    kind: str
    title: TextOut
    layer: str
    object: str
    message: TextOut
    moved_m2: float
    """Ground that would change side."""
    field: str
    old: str
    new: str
    bounds: Bounds | None
    before: GeometryOut | None
    after: GeometryOut | None


class OutcomeOut(Model):
    """How many accepted repairs turned out so, when they were inspected again."""

    outcome: str
    title: TextOut
    count: int


class RepairedOut(Model):
    """That a run inspected what accepted repairs of an earlier run made."""

    run: str
    outcomes: list[OutcomeOut]
    moved_m2: float
    diff: bool
    """Whether there is a map of the differences."""


class RepairsOut(Model):
    """The repairs that could be made to the package of a run; nothing is changed by listing them."""

    searched: bool
    available: bool
    """Whether the package is still kept: only then can repairs be looked for."""
    total: int
    kinds: list[RepairKindOut]
    repairs: list[RepairOut]
    made: RepairedOut | None
    """Where the run itself inspected repaired data."""


class AcceptRepairsIn(Model):
    """Which repairs are accepted."""

    ids: list[str] | None = Field(default=None, max_length=100_000)
    """Null: all that were found."""


class QualityRuleOut(Model):
    """One rule of the catalogue, as the profile has it."""

    id: str
    title: TextOut
    definition: TextOut
    severity: Weight
    dimension: TextOut
    mender: TextOut
    parameters: dict[str, str]
    source: str
    confidence: str
    enabled: bool
    """False where the profile has switched it off."""


class QualityProfileOut(Model):
    """A set of rules that can be inspected by."""

    name: str
    version: str
    rules: int
    default: bool


class AcceptIn(Model):
    """Accept one finding of a run."""

    finding: int = Field(ge=0)
    by: str = Field(min_length=1, max_length=100)
    reason: str = Field(min_length=1, max_length=2000)
    until: date
