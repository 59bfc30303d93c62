"""A finding: what a rule saw, where, how bad it is, and what was expected instead."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from tuban.errors import Text


class Severity(StrEnum):
    """How much a finding weighs. Only a veto (强制) keeps a result from being accepted."""

    VETO = "V"
    GENERAL = "G"
    WARNING = "W"

    @property
    def label(self) -> Text:
        """Give its name as it stands in reports."""
        return SEVERITY_TITLES[self]


SEVERITY_TITLES: dict[Severity, Text] = {
    Severity.VETO: Text("强制", "Veto"),
    Severity.GENERAL: Text("一般", "General"),
    Severity.WARNING: Text("提示", "Warning"),
}


class Judgement(StrEnum):
    """What a disagreement of numbers is: a real error, a matter of rounding, or one of wording."""

    ERROR = "error"
    ROUNDING = "rounding"
    WORDING = "wording"

    @property
    def label(self) -> Text:
        """Give its name as it stands in reports."""
        return JUDGEMENT_TITLES[self]


JUDGEMENT_TITLES: dict[Judgement, Text] = {
    Judgement.ERROR: Text("错误", "Error"),
    Judgement.ROUNDING: Text("进位差", "Rounding"),
    Judgement.WORDING: Text("表述", "Wording"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a document: `line` and `column` from 1, `page` and `end` where known."""

    document: str
    line: int
    column: int
    quote: str
    page: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule found.

    Attributes
    ----------
    rule : id in the catalogue of rules.
    severity : weight in the result; `judgement` beside it for documents.
    layer : code of the layer or name of the table, file or document; "" where it concerns the whole.
    objects : identifiers (BSM) of the objects concerned; `rows` their row numbers in the layer, from 0.
    message : the sentence that the planner reads; says what is wrong with which object.
    geometry : the true shape of the fault (gap, overlap, vertex) as WKB in the layer's `crs`, or None.
    area_m2, width_m : of that shape, on the ellipsoid; None where there is none.
    observed, expected : the value found and the one the rule wants, as printed.
    tolerance : what was still allowed, with its unit, as printed.
    unit : town or village code where the fault lies, "" where unknown.
    places : for documents, every place that the finding quotes.
    confidence : 0–1, how sure the rule is; 1 where it can be recomputed exactly.
    """

    rule: str
    severity: Severity
    layer: str
    message: Text
    objects: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    geometry: bytes | None = None
    crs: str | None = None
    area_m2: float | None = None
    width_m: float | None = None
    observed: str = ""
    expected: str = ""
    tolerance: str = ""
    unit: str = ""
    places: tuple[Place, ...] = ()
    judgement: Judgement | None = None
    confidence: float = 1.0

    @property
    def key(self) -> str:
        """Give what identifies the same fault in two runs: not its message, not its row numbers."""
        parts = [self.rule, self.layer, *sorted(self.objects)]
        parts += [f"{place.document}:{place.quote}" for place in self.places]
        if not self.objects and not self.places:
            parts += [str(self.rows), self.observed]
        digest = hashlib.sha256("\x1f".join(parts).encode())
        digest.update(self.geometry or b"")
        return digest.hexdigest()[:16]

    @property
    def order(self) -> tuple[str, str, tuple[str, ...], tuple[int, ...], bytes, str]:
        """Give a sort key under which two runs of the same input are equal."""
        return (self.rule, self.layer, self.objects, self.rows, self.geometry or b"", self.observed)
