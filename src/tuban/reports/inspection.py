"""What a report of one inspection says, whichever form it is written in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from tuban.domain.finding import Finding, Severity
from tuban.domain.rule import Rule
from tuban.errors import Text

# What became of a rule: applied to all it concerns, to a part of it, to nothing (why is said), switched off.
RuleState = Literal["checked", "partial", "not-applicable", "off"]
STATE_TITLES: dict[RuleState, Text] = {
    "checked": Text("已检查", "Checked"),
    "partial": Text("部分检查", "Partly checked"),
    "not-applicable": Text("不适用", "Not applicable"),
    "off": Text("已停用", "Switched off"),
}
SAMPLE = Text("示范数据,不得作为依据", "Sample data: not to be relied on")


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule, what became of it and why, and how many findings it made (accepted ones apart)."""

    rule: Rule
    state: RuleState
    findings: int
    reason: Text | None = None
    accepted: int = 0


@dataclass(frozen=True, slots=True)
class Accepted:
    """A finding that somebody answers for (例外): who, why, until when."""

    finding: Finding
    by: str
    reason: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class InputLine:
    """One layer, table or document that was inspected: its code, file, rows, system and hash."""

    code: str
    title: Text
    file: str
    rows: int | None
    crs: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class Inspection:
    """One inspection as it is reported.

    Attributes
    ----------
    findings : gives the findings anew each time it is called, in order; so that 100,000 need no memory.
    unproven : what a green result does not prove.
    tolerances : name and value as printed.
    hashes : what was hashed → SHA-256.
    picture : layers of the map beside the findings, `(title, WKB shapes, crs)`.
    """

    title: Text
    subject: str
    passed: bool
    partial: bool
    verdict: Text
    profile: str
    rules_version: str
    rules: Sequence[RuleLine]
    findings: Callable[[], Iterable[Finding]]
    accepted: Sequence[Accepted] = ()
    inputs: Sequence[InputLine] = ()
    tolerances: Sequence[tuple[Text, str]] = ()
    unproven: Sequence[Text] = ()
    hashes: Sequence[tuple[Text, str]] = ()
    notes: Sequence[Text] = ()
    run: str = ""
    checked_at: datetime | None = None
    by: str = ""
    program: str = ""
    sample: bool = False
    backdrop: Sequence[tuple[Text, Sequence[bytes], str]] = field(default=())

    def counts(self) -> Counts:
        """Count the findings by severity, rule, layer and unit."""
        return count(self.findings())

    def book(self) -> dict[str, Rule]:
        """Give the rules by id."""
        return {line.rule.id: line.rule for line in self.rules}


@dataclass(frozen=True, slots=True)
class Counts:
    """How many findings there are, by severity, rule, layer and administrative unit."""

    total: int
    severity: Counter[Severity]
    rule: Counter[str]
    layer: Counter[str]
    unit: Counter[str]
    shown: int  # findings with a geometry


def count(findings: Iterable[Finding]) -> Counts:
    """Count findings in one pass."""
    severity: Counter[Severity] = Counter()
    rule: Counter[str] = Counter()
    layer: Counter[str] = Counter()
    unit: Counter[str] = Counter()
    total = shown = 0
    for found in findings:
        total += 1
        shown += found.geometry is not None
        severity[found.severity] += 1
        rule[found.rule] += 1
        layer[found.layer] += 1
        unit[found.unit] += 1
    return Counts(total, severity, rule, layer, unit, shown)


# The columns of a findings table: heading and how the cell is made. One list, so that the workbook, the page
# and the printed report say the same.
Column = tuple[str, Text, Callable[[int, Finding, Rule | None, str], Any]]


def _objects(found: Finding) -> str:
    return "、".join(found.objects)


def place(found: Finding) -> str:
    """Say where a finding lies when it names no object: rows from 1, or places in a document."""
    if found.places:
        return ";".join(
            f"{at.document} {f'p.{at.page} ' if at.page else ''}{at.line}:{at.column}" for at in found.places
        )
    return "、".join(str(row + 1) for row in found.rows)


COLUMNS: tuple[Column, ...] = (
    ("number", Text("序号", "No."), lambda n, f, r, lang: n),
    ("rule", Text("规则", "Rule"), lambda n, f, r, lang: f.rule),
    ("title", Text("规则名称", "Title"), lambda n, f, r, lang: r.title.in_(lang) if r else ""),
    ("severity", Text("等级", "Severity"), lambda n, f, r, lang: f.severity.label.in_(lang)),
    ("layer", Text("图层或文件", "Layer or file"), lambda n, f, r, lang: f.layer),
    ("objects", Text("对象标识码", "Objects"), lambda n, f, r, lang: _objects(f)),
    ("rows", Text("行或位置", "Row or place"), lambda n, f, r, lang: place(f)),
    ("message", Text("问题", "What is wrong"), lambda n, f, r, lang: f.message.in_(lang)),
    ("observed", Text("实际", "Observed"), lambda n, f, r, lang: f.observed),
    ("expected", Text("应为", "Expected"), lambda n, f, r, lang: f.expected),
    ("tolerance", Text("容差", "Tolerance"), lambda n, f, r, lang: f.tolerance),
    ("area_m2", Text("面积(平方米)", "Area (m²)"), lambda n, f, r, lang: f.area_m2),
    ("width_m", Text("宽度(米)", "Width (m)"), lambda n, f, r, lang: f.width_m),
    ("unit", Text("所在行政区", "Unit"), lambda n, f, r, lang: f.unit),
    ("mender", Text("整改单位", "Mended by"), lambda n, f, r, lang: r.mender if r else ""),
)


def rows_of(
    findings: Iterable[Finding], book: dict[str, Rule], lang: str = "zh"
) -> Iterator[tuple[Finding, list[Any]]]:
    """Give each finding with the cells of its row, in the order of `COLUMNS`."""
    for number, found in enumerate(findings, 1):
        rule = book.get(found.rule)
        yield found, [cell(number, found, rule, lang) for _, _, cell in COLUMNS]
