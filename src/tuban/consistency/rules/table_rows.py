"""Within the rows of a table: shares, changes, two units of one value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from tuban.consistency.facts import Facts
from tuban.consistency.judge import agree, text
from tuban.consistency.register import report, rule
from tuban.consistency.rules.table_sums import adds_up
from tuban.documents.table import Table
from tuban.domain.finding import Finding, Judgement
from tuban.errors import Text
from tuban.standards.words import grammar


def _name(table: Table) -> str:
    return f"《{table.caption[:40]}》" if table.caption else f"第{table.lines[0]}行的表"


def _has(text_: str, words: Iterable[str]) -> bool:
    return any(word in text_ for word in words)


def _role(table: Table, column: int) -> str:
    """Tell whether a column stands for before, after, change, in, out or net."""
    said = grammar()["headers"]
    for part in reversed(table.columns[column].path):
        if _has(part, said["change"]) and not _has(part, ("变化率", "增长率")):
            return "net" if "净" in part else "change"
        if _has(part, said["move_out"]):
            return "out"
        if _has(part, said["move_in"]):
            return "in"
        before, after = _has(part, said["before"]), _has(part, said["after"])
        if before and not _has(part, ("规划前后", "前后")):
            return "before"
        if after:
            return "after"
    return ""


@rule("C103")
def shares(facts: Facts) -> Iterable[Finding]:
    """Compare shares with the value beside them over the total."""
    for table in facts.tables:
        for share, value in _share_pairs(table):
            yield from _check_share(facts, table, share, value)


def _share_pairs(table: Table) -> Iterator[tuple[int, int]]:
    numeric = table.numeric_columns
    kinds = {c: table.columns[c].kind for c in numeric}
    for share in numeric:
        if kinds[share] != "share" or _role(table, share) in ("change", "net") or not adds_up(table, share):
            continue
        values = [
            c
            for c in numeric
            if kinds[c] not in ("share", "points", "")
            and adds_up(table, c)
            and _role(table, c) == _role(table, share)
        ]
        own = [c for c in values if table.columns[c].path[:1] == table.columns[share].path[:1]]
        near = own or values
        if near:
            yield share, min(near, key=lambda c: (abs(c - share), c))


def _check_share(facts: Facts, table: Table, share: int, value: int) -> Iterator[Finding]:
    totals = [r for r in table.total_rows if (r, value) in table.cells]
    if not totals:
        return
    whole = table.cells[(totals[-1], value)].number
    if not whole.base:
        return
    rows = [
        r
        for r in range(len(table.lines))
        if (r, share) in table.cells and (r, value) in table.cells and r not in table.total_rows
    ]
    wrong: list[int] = []
    for r in rows:
        part, said = table.cells[(r, value)].number, table.cells[(r, share)].number
        low = (part.base - part.half) / (whole.base + whole.half)
        high = (part.base + part.half) / max(whole.base - whole.half, Fraction(1, 10**9))
        # One more last digit: shares are often nudged so that they add up to 100.
        slack = said.half * 3
        if not low - slack <= said.base <= high + slack:
            wrong.append(r)
    # Shares of another whole (of the parent class, of the county) fail in most rows: then nothing is said.
    if not rows or len(wrong) * 2 >= len(rows) + (1 if len(rows) > 2 else 2):
        return
    for r in wrong:
        part, said = table.cells[(r, value)], table.cells[(r, share)]
        right = part.number.base / whole.base * 100
        yield report(
            "C103",
            Judgement.ERROR,
            Text(
                f"{_name(table)}“{table.label(r)}”：{part.text}÷{table.cells[(totals[-1], value)].text}="
                f"{text(right, said.decimals)}%，表中占比为 {said.text}。",
                f"{_name(table)} “{table.label(r)}”: {part.text} over the total is {text(right, said.decimals)}%, "
                f"the table says {said.text}.",
            ),
            [facts.place(said.line)],
            0.92,
            observed=said.text,
            expected=text(right, said.decimals),
            but=Text("若占比的分母不是本表合计，则可能无误", "unless the share is of another whole"),
        )


@rule("C104")
def changes(facts: Facts) -> Iterable[Finding]:
    """Compare columns of change with after less before, and of net with in less out."""
    for table in facts.tables:
        numeric = table.numeric_columns
        roles = {c: _role(table, c) for c in numeric}
        for change in [c for c in numeric if roles[c] in ("change", "net")]:
            kind = table.columns[change].kind
            group = table.columns[change].path[-1]
            for wanted in (("in", "out"), ("after", "before")):
                pair = _pair(table, numeric, roles, change, wanted, kind)
                if pair is not None:
                    yield from _check_change(facts, table, *pair, change, group)


def _pair(
    table: Table, numeric: list[int], roles: dict[int, str], change: int, wanted: tuple[str, str], kind: str
) -> tuple[int, int] | None:
    def one(role: str) -> int | None:
        alike = [
            c
            for c in numeric
            if roles[c] == role and table.columns[c].kind in (kind, "share" if kind == "points" else kind)
        ]
        if len(alike) > 1:
            same_tail = [c for c in alike if table.columns[c].path[-1] == table.columns[change].path[-1]]
            alike = same_tail or alike
        return alike[0] if len(alike) == 1 else (min(alike, key=lambda c: abs(c - change)) if alike else None)

    plus, minus = one(wanted[0]), one(wanted[1])
    return None if plus is None or minus is None else (plus, minus)


def _check_change(
    facts: Facts, table: Table, plus: int, minus: int, change: int, group: str
) -> Iterator[Finding]:
    rows = [r for r in range(len(table.lines)) if all((r, c) in table.cells for c in (plus, minus, change))]
    state: dict[int, str] = {}
    for r in rows:
        a, b, c = (table.cells[(r, col)].number for col in (plus, minus, change))
        gap = abs(a.base - b.base - c.base)
        slack = a.half + b.half + c.half
        state[r] = "same" if gap == 0 else "rounding" if gap <= slack else "wrong"
    wrong = [r for r in rows if state[r] == "wrong"]
    unsigned = [
        r
        for r in wrong
        if abs(
            abs(table.cells[(r, plus)].number.base - table.cells[(r, minus)].number.base)
            - table.cells[(r, change)].number.base
        )
        <= table.cells[(r, change)].number.half * 3
    ]
    # All changes without signs: the column gives amounts, not differences.
    if wrong and wrong == unsigned and not any(table.cells[(r, change)].value < 0 for r in rows):
        wrong = []
    if len(wrong) * 2 > len(rows) and len(rows) > 1:
        return
    for r in rows:
        if state[r] == "same" or (state[r] == "wrong" and r not in wrong):
            continue
        a, b, c = (table.cells[(r, col)] for col in (plus, minus, change))
        right = (a.number.base - b.number.base) / c.number.factor
        decimals = max(cell.decimals for cell in (a, b, c))
        sign = r in unsigned
        yield report(
            "C104",
            Judgement.ERROR if state[r] == "wrong" else Judgement.ROUNDING,
            Text(
                f"{_name(table)}“{table.label(r)}”：{a.text}-{b.text}={text(right, decimals)}，表中变化值为 {c.text}"
                + ("，符号相反。" if sign else "。"),
                f"{_name(table)} “{table.label(r)}”: {a.text} less {b.text} is {text(right, decimals)}, "
                f"the table says {c.text}.",
            ),
            [facts.place(c.line)],
            0.93,
            observed=c.text,
            expected=text(right, decimals),
        )


@rule("C105")
def two_units(facts: Facts) -> Iterable[Finding]:
    """Compare columns that print one value in two units of area."""
    for table in facts.tables:
        areas = [c for c in table.numeric_columns if table.columns[c].kind == "area"]
        for i, a in enumerate(areas):
            for b in areas[i + 1 :]:
                if table.columns[a].unit == table.columns[b].unit:
                    continue
                rows = [r for r in range(len(table.lines)) if (r, a) in table.cells and (r, b) in table.cells]
                said = {r: agree(table.cells[(r, a)].number, table.cells[(r, b)].number) for r in rows}
                wrong = [r for r in rows if said[r] == "differ"]
                if len(rows) < 2 or len(wrong) * 2 >= len(rows):
                    continue
                for r in wrong:
                    x, y = table.cells[(r, a)], table.cells[(r, b)]
                    right = x.number.base / y.number.factor
                    yield report(
                        "C105",
                        Judgement.ERROR,
                        Text(
                            f"{_name(table)}“{table.label(r)}”：{x.text}{x.number.unit}="
                            f"{text(right, y.decimals)}{y.number.unit}，表中为 {y.text}{y.number.unit}。",
                            f"{_name(table)} “{table.label(r)}”: {x.text}{x.number.unit} is "
                            f"{text(right, y.decimals)}{y.number.unit}, the table says {y.text}.",
                        ),
                        [facts.place(y.line)],
                        0.95,
                        observed=y.text,
                        expected=text(right, y.decimals),
                    )


_RATE = ("率", "人均", "密度")


@rule("C106")
def table_ratios(facts: Facts) -> Iterable[Finding]:
    """Compare a column of rates with the two columns whose quotient it is in the other rows."""
    for table in facts.tables:
        numeric = table.numeric_columns
        for rate in [c for c in numeric if any(word in table.columns[c].name for word in _RATE)]:
            others = [
                c for c in numeric if c != rate and table.columns[c].kind not in ("share", "points", "")
            ]
            if len(others) > 12:
                continue
            for top in others:
                for bottom in others:
                    if top != bottom:
                        yield from _check_ratio(facts, table, rate, top, bottom)


def _check_ratio(facts: Facts, table: Table, rate: int, top: int, bottom: int) -> Iterator[Finding]:
    rows = [
        r
        for r in range(len(table.lines))
        if all((r, c) in table.cells for c in (rate, top, bottom))
        and table.cells[(r, bottom)].number.base > 0
    ]
    wrong: list[int] = []
    for r in rows:
        a, b, said = (table.cells[(r, c)].number for c in (top, bottom, rate))
        low = (a.base - a.half) / (b.base + b.half) - said.half * 2
        high = (a.base + a.half) / (b.base - b.half) + said.half * 2 if b.base > b.half else said.base
        if not low <= said.base <= high:
            wrong.append(r)
    if len(rows) < 3 or len(wrong) != 1:
        return
    r = wrong[0]
    a, b, said = (table.cells[(r, c)] for c in (top, bottom, rate))
    right = a.number.base / b.number.base / said.number.factor
    yield report(
        "C106",
        Judgement.ERROR,
        Text(
            f"{_name(table)}“{table.label(r)}”：{a.text}÷{b.text}={text(right, said.decimals)}，"
            f"表中“{table.columns[rate].name}”为 {said.text}。",
            f"{_name(table)} “{table.label(r)}”: {a.text} over {b.text} is {text(right, said.decimals)}, the table says {said.text}.",
        ),
        [facts.place(said.line)],
        0.88,
        observed=said.text,
        expected=text(right, said.decimals),
    )
