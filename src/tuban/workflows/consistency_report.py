"""A checked document as one page: its text beside its findings, linked both ways, nothing fetched from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from tuban.documents import Document
from tuban.domain.finding import Finding, Judgement

_STYLE = """
:root{--ink:#1d2329;--line:#d8dde2;--error:#b3261e;--rounding:#5b6670;--wording:#8a6100}
*{box-sizing:border-box}body{margin:0;font:14px/1.65 "Noto Sans CJK SC","Microsoft YaHei",sans-serif;color:var(--ink);display:grid;
grid-template-columns:minmax(0,1fr) 420px;height:100vh}
main{overflow:auto;padding:12px 20px}aside{overflow:auto;border-left:1px solid var(--line);padding:8px 12px;background:#f7f8f9}
p{margin:0;display:grid;grid-template-columns:4em 1fr;white-space:pre-wrap}p>i{color:#8a939b;font-style:normal;user-select:none}
p:target,li:target{background:#fff4cc}mark{background:#fde2df;padding:0 1px}mark.rounding{background:#e6eaee}mark.wording{background:#f8ebc9}
mark a{color:inherit;text-decoration:none}sup{font-size:10px}ol{list-style:none;margin:0;padding:0}
li{border:1px solid var(--line);border-left:3px solid var(--error);background:#fff;margin:0 0 8px;padding:6px 8px}
li.rounding{border-left-color:var(--rounding)}li.wording{border-left-color:var(--wording)}small{color:#5b6670}h2{font-size:14px;margin:8px 0}
@media print{body{display:block;height:auto}aside{border:0}}
"""


def html_report(documents: Sequence[Document], findings: Sequence[Finding]) -> str:
    """Give one page: every line of the documents with its places marked, every finding with links to them."""
    marks: dict[tuple[str, int], list[tuple[int, int | None, int, str]]] = {}
    for number, finding in enumerate(findings, 1):
        for place in finding.places:
            kind = finding.judgement.value if finding.judgement else "error"
            marks.setdefault((place.document, place.line), []).append((place.column, place.end, number, kind))
    body = "".join(_document(index, document, marks) for index, document in enumerate(documents))
    order = {document.name: index for index, document in enumerate(documents)}
    items = "".join(_item(number, finding, order) for number, finding in enumerate(findings, 1))
    counts = "，".join(f"{kind.label.zh} {sum(f.judgement is kind for f in findings)}" for kind in Judgement)
    title = escape("、".join(document.name for document in documents))
    return (
        f'<!doctype html><html lang="zh"><meta charset="utf-8"><title>图数文一致 · {title}</title><style>{_STYLE}</style>'
        f"<main>{body}</main><aside><h2>{title}</h2><div>{counts}</div><ol>{items}</ol></aside></html>\n"
    )


def _document(
    index: int, document: Document, marks: dict[tuple[str, int], list[tuple[int, int | None, int, str]]]
) -> str:
    lines = [f"<h2>{escape(document.name)}</h2>"]
    for line in document.lines:
        here = marks.get((document.name, line.number), [])
        lines.append(
            f'<p id="d{index}l{line.number}"><i>{line.number}</i><span>{_marked(line.text, here)}</span></p>'
        )
    return "".join(lines)


def _marked(text: str, marks: list[tuple[int, int | None, int, str]]) -> str:
    parts: list[str] = []
    last = 0
    for column, end, number, kind in sorted(set(marks), key=lambda mark: (mark[0], mark[2])):
        start = max(column - 1, last)
        stop = min(len(text), max(end - 1 if end else start + 12, start))
        if start > len(text):
            start = stop = len(text)
        parts.append(escape(text[last:start]))
        parts.append(
            f'<mark class="{kind}"><a href="#f{number}">{escape(text[start:stop])}<sup>{number}</sup></a></mark>'
        )
        last = stop
    return "".join(parts) + escape(text[last:])


def _item(number: int, finding: Finding, order: dict[str, int]) -> str:
    kind = finding.judgement.value if finding.judgement else "error"
    places = " ".join(
        f'<a href="#d{order.get(place.document, 0)}l{place.line}">{escape(place.document) + ":" if len(order) > 1 else ""}'
        f"第{place.line}行</a>"
        for place in finding.places
    )
    label = finding.judgement.label.zh if finding.judgement else ""
    return (
        f'<li id="f{number}" class="{kind}"><b>{number} {label}</b> <small>{finding.rule} 把握 {finding.confidence:.0%}</small>'
        f"<br>{escape(finding.message.zh)}<br><small>{places}</small></li>"
    )
