"""One quantity, two values: text against text, text against table, table against table, file against file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cache

from tuban.consistency.facts import Facts
from tuban.consistency.judge import agree, one_digit, swapped
from tuban.consistency.register import report, rule
from tuban.consistency.statements import Statement, statements
from tuban.documents.subjects import canonical
from tuban.domain.finding import Finding, Judgement
from tuban.errors import Text
from tuban.standards.codes import control_lines, plan_zones
from tuban.standards.words import grammar, indicators

# Two values that differ by less than this share of themselves are one value, once mistyped.
_NEAR = Fraction(1, 200)


@cache
def _of_the_whole() -> frozenset[str]:
    """The quantities that a plan has once for an area: indicators, zones, control lines."""
    names = {canonical(name) for name in indicators()}
    names |= {zone.name.zh for zone in plan_zones().values()}
    names |= {canonical(line.name.zh) for line in control_lines().values()}
    names |= set(grammar()["synonyms"].values())
    return frozenset(names)


@rule("C301")
def same_in_text(facts: Facts) -> Iterable[Finding]:
    """Compare all statements of one quantity in one document."""
    yield from compare(list(statements(facts)), "C301", "C302")


@rule("C302")
def text_against_table(facts: Facts) -> Iterable[Finding]:
    """Reported together with C301, which sees both."""
    return ()


def compare(said: Sequence[Statement], in_text: str, with_table: str) -> Iterator[Finding]:
    """Give what disagrees among statements of the same key."""
    groups: dict[tuple[str, str, str, str], list[Statement]] = {}
    for statement in said:
        groups.setdefault(statement.key, []).append(statement)
    for members in groups.values():
        if len(members) > 1:
            yield from _group(members, in_text, with_table)


def _group(members: list[Statement], in_text: str, with_table: str) -> Iterator[Finding]:
    reported: set[frozenset[Fraction]] = set()
    for i, a in enumerate(members):
        for b in members[i + 1 :]:
            pair = frozenset({a.number.base, b.number.base})
            if len(pair) == 1 or pair in reported or a.where == b.where:
                continue
            verdict = _verdict(a, b, members)
            if verdict is None:
                continue
            judgement, confidence = verdict
            reported.add(pair)
            places = _places(a, b, members)
            rule_id = with_table if a.table or b.table else in_text
            name = a.subject + {
                "share": "占比",
                "change": "变化",
                "share change": "占比变化",
                "net change": "净变化",
            }.get(a.attribute, "")
            whose = f"{a.place}{name}"
            yield report(
                rule_id,
                judgement,
                Text(
                    f"{whose}：{_at(a)}为 {_printed(a)}，{_at(b)}为 {_printed(b)}，同一数值不一致。"
                    if judgement is not Judgement.ROUNDING
                    else f"{whose}：{_printed(a)} 与 {_printed(b)} 仅进位（或截位）不同。",
                    f"{whose}: {_printed(a)} in one place, {_printed(b)} in another.",
                ),
                places,
                confidence,
                observed=_printed(a),
                expected=_printed(b),
                but=None
                if judgement is Judgement.ROUNDING
                else Text(
                    "若统计口径、时点或范围不同，则可能无误", "unless scope, date or definition differ"
                ),
            )


def _printed(statement: Statement) -> str:
    unit = statement.number.unit
    shown = statement.number.text
    return shown if not unit or unit in shown else f"{shown}{unit}"


def _at(statement: Statement) -> str:
    return f"第{statement.where.line}行" + ("表中" if statement.table else "")


def _places(a: Statement, b: Statement, members: list[Statement]) -> list:
    same = [m for m in members if m.number.base in (a.number.base, b.number.base) and m not in (a, b)]
    return [a.where, b.where, *(m.where for m in same)]


def _verdict(a: Statement, b: Statement, members: list[Statement]) -> tuple[Judgement, float] | None:
    change = a.attribute.endswith("change")  # it lies between before and after: its own phase says nothing
    for left, right in ((a.year, b.year), ("", "") if change else (a.phase, b.phase), (a.mode, b.mode)):
        if left and right and left != right:
            return None
    if (
        {a.relation, b.relation} & {">=", "<="}
        and a.relation != b.relation
        and not (a.mode == b.mode == "target")
    ):
        return None
    # Nobody prints two decimals of what is only about right.
    about = "~" in (a.relation, b.relation) and min(a.number.decimals, b.number.decimals) < 2
    said = agree(a.number, b.number, about=about)
    if a.attribute.endswith("change") and abs(a.number.base) == abs(b.number.base):
        return None  # text says “减少 3”, the table -3
    if a.attribute.endswith("change"):
        flipped = agree(_absolute(a), _absolute(b), about=about)
        if flipped == "same":
            return None
        said = flipped
    if said == "same":
        return None
    same_tags = (a.year, a.phase, a.mode) == (b.year, b.phase, b.mode) or (
        change
        and (a.year, a.mode) == (b.year, b.mode)
        and ((bool(a.place) and a.table != b.table) or a.attribute == "net change")
    )
    if a.stance and b.stance and a.stance != b.stance and not (a.year or a.phase or a.mode):
        same_tags = False  # one tells what is, the other what is planned
    if said == "rounding":
        return (Judgement.ROUNDING, 0.7) if same_tags or _gap(a, b) < _NEAR else None
    if about:
        return None
    if a.part != b.part and not (a.explicit_place and b.explicit_place):
        same_tags = False
    near = _gap(a, b) < _NEAR and min(len(_digits(a)), len(_digits(b))) >= 4
    if same_tags:
        return _strict(a, b, near)
    decimals = max(a.number.decimals, b.number.decimals)
    swap = a.number.unit == b.number.unit and min(len(_digits(a)), len(_digits(b))) >= 3
    swap = swap and swapped(abs(Fraction(a.number.value)), abs(Fraction(b.number.value)), decimals)
    if not near and not swap:
        return None
    # One of them says when or which, the other does not: the other may mean a third value.
    bare = a if not (a.year or a.phase or a.mode) else b
    if any(
        m is not a and m is not b and agree(m.number, bare.number) == "same" and _tagged(m) for m in members
    ):
        return None
    return Judgement.ERROR, 0.75


def _strict(a: Statement, b: Statement, near: bool) -> tuple[Judgement, float] | None:
    slip = one_digit(
        abs(Fraction(a.number.value)),
        abs(Fraction(b.number.value)),
        max(a.number.decimals, b.number.decimals),
    )
    long = min(len(_digits(a)), len(_digits(b))) >= 3
    flow = a.subject.startswith(tuple(grammar()["flows"])) and len(a.subject) > 2
    if a.kind.startswith("count:"):
        specific = len(a.subject) >= 4 and a.number.unit == b.number.unit
        return (
            (Judgement.ERROR, 0.72)
            if specific and _gap(a, b) < Fraction(1, 2) and not a.part and not b.part
            else None
        )
    if a.subject in _of_the_whole() or flow:
        if a.table and b.table and a.block == b.block:
            return None
        return Judgement.ERROR, 0.9 if near or slip else 0.78
    if a.attribute and not near:
        return (Judgement.ERROR, 0.75) if _anchored(a, b) else None
    if near or (slip and long and _anchored(a, b)):
        return Judgement.ERROR, 0.8
    if _anchored(a, b) and (a.table != b.table) and _gap(a, b) < Fraction(1, 2):
        return Judgement.ERROR, 0.75
    return None


def _anchored(a: Statement, b: Statement) -> bool:
    """Both say of which place and when: then two values are two values."""
    return bool((a.place and b.place) or (a.phase and b.phase) or (a.year and b.year))


def _tagged(statement: Statement) -> bool:
    return bool(statement.year or statement.phase or statement.mode)


def _gap(a: Statement, b: Statement) -> Fraction:
    largest = max(abs(a.number.base), abs(b.number.base))
    return abs(a.number.base - b.number.base) / largest if largest else Fraction(0)


def _digits(statement: Statement) -> str:
    return "".join(c for c in str(statement.number.value) if c.isdigit()).lstrip("0")


def _absolute(statement: Statement):
    from dataclasses import replace

    return replace(statement.number, value=abs(statement.number.value))
