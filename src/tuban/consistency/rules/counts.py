"""A stated count against the names that are listed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from tuban.consistency.facts import Facts, Passage
from tuban.consistency.register import report, rule
from tuban.documents.lexicon import Lexicon
from tuban.documents.number import chinese_number
from tuban.domain.finding import Finding, Judgement
from tuban.errors import Text
from tuban.standards.words import grammar, terms

_NUMBER = r"(\d{1,3}|[一二两三四五六七八九十]{1,3})"
_COUNTER = "(?:个|处|座|条|项|所|家|类|大|种|片)"
_NOUN = "|".join(sorted(grammar()["counted"], key=len, reverse=True))
# 重点镇9个，分别为甲、乙 … / 9个重点镇：甲、乙 … / 包括甲、乙等9个重点镇
_AHEAD = re.compile(
    rf"(?:(?P<noun1>{_NOUN})(?:共|共有|共计|为|有|数量为)?{_NUMBER}{_COUNTER}|{_NUMBER}{_COUNTER}?(?P<noun2>[\u4e00-\u9fff]{{0,6}}?(?:{_NOUN})))"
    r"(?P<link>[，：:]?(?:即|分别为|分别是|包括|为|是|含)|[：:(])"
)
_BEHIND = re.compile(
    rf"(?P<end>等|共|共计|总计|合计|，共|，共计|这){_NUMBER}{_COUNTER}(?P<noun>[\u4e00-\u9fff]{{0,6}}?(?:{_NOUN}))"
)
_STOP = re.compile(r"[。；！？：)]")
_VAGUE = re.compile(r"等$|等(?=[，。；)]|$)|以及其他|及其他|和其他|主要")
_ITEM = re.compile(r"[\u4e00-\u9fffA-Za-z0-9“”·—\-（）()]{1,24}")
_LEAD = re.compile(
    r"^(?:对|将|在|包括|包含|即|为|是|含|有|分别为|分别是|其中|位于|涉及|从|以|由|向|全市|全县|市域|县域|以及|和|及|与)+"
)


@dataclass(frozen=True)
class _Listing:
    count: int
    said: str
    noun: str
    names: tuple[str, ...]
    least: int
    most: int
    start: int
    list_start: int


@rule("C401")
def stated_counts(facts: Facts) -> Iterable[Finding]:
    """Count the names after or before a stated number."""
    yield from _in_tables(facts)
    for passage in (p for p in facts.passages if p.first):
        for listing in (*_listings(facts, passage), *_slogans(facts, passage)):
            if listing.least <= listing.count <= listing.most:
                continue
            got = listing.least if listing.least == listing.most else f"{listing.least}–{listing.most}"
            # Far apart: the list is of something else.
            if abs(listing.least - listing.count) > max(3, listing.count // 2):
                continue
            yield report(
                "C401",
                Judgement.ERROR,
                Text(
                    f"写明“{listing.said}”，列出 {got} 个：{'、'.join(listing.names[:20])}。",
                    f"“{listing.said}” stated, {got} names listed: {', '.join(listing.names[:20])}.",
                ),
                [
                    facts.place(*passage.text.where(listing.start)),
                    facts.place(*passage.text.where(listing.list_start)),
                ],
                0.85 if listing.least == listing.most else 0.8,
                observed=str(got),
                expected=str(listing.count),
                but=Text(
                    "若名称本身含“和”“、”，或列举未尽，则可能无误",
                    "unless a name itself holds a mark of lists",
                ),
            )


_SLOGAN = re.compile(
    r"(?:^|[；。，、\s])([两二三四五六七八九十])([\u4e00-\u9fff]{1,2})(?:：|，?即(?![使将便])|，?分别为)"
)


def _slogans(facts: Facts, passage: Passage) -> Iterator[_Listing]:
    """一主四副 explained: 四副：甲镇、乙镇、丙镇和丁镇."""
    text = passage.text.text
    for found in _SLOGAN.finditer(text):
        count = chinese_number(found.group(1))
        rest = text[found.end() : found.end() + _LONGEST_LIST]
        end = re.search(r"[。；！？]", rest)
        body = rest[: end.start()] if end else rest
        made = _names(facts, body, found.group(2))
        if count is not None and made is not None and "，" not in body:
            names, least, most = made
            yield _Listing(
                count,
                found.group(1) + found.group(2),
                found.group(2),
                names,
                least,
                most,
                found.start(),
                found.end(),
            )


def _in_tables(facts: Facts) -> Iterator[Finding]:
    """A column of counts beside a column of names."""
    for table in facts.tables:
        heads = [column.path[-1] if column.path else "" for column in table.columns]
        counts = [c for c, head in enumerate(heads) if re.search(r"数量|个数|数目", head)]
        lists = [
            c
            for c, head in enumerate(heads)
            if re.search(r"名称|名单|包括|乡镇|村庄|城镇", head) and c not in counts
        ]
        if len(counts) != 1 or not lists:
            continue
        for row, texts in enumerate(table.texts):
            cell = table.cells.get((row, counts[0]))
            names = [t for c in lists if "、" in (t := texts[c] if c < len(texts) else "")]
            if cell is None or len(names) != 1 or row in table.total_rows:
                continue
            made = _names(facts, names[0], "")
            if (
                made is None
                or made[1] <= cell.value <= made[2]
                or abs(made[1] - cell.value) > max(3, cell.value // 2)
            ):
                continue
            yield report(
                "C401",
                Judgement.ERROR,
                Text(
                    f"表中“{table.label(row)[:20]}”写明 {cell.text} 个，列出 {made[1]} 个：{names[0]}。",
                    f"The table says {cell.text}, {made[1]} names are listed: {names[0]}.",
                ),
                [facts.place(cell.line)],
                0.85,
                observed=str(made[1]),
                expected=cell.text,
            )


@rule("C402")
def named_twice(facts: Facts) -> Iterable[Finding]:
    """Tell names of places that stand twice in one list."""
    for passage in (p for p in facts.passages if p.first):
        for found in re.finditer(
            r"(?:[\u4e00-\u9fff]{2,8}(?:街道|镇|乡|村|社区)、){2,60}[\u4e00-\u9fff]{2,8}(?:街道|镇|乡|村|社区)",
            passage.text.text,
        ):
            names = [
                re.sub(r"^.*?(?:分布于|位于|包括|涉及|为)", "", name) for name in found.group().split("、")
            ]
            twice = [name for name, count in Counter(names).items() if count > 1]
            if twice:
                at = passage.text.where(found.start() + found.group().rfind(twice[0]))
                yield report(
                    "C402",
                    Judgement.WORDING,
                    Text(f"列举中“{twice[0]}”重复出现。", f"“{twice[0]}” stands twice in the list."),
                    [facts.place(*at)],
                    0.9,
                )


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() else chinese_number(text)


def _listings(facts: Facts, passage: Passage) -> Iterator[_Listing]:
    text = passage.text.text
    for found in _AHEAD.finditer(text):
        count = _number(found.group(2) or found.group(3))
        noun = found.group("noun1") or found.group("noun2")
        if count is None or count < 2 or _rounded_phrase(text, found.start()):
            continue
        end = _STOP.search(text, found.end(), found.end() + _LONGEST_LIST)
        body = text[found.end() : end.start() if end else found.end() + _LONGEST_LIST]
        if found.group("link") == "(" and ")" not in text[found.end() : found.end() + len(body) + 1]:
            continue
        made = _names(facts, body, noun)
        if made is not None:
            names, least, most = made
            yield _Listing(
                count,
                found.group()[: -len(found.group("link"))],
                noun,
                names,
                least,
                most,
                found.start(),
                found.end(),
            )
    for found in _BEHIND.finditer(text):
        count = _number(found.group(2))
        if count is None or count < 2:
            continue
        floor = max(0, found.start() - _LONGEST_LIST)
        low = max(max(text.rfind(mark, floor, found.start()) for mark in "。；！？：，(") + 1, floor)
        body = text[low : found.start()]
        made = _names(facts, body, found.group("noun"))
        if made is not None and "、" in body:
            names, least, most = made
            if found.group("end") == "等" and least < count:
                continue  # 甲、乙等5座 names two of five
            yield _Listing(count, found.group(), found.group("noun"), names, least, most, found.start(), low)


def _rounded_phrase(text: str, at: int) -> bool:
    return text[max(0, at - 2) : at].endswith(("每", "第", "前", "近", "约", "各"))


@cache
def _joined() -> Lexicon:
    return Lexicon([term for term in terms() if any(mark in term for mark in "、和与及")])


_LONGEST_LIST = 2_000


def _names(facts: Facts, body: str, noun: str) -> tuple[tuple[str, ...], int, int] | None:
    """Split a list into names: (names, least count, greatest count); None where it is no closed list."""
    if len(body) > _LONGEST_LIST:
        return None
    body = body.strip("，、 ")
    # A list ends where a clause begins that is no name.
    cut = re.search(r"，(?![\u4e00-\u9fff]{1,12}(?:、|$))", body)
    body = body[: cut.start()] if cut else body
    if "、" not in body or _VAGUE.search(body) or re.search(r"\d+(?:\.\d+)?(?:公顷|亩|%|平方|公里|万)", body):
        return None
    masked = body
    for at, word in _joined().find(body):
        masked = (
            masked[:at]
            + word.translate({ord("、"): "\x01", ord("和"): "\x02", ord("与"): "\x03", ord("及"): "\x04"})
            + masked[at + len(word) :]
        )
    masked = re.sub(
        r"\([^()]*\)|“[^”]*”|《[^》]*》",
        lambda m: m.group().translate(
            {ord("、"): "\x01", ord("和"): "\x02", ord("与"): "\x03", ord("，"): "\x05"}
        ),
        masked,
    )
    pieces = [piece for piece in re.split(r"[、，]", masked) if piece.strip()]
    if any(len(piece) > 24 for piece in pieces) or len(pieces) < 2:
        return None
    pieces[0] = _LEAD.sub("", pieces[0]) or pieces[0]
    least = len(pieces)
    # 和 before the last name parts two names; inside a name it may belong to it.
    joined = [piece for piece in pieces if re.search(r".[和与及].", piece)]
    sure = [p for p in joined if _two_places(p, noun)]
    most = least + len(joined)
    least += len(sure)
    shown = tuple(p.translate({1: "、", 2: "和", 3: "与", 4: "及", 5: "，"}) for p in pieces)
    return shown, least, most


def _two_places(piece: str, noun: str) -> bool:
    halves = re.split(r"[和与及]", piece)
    return len(halves) == 2 and all(
        half.endswith(("街道", "镇", "乡", "村", "社区", "市", "县", "区")) and len(half) >= 2
        for half in halves
    )
