"""The inspection report as a Word document, to be edited: what the PDF says, in the same order."""

from __future__ import annotations

import io
from typing import Any

from tuban.reports.docx import add_table, new_document, printable, to_bytes
from tuban.reports.findings_map import findings_map
from tuban.reports.findings_pdf import report_data
from tuban.reports.inspection import Inspection

_HEADS = {
    "zh": ("", "图层或文件", "对象或位置", "问题", "实际 → 应为", "面积、宽度"),
    "en": ("", "Layer or file", "Object or place", "What is wrong", "Observed → expected", "Area, width"),
}


def findings_docx(inspection: Inspection, *, lang: str = "zh") -> bytes:
    """Give the report; the same inspection gives the same bytes."""
    from docx.shared import Cm, Pt, RGBColor

    data = report_data(inspection, lang)
    w = data["words"]
    document = new_document(data["title"], made=inspection.checked_at, lang=lang)
    document.add_heading(data["title"], 0)
    document.add_paragraph(printable(data["subject"]))
    if data["sample"]:
        run = document.add_paragraph().add_run(data["sample"])
        run.bold, run.font.color.rgb = True, RGBColor(0x9C, 0x57, 0x00)
    verdict = document.add_paragraph().add_run(data["verdict"])
    verdict.bold, verdict.font.size = True, Pt(14)
    verdict.font.color.rgb = RGBColor(0x1B, 0x6E, 0x3A) if data["passed"] else RGBColor(0xC6, 0x28, 0x28)
    document.add_paragraph(data["headline"] + data["partial"])
    add_table(document, (), data["facts"], (4, 13))
    document.add_heading(w["unproven"], 1)
    for text in data["unproven"]:
        document.add_paragraph(text, style="List Bullet")
    picture = findings_map(inspection, lang=lang)
    if picture:
        document.add_heading(w["map_title"], 1)
        document.add_picture(io.BytesIO(picture), width=Cm(17))
    _numbers(document, data)
    if data["groups"]:
        document.add_heading(w["findings"], 1)
    for group in data["groups"]:
        title = f"{group['id']}  {group['title']}({group['severity']},{group['count']})"
        document.add_heading(title, 2)
        document.add_paragraph(printable(" ".join((group["definition"], group["parameters"]))))
        if group["rows"]:
            add_table(
                document,
                _HEADS["en" if lang == "en" else "zh"],
                group["rows"],
                (0.9, 2.2, 3.6, 5.2, 3.0, 2.1),
            )
        if group["more"]:
            document.add_paragraph(group["more"])
    document.add_heading(w["tolerances"], 1)
    add_table(document, (), data["tolerances"], (8, 9))
    if data["inputs"]:
        document.add_heading(w["inputs"], 1)
        add_table(document, (w["code"], w["file"], w["rows"], w["crs"]), data["inputs"], (3, 8, 2, 4))
    if data["hashes"]:
        document.add_heading(w["hashes"], 1)
        add_table(document, (), data["hashes"], (4, 13))
    for text in data["notes"]:
        document.add_paragraph(printable(text))
    return to_bytes(document)


def _numbers(document: Any, data: dict[str, Any]) -> None:
    w = data["words"]
    document.add_heading(w["by_rule"], 1)
    if data["by_rule"]:
        heads = ("", w["name"], w["severity"], w["mender"], w["count"])
        add_table(document, heads, data["by_rule"], (1.6, 7.4, 2, 4, 2))
    else:
        document.add_paragraph(w["nothing_found"])
    for name in ("by_layer", "by_unit"):
        if data[name]:
            document.add_heading(w[name], 1)
            add_table(document, (w[name], w["count"]), data[name], (13, 4))
    if data["unchecked"]:
        document.add_heading(w["not_checked"], 1)
        add_table(document, ("", w["name"], w["state"], w["reason"]), data["unchecked"], (1.6, 5.4, 2.4, 7.6))
    if data["accepted"]:
        document.add_heading(w["accepted"], 1)
        heads = ("", w["findings"], "", w["accepted_by"], w["accepted_for"], w["accepted_until"])
        add_table(document, heads, data["accepted"], (1.3, 3.6, 5, 1.8, 3.2, 2.1))
        if data["accepted_more"]:
            document.add_paragraph(data["accepted_more"])
