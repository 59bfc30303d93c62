"""What a report of one inspection says, whichever form it is written in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

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
