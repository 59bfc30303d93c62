"""Numbers of headings, contents against body, numbers of tables and figures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tuban.consistency.facts import Facts
from tuban.consistency.register import report, rule
from tuban.documents.blocks import HEADS, Block
from tuban.documents.number import chinese_number
from tuban.domain.finding import Finding, Judgement
from tuban.errors import Text

_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫"
_CAPTION = re.compile(r"(附?[表图])(?:格|纸)?(\d{1,3})(?:([-—.])(\d{1,3}))?")
_REFERENCE = re.compile(r"(?:见|详见|如)(附?[表图])(\d{1,3})(?:([-—.])(\d{1,3}))?")
_PLAIN = re.compile(
    r"^(?:第[一二三四五六七八九十百\d]+[章节条]|[一二三四五六七八九十]+[、.]|\([一二三四五六七八九十\d]+\)|[\d.]+[、.]?)"
)


def _numbered(text: str) -> tuple[int, int] | None:
    """Give (kind of number, number) of a heading; None for decimal numbers of several parts."""
    for kind, (_, pattern) in enumerate(HEADS):
        found = pattern.match(text)
        if not found:
            continue
        said = found.group()
        if said in _CIRCLED:
            return kind, _CIRCLED.index(said) + 1
        if said.count(".") > 1 or re.fullmatch(r"\d+\.\d+\.?", said):
            return None
        digits = re.sub(r"[第章编篇部分节条、.()]", "", said)
        value = int(digits) if digits.isdigit() else chinese_number(digits)
        return None if value is None else (kind, value)
    return None


@rule("C501")
def numbering(facts: Facts) -> Iterable[Finding]:
    """Tell headings whose number repeats or leaves a gap."""
    last: dict[int, tuple[int, Block]] = {}
    seen_texts: set[str] = set()
    for block in facts.blocks:
        if block.kind not in ("heading", "paragraph"):
            continue
        found = _numbered(block.text.text)
        if found is None:
            continue
        kind, value = found
        if block.kind == "paragraph" and len(block.text.text) > 200 and kind not in (2, 3, 4):
            continue
        for deeper in [k for k in last if _deeper(k, kind)]:
            if block.kind == "heading":
                del last[deeper]
        if kind in last and block.kind == "heading":
            before, earlier = last[kind]
            repeated = block.text.text in seen_texts
            if value == before and not repeated:
                yield _finding(facts, earlier, block, "重复", "repeats", 0.85)
            elif value > before + 1 and value <= before + 4:
                yield _finding(facts, earlier, block, "不连续", "leaves a gap", 0.7)
        if block.kind == "heading" or kind in last:
            last[kind] = (value, block)
        seen_texts.add(block.text.text)


def _deeper(a: int, b: int) -> bool:
    """Articles number on through all chapters; everything else begins again under a higher heading."""
    return HEADS[a][0] > HEADS[b][0] and a != 2


def _finding(facts: Facts, earlier: Block, block: Block, zh: str, en: str, confidence: float) -> Finding:
    return report(
        "C501",
        Judgement.WORDING,
        Text(
            f"标题编号{zh}：“{earlier.text.text[:20]}”之后为“{block.text.text[:20]}”。",
            f"The number {en}: “{earlier.text.text[:20]}”, then “{block.text.text[:20]}”.",
        ),
        [facts.place(block.line), facts.place(earlier.line)],
        confidence,
    )


@rule("C502")
def contents(facts: Facts) -> Iterable[Finding]:
    """Compare the contents with the headings of the body."""
    listed = [block for block in facts.blocks if block.kind == "contents"]
    if len(listed) < 3:
        return
    end = max(block.line for block in listed)
    body = [
        block
        for block in facts.blocks
        if block.line > end and block.kind in ("heading", "paragraph") and len(block.text.text) <= 60
    ]
    names = {_bare(block.text.text): block for block in body}
    numbered = {_number_and_name(block.text.text) for block in body}
    for block in listed:
        text = re.sub(r"[.…·\s]*\d{1,4}$", "", block.text.text)
        bare = _bare(text)
        if not bare or len(bare) < 3:
            continue
        if bare not in names:
            yield report(
                "C502",
                Judgement.WORDING,
                Text(
                    f"目录中的“{text}”在正文标题中没有找到。",
                    f"“{text}” of the contents is no heading of the body.",
                ),
                [facts.place(block.line)],
                0.7,
            )
        elif _number_and_name(text) not in numbered:
            other = names[bare]
            yield report(
                "C502",
                Judgement.WORDING,
                Text(
                    f"目录为“{text}”，正文为“{other.text.text[:40]}”，编号不一致。",
                    f"Contents “{text}”, body “{other.text.text[:40]}”.",
                ),
                [facts.place(block.line), facts.place(other.line)],
                0.85,
            )


def _bare(text: str) -> str:
    return re.sub(r"[\s，。、]", "", _PLAIN.sub("", text))


def _number_and_name(text: str) -> tuple[str, str]:
    found = _PLAIN.match(text)
    return re.sub(r"[、.\s]", "", found.group()) if found else "", _bare(text)


@rule("C503")
def captions(facts: Facts) -> Iterable[Finding]:
    """Tell captions whose number repeats or leaves a gap, and references to none."""
    seen: dict[tuple[str, str], dict[int, Block]] = {}
    last: dict[tuple[str, str], tuple[int, Block]] = {}
    for block in facts.blocks:
        found = _CAPTION.match(block.text.text) if block.kind == "caption" else None
        if found is None:
            continue
        series, value = (
            ((found.group(1), found.group(2)), int(found.group(4)))
            if found.group(4)
            else ((found.group(1), ""), int(found.group(2)))
        )
        known = seen.setdefault(series, {})
        if value in known and known[value].text.text != block.text.text and "续" not in block.text.text:
            yield _caption(facts, known[value], block, "重复", "repeats", 0.85)
        elif series in last and last[series][0] + 1 < value <= last[series][0] + 3:
            yield _caption(facts, last[series][1], block, "不连续", "leaves a gap", 0.6)
        known.setdefault(value, block)
        last[series] = (value, block)
    if not seen:
        return
    yield from _references(facts, seen)


def _references(facts: Facts, seen: dict[tuple[str, str], dict[int, Block]]) -> Iterator[Finding]:
    for passage in (p for p in facts.passages if p.first):
        for found in _REFERENCE.finditer(passage.text.text):
            series = (found.group(1), found.group(2)) if found.group(4) else (found.group(1), "")
            value = int(found.group(4) or found.group(2))
            if series in seen and value not in seen[series] and len(seen[series]) >= 2:
                yield report(
                    "C503",
                    Judgement.WORDING,
                    Text(
                        f"文中引用“{found.group()[-6:]}”，但没有这个编号的图表。",
                        f"“{found.group()}” refers to a caption that is not there.",
                    ),
                    [facts.place(*passage.text.where(found.start()))],
                    0.75,
                )


def _caption(facts: Facts, earlier: Block, block: Block, zh: str, en: str, confidence: float) -> Finding:
    return report(
        "C503",
        Judgement.WORDING,
        Text(
            f"图表编号{zh}：“{earlier.text.text[:24]}”与“{block.text.text[:24]}”。",
            f"The number of a caption {en}: “{earlier.text.text[:24]}”, “{block.text.text[:24]}”.",
        ),
        [facts.place(block.line), facts.place(earlier.line)],
        confidence,
    )
