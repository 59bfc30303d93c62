"""The columns of a findings table: one list, so that the workbook, the page and the map file say the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tuban.domain.finding import Finding
from tuban.domain.rule import Rule
from tuban.errors import Text
from tuban.reports.words import mender

# Name, heading, and how the cell is made.
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
    ("mender", Text("整改单位", "Mended by"), lambda n, f, r, lang: mender(r, lang)),
)


def rows_of(
    findings: Iterable[Finding], book: dict[str, Rule], lang: str = "zh"
) -> Iterator[tuple[Finding, list[Any]]]:
    """Give each finding with the cells of its row, in the order of `COLUMNS`."""
    for number, found in enumerate(findings, 1):
        rule = book.get(found.rule)
        yield found, [cell(number, found, rule, lang) for _, _, cell in COLUMNS]
