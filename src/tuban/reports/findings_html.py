"""The findings as one HTML file: searched, filtered and sorted in the browser, without a network."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2

from tuban.errors import Text
from tuban.reports.columns import COLUMNS, rows_of
from tuban.reports.findings_map import findings_map
from tuban.reports.findings_pdf import report_data
from tuban.reports.inspection import Inspection
from tuban.reports.pdf import TEMPLATES

_NUMERIC = {"number", "area_m2", "width_m"}
_MARK = "\x00findings\x00"
_LABELS = {
    "search": Text("搜索:规则、图层、标识码、问题……", "Search: rule, layer, object, words …"),
    "all": Text("全部", "All"),
    "shown": Text("显示", "Shown"),
    "of": Text("/", "of"),
    "hint": Text("点列名排序。", "Click a heading to sort."),
}


def findings_html(inspection: Inspection, *, lang: str = "zh") -> Iterator[bytes]:
    """Give the page piece by piece, one finding at a time: 100,000 need no memory here."""
    data = report_data(inspection, lang)
    picture = findings_map(inspection, lang=lang)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined
    )
    page = environment.get_template("findings.html").render(
        d=data,
        w=data["words"],
        labels={name: text.in_(lang) for name, text in _LABELS.items()},
        picture=base64.b64encode(picture).decode() if picture else "",
        columns=_json([[key, title.in_(lang), key in _NUMERIC] for key, title, _ in COLUMNS]),
        mark=_MARK,
    )
    before, after = page.split(_MARK)
    yield before.encode()
    for number, (_, cells) in enumerate(rows_of(inspection.findings(), inspection.book(), lang)):
        yield (("" if number == 0 else ",\n") + _json(cells)).encode()
    yield after.encode()


def write_findings_html(inspection: Inspection, path: Path, *, lang: str = "zh") -> Path:
    """Write the page; give its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        out.writelines(findings_html(inspection, lang=lang))
    return path


def _json(value: Any) -> str:
    """Give JSON that may stand in a script: nothing in it can end the script."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return (
        text.replace("<", "\\u003c")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
        .replace("\x00", "")
    )
