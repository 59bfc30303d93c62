"""Before, after and change in running text; flows and what they leave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import pairwise

from tuban.consistency.facts import Facts, Passage
from tuban.consistency.judge import text
from tuban.consistency.register import report, rule
from tuban.documents.quantity import Quantity
from tuban.documents.subjects import is_generic, is_share_word
from tuban.domain.finding import Finding, Judgement
from tuban.errors import Text
from tuban.standards.words import grammar

_IN, _OUT = ("调入", "补入", "划入", "流入", "转入"), ("调出", "划出", "流出", "转出")
_NET = ("净增加", "净减少", "净增", "净减", "净变化")
_ADD, _DROP = (
    ("新增", "增加", "新建", "纳入"),
    ("删除", "减少", "取消", "调出", "调减", "剔除", "核减", "移出"),
)
_ALL = ("共", "合计", "总计", "达到", "达", "总数", "调整后", "维护后", "优化后", "现有")


_BARE_CHANGE = (
    "增加",
    "减少",
    "增加了",
    "减少了",
    "提高",
    "降低",
    "提高了",
    "降低了",
    "上升",
    "下降",
    "增长",
    "下降了",
    "提升",
)


def _kind(quantity: Quantity) -> str:
    return "share" if quantity.kind == "points" else quantity.kind


def named(quantity: Quantity) -> str:
    """Give what a quantity is of: its own subject, its owner, and “share” where it is one."""
    core = quantity.subject
    if (
        is_share_word(core)
        or (quantity.role == "change" and core in ("", "规模", "面积", "较"))
        or not core
        or core in ("规模", "面积")
    ):
        base = quantity.owner or quantity.topic
        rate = base.endswith(("率", "占比", "比例", "比重", "水平"))
        return (
            f"{base}#share"
            if base and not rate and (is_share_word(core) or _kind(quantity) == "share")
            else base
        )
    return core


@rule("C203")
def before_after_change(facts: Facts) -> Iterable[Finding]:
    """Compare a printed change with the two values printed beside it."""
    for passage in facts.passages:
        yield from _triples(facts, passage)
        yield from _growth(facts, passage)
        yield from _versus(facts, passage)


def _versus(facts: Facts, passage: Passage) -> Iterator[Finding]:
    """现为1.25，比2023年的1.31减少0.06."""
    for value, other, change in zip(
        passage.quantities, passage.quantities[1:], passage.quantities[2:], strict=False
    ):
        if (
            len({value.sentence, other.sentence, change.sentence}) != 1
            or change.role != "change"
            or value.role
            or other.role
        ):
            continue
        if (
            not other.lead.lstrip("，").startswith(("比", "较", "相比", "相较"))
            or change.lead.strip("，") not in _BARE_CHANGE
        ):
            continue
        if len({_kind(q) for q in (value, other, change)}) == 1:
            yield from _compare(facts, other, value, change, named(value) or value.topic)


def _triples(facts: Facts, passage: Passage) -> Iterator[Finding]:
    slots: dict[tuple[str, str, str], dict[str, Quantity]] = {}
    for quantity in passage.quantities:
        if (
            quantity.number.high is not None
            or quantity.kind == "time"
            or (quantity.paren and not quantity.lead)
        ):
            continue
        key = (named(quantity), _kind(quantity), quantity.place)
        if not key[0]:
            continue
        slot = slots.setdefault(key, {})
        which = (
            "change"
            if quantity.role == "change"
            else quantity.phase
            if quantity.phase in ("before", "after")
            else ""
        )
        if which == "change" and quantity.direction == 0:
            continue
        if which in slot and which != "":
            slots[key] = slot = {}  # a second comparison of the same thing begins
        slot[which] = quantity
        if {"before", "after", "change"} <= set(slot):
            yield from _compare(facts, slot["before"], slot["after"], slot["change"], key[0])
            slots[key] = {}


def _compare(
    facts: Facts, before: Quantity, after: Quantity, change: Quantity, name: str
) -> Iterator[Finding]:
    real = after.number.base - before.number.base
    said = abs(change.number.base) * change.direction
    if change.kind == "share" and before.kind != "share":
        return
    gap = abs(real - said)
    slack = before.number.half + after.number.half + change.number.half
    if gap == 0 or ("~" in (before.relation, after.relation, change.relation) and gap <= abs(real) / 50):
        return
    # “增长 5%” of a share may be relative growth, not percent points.
    if (
        change.kind == "share"
        and before.number.base
        and abs(real / before.number.base - said) <= change.number.half * 2
    ):
        return
    factor = change.number.factor
    decimals = max(before.number.decimals, after.number.decimals, change.number.decimals)
    right = real / factor
    yield report(
        "C203",
        Judgement.ERROR if gap > slack else Judgement.ROUNDING,
        Text(
            f"{name.replace('#share', '占比')}由 {before.number.text} 到 {after.number.text}，"
            f"变化为 {text(right, decimals)}，文中写为{'增加' if change.direction > 0 else '减少'} {change.number.text}。",
            f"{name.replace('#share', ' share')}: from {before.number.text} to {after.number.text} is "
            f"{text(right, decimals)}; the text says {'plus' if change.direction > 0 else 'minus'} {change.number.text}.",
        ),
        [facts.place_of(change), facts.place_of(before), facts.place_of(after)],
        0.92,
        observed=change.number.text,
        expected=text(right, decimals),
    )


def _growth(facts: Facts, passage: Passage) -> Iterator[Finding]:
    """由 a 增长到 b，增长 p%."""
    for before, after, change in zip(
        passage.quantities, passage.quantities[1:], passage.quantities[2:], strict=False
    ):
        if (
            before.role != "from"
            or after.role != "to"
            or change.role != "change"
            or change.sentence != after.sentence
        ):
            continue
        if (
            change.subject not in ("", "增幅", "降幅", "幅度")
            or before.kind != after.kind
            or not before.number.base
        ):
            continue
        if change.kind == "share" and before.kind != "share":
            real = (after.number.base - before.number.base) / before.number.base
            spread = (before.number.half + after.number.half) / before.number.base * (1 + abs(real))
            said = abs(change.number.base) * change.direction
            if abs(real - said) > spread + change.number.half * 2:
                yield report(
                    "C203",
                    Judgement.ERROR,
                    Text(
                        f"由 {before.number.text} 到 {after.number.text}，增幅为 {text(real * 100, 2)}%，文中写为 {change.number.text}。",
                        f"From {before.number.text} to {after.number.text} is {text(real * 100, 2)} %; the text says "
                        f"{change.number.text}.",
                    ),
                    [facts.place_of(change), facts.place_of(before)],
                    0.88,
                    observed=change.number.text,
                    expected=text(real * 100, 2),
                    but=Text("若为年均增长率，则可能无误", "unless it is a yearly rate"),
                )


@rule("C204")
def direction(facts: Facts) -> Iterable[Finding]:
    """Compare “rises” and “falls” with the two values."""
    for passage in facts.passages:
        for before, after in pairwise(passage.quantities):
            if (
                before.role != "from"
                or after.role != "to"
                or not after.direction
                or before.sentence != after.sentence
            ):
                continue
            if _kind(before) != _kind(after) and before.kind:
                continue
            # “由 144 个降至 71 个”: the first may be without a unit.
            a = before.number.base if before.kind else Fraction(before.number.value) * after.number.factor
            b = after.number.base
            if (b - a) * after.direction >= 0 or before.number.high is not None:
                continue
            up = after.direction > 0
            yield report(
                "C204",
                Judgement.ERROR,
                Text(
                    f"文中写为“{'增加' if up else '减少'}”，而由 {before.number.text} 到 {after.number.text} 实为{'减少' if up else '增加'}。",
                    f"The text says it {'rises' if up else 'falls'}, but {before.number.text} to {after.number.text} does not.",
                ),
                [facts.place_of(before), facts.place_of(after)],
                0.93,
            )


@rule("C207")
def flows(facts: Facts) -> Iterable[Finding]:
    """Net is in less out; stock plus added less removed is the new stock; quota less used remains."""
    for passage in facts.passages:
        yield from _net(facts, passage)
        by_sentence: dict[int, list[Quantity]] = {}
        for quantity in passage.quantities:
            by_sentence.setdefault(quantity.sentence, []).append(quantity)
        for said in by_sentence.values():
            yield from _stock(facts, said)
            yield from _remainder(facts, said)


def _first(said: Iterable[Quantity], words: tuple[str, ...]) -> Quantity | None:
    return next((q for q in said if any(word in q.lead for word in words) and q.number.high is None), None)


def _net(facts: Facts, passage: Passage) -> Iterator[Finding]:
    said = [q for q in passage.quantities if not q.paren]
    net = _first(said, _NET)
    if net is None:
        return
    ways: dict[str, list[Quantity]] = {"in": [], "out": []}
    way, sentence = "", -1
    for q in said:
        if q is net:
            break
        if any(w in q.lead for w in _IN):
            way, sentence = "in", q.sentence
        elif any(w in q.lead for w in _OUT):
            way, sentence = "out", q.sentence
        elif q.sentence != sentence or not is_generic(q.subject):
            way = ""  # 调出图斑56个、面积142公顷: the area belongs to the same verb, anything else does not
        if way and q.kind == net.kind and not q.role:
            ways[way].append(q)
    if len(ways["in"]) != 1 or len(ways["out"]) != 1:
        return
    entered, left = ways["in"][0], ways["out"][0]
    real = entered.number.base - left.number.base
    sign = -1 if "减" in net.lead[-6:] or net.number.value < 0 else 1
    gap = abs(real - abs(net.number.base) * sign)
    if gap > entered.number.half + left.number.half + net.number.half:
        decimals = max(q.number.decimals for q in (entered, left, net))
        right = real / net.number.factor
        yield report(
            "C207",
            Judgement.ERROR,
            Text(
                f"调入 {entered.number.text}，调出 {left.number.text}，净变化为 {text(right, decimals)}{net.number.unit}，文中写为 {net.number.text}。",
                f"In {entered.number.text}, out {left.number.text}: net {text(right, decimals)}; the text says {net.number.text}.",
            ),
            [facts.place_of(net), facts.place_of(entered), facts.place_of(left)],
            0.9,
            observed=net.number.text,
            expected=text(right, decimals),
        )


def _stock(facts: Facts, said: list[Quantity]) -> Iterator[Finding]:
    counts = [
        q
        for q in said
        if (q.kind.startswith("count:") or q.kind == "area") and q.number.high is None and not q.paren
    ]
    if not 3 <= len(counts) <= 5 or len({q.kind for q in counts}) != 1:
        return
    first, last = counts[0], counts[-1]
    middle = counts[1:-1]
    if not any(word in last.lead for word in _ALL) or any(w in first.lead for w in (*_ADD, *_DROP)):
        return
    if first.role or last.role == "change":
        return
    signs = [
        1 if any(w in q.lead for w in _ADD) else -1 if any(w in q.lead for w in _DROP) else 0 for q in middle
    ]
    if 0 in signs or 1 not in signs:
        return
    real = first.number.base + sum(s * q.number.base for s, q in zip(signs, middle, strict=True))
    if abs(real - last.number.base) > sum((q.number.half for q in counts), Fraction(0)):
        decimals = max(q.number.decimals for q in counts)
        right = real / last.number.factor
        sums = str(first.number.value) + "".join(
            f"{'+' if s > 0 else '-'}{q.number.value}" for s, q in zip(signs, middle, strict=True)
        )
        yield report(
            "C207",
            Judgement.ERROR,
            Text(
                f"{sums}={text(right, decimals)}，文中写为 {last.number.text}。",
                f"{sums} is {text(right, decimals)}; the text says {last.number.text}.",
            ),
            [facts.place_of(last), *(facts.place_of(q) for q in counts[:-1])],
            0.9,
            observed=last.number.text,
            expected=text(right, decimals),
        )


def _remainder(facts: Facts, said: list[Quantity]) -> Iterator[Finding]:
    plain = [q for q in said if not q.paren and q.kind == "area" and q.number.high is None and not q.role]
    if len(plain) != 3 or any(w in q.lead for q in plain[:2] for w in ("剩余", "结余")):
        return
    total, used, rest = plain
    if not any(w in rest.lead for w in ("剩余", "结余")) or not any(
        w in used.lead for w in ("已用", "使用", "占用", "已批")
    ):
        return
    real = total.number.base - used.number.base
    if abs(real - rest.number.base) > sum((q.number.half for q in plain), Fraction(0)):
        decimals = max(q.number.decimals for q in plain)
        right = real / rest.number.factor
        yield report(
            "C207",
            Judgement.ERROR,
            Text(
                f"{total.number.text}-{used.number.text}={text(right, decimals)}{rest.number.unit}，文中剩余写为 {rest.number.text}。",
                f"{total.number.text} less {used.number.text} leaves {text(right, decimals)}; the text says {rest.number.text}.",
            ),
            [facts.place_of(rest), facts.place_of(total), facts.place_of(used)],
            0.85,
            observed=rest.number.text,
            expected=text(right, decimals),
        )


def flow_words() -> tuple[str, ...]:
    """Give the words of flows, which have no before and after of their own."""
    return tuple(grammar()["flows"])
