"""The inspection report as PDF: what the template is given."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from tuban.domain.finding import Finding
from tuban.errors import Text
from tuban.reports import words
from tuban.reports.columns import place
from tuban.reports.findings_map import findings_map
from tuban.reports.findings_xlsx import parameters
from tuban.reports.inspection import SAMPLE, STATE_TITLES, Inspection
from tuban.reports.pdf import pdf

# Paper is for reading: beyond these the workbook and the GeoPackage have the rest, and the page says so.
MOST_PRINTED = 2000
MOST_OF_A_RULE = 200
_CELL_CHARS = 400
_OBJECTS = 6
_RUN = re.compile(r"[^\s\u2e80-\uffef\u200b]{20,}")


def findings_pdf(inspection: Inspection, *, lang: str = "zh") -> bytes:
    """Give the report: verdict, numbers, map, what it does not prove, findings by rule, how it was checked."""
    picture = findings_map(inspection, lang=lang)
    return pdf(
        "inspection",
        report_data(inspection, lang) | {"picture": "map.png" if picture else ""},
        pictures={"map.png": picture} if picture else {},
        made=inspection.checked_at,
    )


def report_data(inspection: Inspection, lang: str = "zh") -> dict[str, Any]:
    """Give what stands in the printed report, PDF and DOCX alike, as plain values."""
    counts = inspection.counts()
    book = inspection.book()
    return {
        "lang": lang,
        "words": {
            name.lower(): text.in_(lang) for name, text in vars(words).items() if isinstance(text, Text)
        },
        "title": inspection.title.in_(lang),
        "subject": inspection.subject,
        "passed": inspection.passed,
        "verdict": inspection.verdict.in_(lang),
        "headline": words.headline(inspection, counts, lang),
        "partial": words.PARTIAL.in_(lang) if inspection.partial else "",
        "sample": SAMPLE.in_(lang) if inspection.sample else "",
        "run": inspection.run,
        "facts": [[name, breakable(value)] for name, value in words.facts(inspection, lang)],
        "severities": [
            {"name": name, "count": f"{number:,}", "colour": words.COLOURS[severity]}
            for severity, (name, number) in zip(words.ORDER, words.severities(counts, lang), strict=True)
        ],
        "by_rule": [
            [
                line.rule.id,
                line.rule.title.in_(lang),
                line.rule.severity.label.in_(lang),
                words.mender(line.rule, lang),
                f"{counts.rule[line.rule.id]:,}",
            ]
            for line in inspection.rules
            if counts.rule[line.rule.id]
        ],
        "by_layer": _counted(counts.layer, lang),
        "by_unit": _counted(counts.unit, lang) if set(counts.unit) - {""} else [],
        "unproven": [text.in_(lang) for text in inspection.unproven],
        "unchecked": [
            [
                line.rule.id,
                line.rule.title.in_(lang),
                STATE_TITLES[line.state].in_(lang),
                line.reason.in_(lang) if line.reason else "",
            ]
            for line in inspection.rules
            if line.state != "checked"
        ],
        "checked": _ids(line.rule.id for line in inspection.rules if line.state == "checked"),
        "accepted": [
            [
                one.finding.rule,
                breakable(_what(one.finding)),
                short(one.finding.message.in_(lang)),
                one.by,
                short(one.reason),
                one.until.isoformat() if one.until else "",
            ]
            for one in inspection.accepted[:MOST_OF_A_RULE]
        ],
        "accepted_more": _more(len(inspection.accepted) - MOST_OF_A_RULE, lang),
        "groups": _groups(inspection, book, counts.rule, lang),
        "tolerances": [[name.in_(lang), value] for name, value in inspection.tolerances],
        "inputs": [
            [line.code, breakable(line.file), "" if line.rows is None else f"{line.rows:,}", line.crs]
            for line in inspection.inputs
        ],
        "hashes": [[name.in_(lang), breakable(value)] for name, value in inspection.hashes],
        "notes": [text.in_(lang) for text in inspection.notes],
    }


def _counted(table: Any, lang: str) -> list[list[str]]:
    ordered = sorted(table.items(), key=lambda item: (-item[1], item[0]))
    return [[breakable(name or words.WHOLE.in_(lang)), f"{number:,}"] for name, number in ordered[:40]]


def _ids(ids: Any) -> str:
    return "、".join(ids)


def _groups(inspection: Inspection, book: Any, totals: Any, lang: str) -> list[dict[str, Any]]:
    """Give the findings by rule, in the order of the rules, as many as are printed."""
    kept: dict[str, list[Finding]] = {}
    room = MOST_PRINTED
    for found in inspection.findings():
        of_rule = kept.setdefault(found.rule, [])
        if room and len(of_rule) < MOST_OF_A_RULE:
            of_rule.append(found)
            room -= 1
    groups = []
    for rule_id in sorted(kept):
        rule = book.get(rule_id)
        groups.append(
            {
                "id": rule_id,
                "title": rule.title.in_(lang) if rule else "",
                "definition": rule.definition.in_(lang) if rule else "",
                "severity": kept[rule_id][0].severity.label.in_(lang) if kept[rule_id] else "",
                "colour": words.COLOURS[kept[rule_id][0].severity] if kept[rule_id] else "#555555",
                "mender": words.mender(rule, lang),
                "parameters": breakable(parameters(rule.parameters))[:300] if rule else "",
                "count": f"{totals[rule_id]:,}",
                "rows": [_row(number, found, lang) for number, found in enumerate(kept[rule_id], 1)],
                "more": _more(totals[rule_id] - len(kept[rule_id]), lang),
            }
        )
    return groups


def _row(number: int, found: Finding, lang: str) -> list[str]:
    seen = (
        ""
        if not (found.observed or found.expected)
        else f"{short(found.observed, 120)} → {short(found.expected, 120)}"
    )
    size = "\n".join(
        text
        for text in (
            "" if found.area_m2 is None else f"{found.area_m2:,.2f} m²",
            "" if found.width_m is None else f"{found.width_m:,.4f} m",
        )
        if text
    )
    return [
        str(number),
        breakable(found.layer),
        breakable(_what(found)),
        short(found.message.in_(lang)),
        breakable(seen),
        size,
    ]


def _what(found: Finding) -> str:
    if not found.objects:
        return short(place(found), 120)
    listed = "、".join(islice(found.objects, _OBJECTS))
    left = len(found.objects) - _OBJECTS
    return f"{listed} …(+{left:,})" if left > 0 else listed


def _more(left: int, lang: str) -> str:
    if left <= 0:
        return ""
    if lang == "zh":
        return f"另有 {left:,} 项未列于此,见同一次检查的 XLSX 或 GeoPackage。"
    return f"{left:,} more are in the XLSX and the GeoPackage of the same run."


def short(text: str, most: int = _CELL_CHARS) -> str:
    """Give a text as a cell of paper bears it: one paragraph, not longer than `most`, breakable."""
    plain = " ".join(text.split())
    return breakable(plain if len(plain) <= most else plain[: most - 1] + "…")


def breakable(text: str) -> str:
    """Give a text whose long runs without a blank can be broken, so that none leaves its cell."""
    return _RUN.sub(lambda run: "\u200b".join(re.findall(r".{1,10}", run[0])), text)
