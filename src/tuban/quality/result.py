"""What a run came to: verdict, findings in their order, what was not judged and why; equal input, equal bytes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from tuban.domain.finding import Finding, Severity
from tuban.errors import Text
from tuban.quality.tolerance import Tolerance

Verdict = Literal["pass", "fail", "partial"]
Status = Literal["done", "not applicable", "incomplete", "off"]

VERDICTS: dict[Verdict, Text] = {
    "pass": Text("通过", "Passed"),
    "fail": Text("不通过", "Failed"),
    "partial": Text("未检完", "Partial"),
}
# What nobody should read into a green result; every report prints it.
PROVES_NOT: tuple[Text, ...] = (
    Text(
        "数据与实地一致:质检不看影像,不到现场。",
        "that the data agree with the ground: no image, no visit was part of this.",
    ),
    Text("规划方案合理、程序合法。", "that the plan is sound or was made by due procedure."),
    Text(
        "所列“不适用”“未检完”规则所管的内容。",
        "anything that the rules listed as not applicable or incomplete would judge.",
    ),
    Text(
        "国家标准全文:规则与容差是本系统按公开资料整理的,以主管部门配置为准。",
        "the national standard itself: rules and tolerances are put together from public sources.",
    ),
)


@dataclass(frozen=True, slots=True)
class RuleRun:
    """How one rule went: `reason` says why it was not applicable, incomplete or off."""

    rule: str
    status: Status
    findings: int = 0
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """A finding that stands in the register of exceptions, with who accepted it, why, and until when."""

    finding: Finding
    by: str
    reason: str
    until: str


@dataclass(frozen=True, slots=True)
class Result:
    """One run of the rules on one package.

    `findings` count for the verdict; `accepted` are shown apart and do not. `profile` is the profile's name,
    `rules_version` the rule book's; `package` says what was judged (name, layout, sha256, layers).
    """

    profile: str
    rules_version: str
    package: Mapping[str, Any]
    tolerance: Tolerance
    runs: tuple[RuleRun, ...]
    findings: tuple[Finding, ...]
    accepted: tuple[Accepted, ...] = ()

    @property
    def incomplete(self) -> tuple[RuleRun, ...]:
        """The rules that could not be run to their end."""
        return tuple(run for run in self.runs if run.status == "incomplete")

    @property
    def not_applicable(self) -> tuple[RuleRun, ...]:
        """The rules that had nothing to judge."""
        return tuple(run for run in self.runs if run.status == "not applicable")

    @property
    def verdict(self) -> Verdict:
        """fail: a veto finding stands. partial: none, but some rule did not finish. pass: neither."""
        if any(finding.severity == Severity.VETO for finding in self.findings):
            return "fail"
        return "partial" if self.incomplete else "pass"

    @property
    def complete(self) -> bool:
        """Whether every rule that applies was run to its end."""
        return not self.incomplete

    @property
    def counts(self) -> dict[str, int]:
        """Findings by severity, and those accepted."""
        by = Counter(finding.severity.value for finding in self.findings)
        return {
            **{severity.value: by[severity.value] for severity in Severity},
            "accepted": len(self.accepted),
        }

    def without(self, accepted: Mapping[str, tuple[str, str, str]]) -> Result:
        """Give the result with the findings of these keys shown apart; values are by, reason, until."""
        apart = [Accepted(f, *accepted[f.key]) for f in self.findings if f.key in accepted]
        rest = tuple(f for f in self.findings if f.key not in accepted)
        return replace(self, findings=rest, accepted=tuple(apart))

    def record(self) -> dict[str, Any]:
        """Give everything as values for machines; no moment, no path, so that equal runs are equal."""
        return {**self.head(), "findings": [finding_record(finding) for finding in self.findings]}

    def head(self) -> dict[str, Any]:
        """Give everything but the findings."""
        return {
            "verdict": self.verdict,
            "complete": self.complete,
            "profile": self.profile,
            "rules_version": self.rules_version,
            "package": dict(self.package),
            "counts": self.counts,
            "tolerance": self.tolerance.record(),
            "rules": [
                {
                    "rule": run.rule,
                    "status": run.status,
                    "findings": run.findings,
                    "reason": _text(run.reason),
                }
                for run in self.runs
            ],
            "accepted": [
                {**finding_record(one.finding), "by": one.by, "reason": one.reason, "until": one.until}
                for one in self.accepted
            ],
            "proves_not": [_text(text) for text in PROVES_NOT],
        }

    def json_parts(self) -> Iterator[str]:
        """Give the JSON document in pieces: 100,000 findings need not be held as one text."""
        head = json.dumps(self.head(), ensure_ascii=False, indent=1, sort_keys=False)
        yield head[: head.rindex("}")].rstrip()
        yield ',\n "findings": ['
        for number, finding in enumerate(self.findings):
            yield ",\n  " if number else "\n  "
            yield json.dumps(finding_record(finding), ensure_ascii=False)
        yield "\n ]\n}\n" if self.findings else "]\n}\n"


def finding_record(finding: Finding) -> dict[str, Any]:
    """Give a finding as values for machines; `geometry` is GeoJSON in the layer's own system (`crs`)."""
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "layer": finding.layer,
        "objects": list(finding.objects),
        "message": finding.message.zh,
        "geometry": geojson(finding.geometry),
        "area_m2": finding.area_m2,
        "observed": finding.observed,
        "expected": finding.expected,
        "message_en": finding.message.en,
        "rows": list(finding.rows),
        "crs": finding.crs,
        "width_m": finding.width_m,
        "tolerance": finding.tolerance,
        "unit": finding.unit,
        "places": [
            {"document": p.document, "page": p.page, "line": p.line, "column": p.column, "quote": p.quote}
            for p in finding.places
        ],
        "confidence": finding.confidence,
        "key": finding.key,
    }


def geojson(wkb: bytes | None) -> dict[str, Any] | None:
    """Give WKB as GeoJSON values, None for none."""
    if wkb is None:
        return None
    import shapely

    return json.loads(shapely.to_geojson(shapely.force_2d(shapely.from_wkb(wkb))))


def _text(text: Text | None) -> dict[str, str] | None:
    return None if text is None else {"zh": text.zh, "en": text.en}
