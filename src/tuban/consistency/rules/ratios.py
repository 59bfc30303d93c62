"""Shares of a whole, values per head, densities, rates of urbanisation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import pairwise

from tuban.consistency.facts import Facts, Passage
from tuban.consistency.judge import swapped, text
from tuban.consistency.register import report, rule
from tuban.documents.quantity import Quantity
from tuban.documents.subjects import is_share_word, subject_of
from tuban.domain.finding import Finding, Judgement
from tuban.errors import Text

_TERRITORY = re.compile(r"国土|辖区|[市县镇乡]域|全[市县域镇区]|土地总|行政区域")
_SHARE_OF = re.compile(r"占([\u4e00-\u9fff]{2,16}?)(?:的|比例|比重)*$")
_LEVELS = (
    "城镇建设用地",
    "城乡建设用地",
    "城市建设用地",
    "村庄建设用地",
    "建设用地",
    "公园绿地",
    "耕地",
    "应急避难场所",
    "体育用地",
)


def _interval(top: Quantity, bottom: Quantity) -> tuple[Fraction, Fraction] | None:
    """Give the least and greatest quotient that the printed figures allow."""
    low_bottom = bottom.number.base - bottom.number.half
    if low_bottom <= 0:
        return None
    loose = Fraction(1, 100) if "~" in (top.relation, bottom.relation) else Fraction(0)
    low = (top.number.base - top.number.half) / (bottom.number.base + bottom.number.half)
    high = (top.number.base + top.number.half) / low_bottom
    return low * (1 - loose), high * (1 + loose)


def _meets(said: Quantity, span: tuple[Fraction, Fraction]) -> bool:
    slack = said.number.half * 2
    return span[0] - slack <= said.number.base <= span[1] + slack


def _hundred(facts: Facts, passage: Passage) -> Iterator[Finding]:
    """甲占28.5%，乙占58.2%，其他占13.3%: what names the others too makes a hundred."""
    by_sentence: dict[int, list[Quantity]] = {}
    for q in passage.quantities:
        if (
            q.kind == "share"
            and q.number.unit == "%"
            and not q.role
            and q.relation == "="
            and q.number.high is None
        ):
            by_sentence.setdefault(q.sentence, []).append(q)
    for said in by_sentence.values():
        if len(said) < 3 or not said[-1].lead.lstrip("，、").startswith(("其他", "其余")):
            continue
        if not all("占" in q.lead or q.lead.strip("，、").endswith(("比重", "比例")) for q in said):
            continue
        total = sum((Fraction(q.number.value) for q in said), Fraction(0))
        slack = sum((q.number.half * 100 for q in said), Fraction(0))
        if abs(total - 100) > slack and len({q.number.unit for q in said}) == 1:
            yield report(
                "C205",
                Judgement.ERROR,
                Text(
                    f"{'+'.join(str(q.number.value) for q in said)}={text(total, 2)}%，各项占比之和不等于100%。",
                    f"The shares add up to {text(total, 2)} %, not 100 %.",
                ),
                [facts.place_of(q) for q in said],
                0.85,
                observed=text(total, 2),
                expected="100",
            )


@rule("C205")
def shares(facts: Facts) -> Iterable[Finding]:
    """Compare “of which x, y %” with x over the whole."""
    areas = [q for q in facts.quantities if q.kind == "area" and not q.place and q.number.value > 0]
    totals = [q for q in areas if "面积" in q.lead and _TERRITORY.search(q.lead) and not q.role]
    for passage in facts.passages:
        yield from _hundred(facts, passage)
        said = passage.quantities
        for i, share in enumerate(said):
            if share.kind != "share" or i == 0 or share.role or share.relation in (">=", "<="):
                continue
            part = said[i - 1]
            if (
                i > 1
                and part.lead.lstrip("，").startswith("占")
                and "占用" not in part.lead
                and share.lead.strip("约为") in _OF
            ):
                yield from _explicit(facts, said[i - 2], part, share)  # 占新增规模2150公顷的29%
                continue
            close = part.sentence == share.sentence and _bare_share(share)
            if not close or part.kind in ("share", "points", "time", "") or part.role:
                continue
            yield from _check_share(facts, passage, i, part, share, totals)


_OF = ("的", "的比例", "的比重", "比例", "比重")


def _explicit(facts: Facts, part: Quantity, whole: Quantity, share: Quantity) -> Iterator[Finding]:
    if part.kind != whole.kind or part.sentence != share.sentence or part.role:
        return
    span = _interval(part, whole)
    if span is not None and not _meets(share, span):
        yield _share_finding(facts, part, whole, share, 0.9)


def _share_finding(
    facts: Facts, part: Quantity, whole: Quantity, share: Quantity, confidence: float
) -> Finding:
    right = part.number.base / whole.number.base * 100
    return report(
        "C205",
        Judgement.ERROR,
        Text(
            f"{part.number.text}÷{whole.number.text}={text(right, share.number.decimals)}%，文中占比为 {share.number.text}。",
            f"{part.number.text} over {whole.number.text} is {text(right, share.number.decimals)} %; "
            f"the text says {share.number.text}.",
        ),
        [facts.place_of(share), facts.place_of(part), facts.place_of(whole)],
        confidence,
        observed=share.number.text,
        expected=text(right, share.number.decimals),
        but=Text("若占比的分母另有所指，则可能无误", "unless the share is of another whole"),
    )


def _bare_share(share: Quantity) -> bool:
    return (
        is_share_word(share.subject)
        or share.subject in ("", "占比重", "占比例")
        or share.lead.strip("，、(").startswith(("占", "比例", "比重"))
    )


def _check_share(
    facts: Facts, passage: Passage, i: int, part: Quantity, share: Quantity, totals: list[Quantity]
) -> Iterator[Finding]:
    before = [
        q for q in passage.quantities[: i - 1] if q.kind == part.kind and q.number.base >= part.number.base
    ]
    clear = _clear_whole(facts, passage, i, part, share, totals) or _carried(facts, passage, i, share, totals)
    if clear is None:
        return
    explained = [q for q in [*before, *totals] if (span := _interval(part, q)) and _meets(share, span)]
    span = _interval(part, clear)
    if explained or span is None or _meets(share, span):
        return
    # The whole may stand anywhere in the section.
    near = [
        q
        for p in facts.passages
        if p.headings == passage.headings
        for q in p.quantities
        if q.kind == part.kind and q is not part
    ]
    if any((other := _interval(part, q)) and _meets(share, other) for q in near):
        return
    yield _share_finding(facts, part, clear, share, 0.85)


def _carried(
    facts: Facts, passage: Passage, i: int, share: Quantity, totals: list[Quantity]
) -> Quantity | None:
    """甲占城镇建设用地30.71%；乙……，占9.00%: what the first share names holds for the next."""
    if share.lead.strip("，约为") != "占":
        return None
    said = passage.quantities
    for k in range(i - 2, 0, -1):
        if (
            said[k].kind == "share"
            and _SHARE_OF.search(said[k].lead)
            and said[k - 1].kind == said[i - 1].kind
        ):
            return _clear_whole(facts, passage, k, said[k - 1], said[k], totals, named_only=True)
    return None


def _clear_whole(
    facts: Facts,
    passage: Passage,
    i: int,
    part: Quantity,
    share: Quantity,
    totals: list[Quantity],
    named_only: bool = False,
) -> Quantity | None:
    lead = share.lead
    if any(
        word in lead
        for word in ("市域", "县域", "全域", "国土", "辖区", "镇域", "总面积", "乡域", "全市", "全县")
    ):
        values = {q.number.base for q in totals if q.number.half * 400 < q.number.base}
        return totals[0] if totals and len({round(float(v) / 1e6) for v in values}) == 1 else None
    named = _SHARE_OF.search(lead)
    if named and named.group(1) not in ("比", "总"):
        core = subject_of(named.group(1), facts.places)
        known = [
            q
            for q in facts.quantities
            if q.subject == core and q.kind == part.kind and q is not part and not q.role
        ]
        here = (
            [q for q in known if q.block == part.block]
            or [q for q in known if q.place == part.place and q.phase == part.phase]
            or known
        )
        spans = [span for q in known if (span := _interval(part, q))]
        if (
            not here
            or (not named_only and any(_meets(share, span) for span in spans))
            or (len({q.number.base for q in here}) > 1 and len(known) > 3)
            or len({q.number.base for q in here}) > 2
        ):
            return None
        return here[0]
    if named_only:
        return None
    if part.part:
        whole = [
            q
            for q in passage.quantities[: i - 1]
            if q.sentence == part.sentence and not q.part and q.kind == part.kind
        ]
        if whole and whole[-1].number.base >= part.number.base and not whole[-1].paren:
            return whole[-1]
    return _whole_of_its_sisters(passage, i, part, share)


def _whole_of_its_sisters(passage: Passage, i: int, part: Quantity, share: Quantity) -> Quantity | None:
    """A larger value before, of which at least two other shares of the paragraph are right."""
    said = passage.quantities
    pairs = [
        (a, b)
        for a, b in pairwise(said)
        if b.kind == "share"
        and b is not share
        and _bare_share(b)
        and a.kind == part.kind
        and a.sentence == b.sentence
    ]
    for whole in said[: i - 1]:
        if whole.kind != part.kind or whole.number.base <= part.number.base or whole.role:
            continue
        right = sum(
            1 for a, b in pairs if a is not whole and (span := _interval(a, whole)) and _meets(b, span)
        )
        if right >= 2:
            return whole
        # Two digits that changed places betray the whole as well.
        real = part.number.base / whole.number.base * 100
        if swapped(real, Fraction(share.number.value), share.number.decimals) and share.number.decimals >= 1:
            return whole
    return None


def _good_days(facts: Facts, passage: Passage) -> Iterator[Finding]:
    """优良天数295天，优良率80.6%: of 365 or 366 days."""
    for days, rate in pairwise(passage.quantities):
        if days.number.unit != "天" or rate.kind != "share" or not rate.subject.endswith("优良率"):
            continue
        if not 0 < days.number.value <= 366 or "天数" not in days.subject + days.owner:
            continue
        shares = [Fraction(days.number.value) / year for year in (365, 366)]
        if all(abs(share - rate.number.base) > rate.number.half * 2 for share in shares):
            yield report(
                "C206",
                Judgement.ERROR,
                Text(
                    f"{days.number.text}÷365={text(shares[0] * 100, rate.number.decimals)}%，文中为 {rate.number.text}。",
                    f"{days.number.text} of 365 are {text(shares[0] * 100, rate.number.decimals)} %, not {rate.number.text}.",
                ),
                [facts.place_of(rate), facts.place_of(days)],
                0.8,
                but=Text("若按有效监测天数计算，则可能无误", "unless only days with valid measurement count"),
            )


@rule("C206")
def per_head(facts: Facts) -> Iterable[Finding]:
    """Compare values per head and densities with the figures printed beside them."""
    for passage in facts.passages:
        yield from _good_days(facts, passage)
        said = [q for q in passage.quantities if q.number.high is None and q.role != "change"]
        for value in said:
            if value.relation in (">=", "<="):
                continue
            name = value.subject or value.owner
            if (value.kind == "area" and name.startswith("人均") and value.number.base < 5000) or (
                value.kind == "area/people" and "人均" in name
            ):
                yield from _quotient(facts, passage, value, "area", "people", name)
            elif value.kind == "people/area":
                yield from _quotient(facts, passage, value, "people", "area", name)
            elif value.kind == "length/area" and "密度" in name:
                yield from _quotient(facts, passage, value, "length", "area", name)
            elif value.kind == "share" and name.endswith("城镇化率"):
                yield from _urban(facts, said, value)


def _quotient(
    facts: Facts, passage: Passage, value: Quantity, top: str, bottom: str, name: str
) -> Iterator[Finding]:
    def fits(q: Quantity) -> bool:
        return (
            q is not value
            and q.year == value.year
            and q.phase == value.phase
            and (q.place == value.place or not q.explicit_place)
            and abs(q.sentence - value.sentence) <= 1
            and not (q.subject or q.owner).startswith(("人均", "新增", "净"))
            and q.role == ""
        )

    tops = [q for q in passage.quantities if q.kind == top and fits(q)]
    bottoms = [q for q in passage.quantities if q.kind == bottom and fits(q)]
    if top == "area":  # per head of what: the two must speak of one kind of land
        tops = [q for q in tops if _same_land(name, q.subject)]
    if bottom == "people":
        bottoms = [q for q in bottoms if "人口" in q.subject or q.subject == ""]
        bottoms = [q for q in bottoms if "流动" not in q.subject]
        if not bottoms and value.place and value.year:
            every = [
                q
                for q in facts.quantities
                if q.kind == "people"
                and q.place == value.place
                and q.year == value.year
                and q.subject in ("人口", "常住人口", "规划人口")
            ]
            bottoms = every if len({q.number.base for q in every}) == 1 else []
            bottoms = bottoms[:1]
    if top == "length":
        tops = [q for q in tops if "路" in q.subject or "路" in q.lead]
    if not tops or not bottoms:
        return
    pairs = [(a, b, _interval(a, b)) for a in tops for b in bottoms]
    if any(span is None or _meets(value, span) for _, _, span in pairs):
        return
    if len(tops) > 1 or len(bottoms) > 1:
        return
    a, b, _ = pairs[0]
    right = a.number.base / b.number.base / value.number.factor
    yield report(
        "C206",
        Judgement.ERROR,
        Text(
            f"{a.number.text}÷{b.number.text}={text(right, max(value.number.decimals, 1))}，文中{name}为 {value.number.text}。",
            f"{a.number.text} over {b.number.text} is {text(right, max(value.number.decimals, 1))}; the text says {value.number.text}.",
        ),
        [facts.place_of(value), facts.place_of(a), facts.place_of(b)],
        0.85,
        observed=value.number.text,
        expected=text(right, max(value.number.decimals, 1)),
        but=Text("若统计范围不同，则可能无误", "unless the scopes differ"),
    )


def _same_land(name: str, land: str) -> bool:
    if name == "人均":
        return land.endswith("建设用地")
    level = next((word for word in _LEVELS if word in name), None)
    if level is None:
        return False
    if level == "建设用地":
        return land.endswith(("建设用地", "建设用地规模", "建设用地面积"))
    other = next((word for word in _LEVELS if word in land), None)
    return other == level or {other, level} <= {"城镇建设用地", "城市建设用地"}


def _urban(facts: Facts, said: list[Quantity], rate: Quantity) -> Iterator[Finding]:
    near = [
        q
        for q in said
        if q.kind == "people" and q.year == rate.year and q.place == rate.place and q.role == ""
    ]
    town = [q for q in near if q.subject in ("城镇人口", "城镇常住人口", "常住城镇人口", "其中城镇人口")]
    every = [
        q
        for q in near
        if q.subject in ("常住人口", "总人口", "人口", "全市常住人口", "人口规模", "常住总人口", "规划人口")
    ]
    if len(town) != 1 or len(every) != 1:
        return
    span = _interval(town[0], every[0])
    if span is None or _meets(rate, span):
        return
    right = town[0].number.base / every[0].number.base * 100
    yield report(
        "C206",
        Judgement.ERROR,
        Text(
            f"城镇人口 {town[0].number.text}÷总人口 {every[0].number.text}={text(right, max(rate.number.decimals, 1))}%，文中城镇化率为 {rate.number.text}。",
            f"{town[0].number.text} of {every[0].number.text} is {text(right, max(rate.number.decimals, 1))} %; the text says {rate.number.text}.",
        ),
        [facts.place_of(rate), facts.place_of(town[0]), facts.place_of(every[0])],
        0.88,
        observed=rate.number.text,
        expected=text(right, 2),
    )
