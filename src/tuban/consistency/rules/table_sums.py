"""Do the rows of a table add up to its total, and the columns to theirs?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from tuban.consistency.facts import Facts
from tuban.consistency.judge import one_digit, sum_slack, text
from tuban.consistency.register import report, rule
from tuban.documents.table import Cell, Table
from tuban.domain.finding import Finding, Judgement
from tuban.errors import Text
from tuban.standards.words import grammar

# Measures that never add up: per head, densities, rates, heights.
_NO_SUM = (
    "人均",
    "密度",
    "率",
    "容积",
    "高度",
    "半径",
    "倍数",
    "均价",
    "平均",
    "单价",
    "地均",
    "宽度",
    "坡度",
    "比值",
    "等级",
    "年份",
    "期限",
)


_MOST_NESTED = 200  # rows; longer tables are lists, not trees


@rule("C101")
def column_totals(facts: Facts) -> Iterable[Finding]:
    """Compare every total row with the sum of what stands above it."""
    for table in facts.tables:
        for total in table.total_rows:
            yield from _total(facts, table, total)
        for sub in table.subtotal_rows:
            yield from _subtotal(facts, table, sub)


def _total(facts: Facts, table: Table, total: int) -> Iterator[Finding]:
    candidates = _candidates(table, total)
    columns = [c for c in table.numeric_columns if (total, c) in table.cells and adds_up(table, c)]
    fits: dict[int, set[int]] = {}  # candidate → columns in which it holds
    for k, rows in enumerate(candidates):
        fits[k] = {
            c for c in columns if _holds(table, rows, total, c) is not None and _holds(table, rows, total, c)
        }
    for c in columns:
        if any(c in held for held in fits.values()):
            chosen = next(rows for k, rows in enumerate(candidates) if c in fits[k])
            yield from _rounding(facts, table, chosen, total, c)
            continue
        best = max(range(len(candidates)), key=lambda k: (len(fits[k]), -k), default=None)
        if best is None:
            continue
        rows = candidates[best]
        proven = bool(fits[best])
        simple = len(candidates) == 1
        if (
            not (proven or simple)
            or len(rows) < 2
            or (len(columns) == 1 and _looks_partial(table, rows, total, c))
        ):
            continue
        yield _mismatch(facts, table, rows, total, c, 0.95 if proven else 0.9)


def _subtotal(facts: Facts, table: Table, sub: int) -> Iterator[Finding]:
    marks = {*table.subtotal_rows, *table.total_rows}
    before = [r for r in range(sub) if r in marks]
    group = [r for r in range((before[-1] + 1) if before else 0, sub) if r not in table.part_rows]
    after_end = next((r for r in range(sub + 1, len(table.lines)) if r in marks), len(table.lines))
    following = [r for r in range(sub + 1, after_end) if r not in table.part_rows]
    options = [rows for rows in (group, following) if len(rows) >= 2]
    columns = [c for c in table.numeric_columns if (sub, c) in table.cells and adds_up(table, c)]
    if not options or not columns:
        return
    score = [sum(bool(_holds(table, rows, sub, c)) for c in columns) for rows in options]
    best = max(range(len(options)), key=lambda k: score[k])
    # Whether a subtotal closes or opens its group is told by the columns in which it holds.
    if score[best] == 0:
        return
    for c in columns:
        if not any(_holds(table, rows, sub, c) for rows in options):
            yield _mismatch(facts, table, options[best], sub, c, 0.9)


def adds_up(table: Table, column: int) -> bool:
    """Tell whether the numbers of a column are amounts that may be added."""
    head = table.columns[column]
    said = f"{head.name}"
    if any(word in said for word in _NO_SUM) or head.unit in ("倍", "‰") or "/" in head.unit:
        return False
    relations = {cell.relation for (_, c), cell in table.cells.items() if c == column}
    return relations <= {"=", "~"} or relations <= {"=", ">="}


def _candidates(table: Table, total: int) -> list[list[int]]:
    """Give the sets of rows that a total row may be the sum of, the likeliest first."""
    above = list(range(total))
    below = list(range(total + 1, len(table.lines)))
    last = max((r for r in table.total_rows if r < total), default=-1)
    body = [r for r in above if r not in table.total_rows] or [r for r in below if r not in table.total_rows]
    plain = [r for r in body if r not in table.part_rows]
    found: list[list[int]] = []

    def offer(rows: Sequence[int]) -> None:
        if len(rows) >= 2 and list(rows) not in found:
            found.append(list(rows))

    subtotals = [r for r in plain if r in table.subtotal_rows]
    if subtotals:
        offer(subtotals)
        offer([r for r in plain if r not in subtotals])
        # A group of one row has no subtotal of its own.
        offer([r for r in plain if r in subtotals or not _in_group(table, r, subtotals)])
    else:
        offer(plain)
    offer([r for r in plain if r > last and r not in subtotals])
    if len(plain) <= _MOST_NESTED:
        offer(_tops(table, plain))
    first_words = [table.labels[r][0] if table.labels[r] else "" for r in plain]
    depth = [len(table.labels[r]) for r in plain]
    if len(set(depth)) > 1:
        offer([r for r, d in zip(plain, depth, strict=True) if d == min(depth)])
    if len(set(first_words)) < len(first_words):
        offer([r for i, r in enumerate(plain) if first_words[i] not in first_words[:i]])
    if any(table.sections):
        offer([r for r in plain if table.sections[r] == table.sections[total]])
    offer(body)
    return found


def _in_group(table: Table, row: int, subtotals: list[int]) -> bool:
    return any(
        abs(row - s) == 1
        or (table.labels[row] and table.labels[s] and table.labels[row][0] == table.labels[s][0])
        for s in subtotals
    )


def _tops(table: Table, rows: list[int]) -> list[int]:
    """Leave out the rows that a row above them is the sum of."""
    columns = [c for c in table.numeric_columns if adds_up(table, c)]
    skip: set[int] = set()
    for i, r in enumerate(rows):
        if r in skip:
            continue
        for end in range(i + 3, min(len(rows), i + 16) + 1):
            below = list(rows[i + 1 : end])
            tested = [_holds(table, below, r, c) for c in columns]
            known = [t for t in tested if t is not None]
            if (
                known
                and all(known)
                and any(table.cells[(r, c)].value for c in columns if (r, c) in table.cells)
            ):
                skip |= set(below)
                break
    return [r for r in rows if r not in skip]


def _holds(table: Table, rows: Sequence[int], total: int, column: int) -> bool | None:
    cells = [table.cells[(r, column)] for r in rows if (r, column) in table.cells]
    if (total, column) not in table.cells or not cells:
        return None
    whole = table.cells[(total, column)].number
    numbers = [cell.number for cell in cells]
    if len({n.kind for n in numbers} | {whole.kind}) > 1:
        return None
    return abs(sum((n.base for n in numbers), Fraction(0)) - whole.base) <= sum_slack(numbers, whole)


def _looks_partial(table: Table, rows: Sequence[int], total: int, column: int) -> bool:
    """A single column whose rows fall far short of the total is an excerpt, not an error."""
    cells = [table.cells[(r, column)] for r in rows if (r, column) in table.cells]
    whole = table.cells[(total, column)].number.base
    got = sum((cell.number.base for cell in cells), Fraction(0))
    return len(cells) < len(rows) or (whole > 0 and got < whole * Fraction(1, 2))


def _cells(table: Table, rows: Sequence[int], column: int) -> list[Cell]:
    return [table.cells[(r, column)] for r in rows if (r, column) in table.cells]


def _rounding(facts: Facts, table: Table, rows: Sequence[int], total: int, column: int) -> Iterator[Finding]:
    cells, whole = _cells(table, rows, column), table.cells[(total, column)]
    got = sum((Fraction(cell.value) for cell in cells), Fraction(0)) if _one_unit(cells, whole) else None
    if got is None or got == Fraction(whole.value):
        return
    decimals = max(cell.decimals for cell in [*cells, whole])
    unit = whole.number.unit
    yield report(
        "C101",
        Judgement.ROUNDING,
        Text(
            f"{_name(table)}“{_head(table, column)}”各行之和 {text(got, decimals)}{unit}，"
            f"{table.label(total)} {whole.text}，相差在进位范围内。",
            f"{_name(table)} “{_head(table, column)}”: rows sum to {text(got, decimals)}, total {whole.text}: rounding.",
        ),
        [facts.place(whole.line)],
        0.9,
        observed=whole.text,
        expected=text(got, decimals),
    )


def _one_unit(cells: Sequence[Cell], whole: Cell) -> bool:
    return len({cell.number.unit for cell in [*cells, whole]}) == 1


def _mismatch(
    facts: Facts, table: Table, rows: Sequence[int], total: int, column: int, confidence: float
) -> Finding:
    cells, whole = _cells(table, rows, column), table.cells[(total, column)]
    decimals = max(cell.decimals for cell in [*cells, whole])
    got = sum((cell.number.base for cell in cells), Fraction(0)) / whole.number.factor
    gap = got - Fraction(whole.value)
    sums = "+".join(cell.text for cell in cells[:12]) + ("+…" if len(cells) > 12 else "")
    places = [facts.place(whole.line), *(facts.place(cell.line) for cell in _suspects_first(cells, gap))]
    slack = sum_slack([cell.number for cell in cells], whole.number) / whole.number.factor
    return report(
        "C101",
        Judgement.ERROR,
        Text(
            f"{_name(table)}“{_head(table, column)}”各行相加 {sums}={text(got, decimals)}，"
            f"与{table.label(total)} {whole.text} 相差 {text(gap, decimals)}。",
            f"{_name(table)} “{_head(table, column)}”: rows add up to {text(got, decimals)}, the total says "
            f"{whole.text}: {text(gap, decimals)} apart.",
        ),
        places,
        confidence,
        observed=whole.text,
        expected=text(got, decimals),
        tolerance=text(slack, decimals + 1),
        but=Text("若表为节选或含未列出的行，则可能无误", "unless rows are left out of this table"),
    )


def _suspects_first(cells: Sequence[Cell], gap: Fraction) -> list[Cell]:
    """Give the cells that one slip of the pen would mend, then the others."""

    def mends(cell: Cell) -> bool:
        value = Fraction(cell.value)
        return one_digit(value, value - gap * cells[0].number.factor / cell.number.factor, cell.decimals)

    return sorted(cells, key=lambda cell: not mends(cell))


def _name(table: Table) -> str:
    return f"《{table.caption[:40]}》" if table.caption else f"第{table.lines[0]}行的表"


def _head(table: Table, column: int) -> str:
    return table.columns[column].name or f"第{column + 1}列"


@rule("C102")
def row_totals(facts: Facts) -> Iterable[Finding]:
    """Compare a total column with the sum of its sisters, where most rows show that it is their sum."""
    words = tuple(grammar()["headers"]["total"])
    for table in facts.tables:
        columns = [c for c in table.numeric_columns if adds_up(table, c)]
        for total in columns:
            path = table.columns[total].path
            if not path or not any(word in path[-1] or word == path[0] for word in words):
                continue
            for sisters in _sisters(table, columns, total):
                results = {r: _row_holds(table, r, sisters, total) for r in range(len(table.lines))}
                known = {r: ok for r, ok in results.items() if ok is not None}
                if len(known) < 2 or sum(known.values()) * 3 < len(known) * 2:
                    continue
                for r in sorted(r for r, ok in known.items() if not ok):
                    yield _row_mismatch(facts, table, r, sisters, total)
                break


def _sisters(table: Table, columns: list[int], total: int) -> Iterator[list[int]]:
    """Give the columns that a total may be the sum of: under its own header, all of its kind, to its right or left."""
    kind = table.columns[total].kind
    alike = [c for c in columns if c != total and table.columns[c].kind == kind]
    top = table.columns[total].path[0]
    own = [c for c in alike if table.columns[c].path[:1] == (top,)]
    right = [c for c in alike if c > total]
    left = [c for c in alike if c < total]
    for group in (own, alike, right, left):
        if len(group) >= 2:
            yield group


def _row_holds(table: Table, row: int, sisters: Sequence[int], total: int) -> bool | None:
    if (row, total) not in table.cells:
        return None
    cells = [table.cells[(row, c)].number for c in sisters if (row, c) in table.cells]
    whole = table.cells[(row, total)].number
    if len(cells) < 2 or any(n.kind != whole.kind for n in cells):
        return None
    return abs(sum((n.base for n in cells), Fraction(0)) - whole.base) <= sum_slack(cells, whole)


def _row_mismatch(facts: Facts, table: Table, row: int, sisters: Sequence[int], total: int) -> Finding:
    cells = [table.cells[(row, c)] for c in sisters if (row, c) in table.cells]
    whole = table.cells[(row, total)]
    decimals = max(cell.decimals for cell in [*cells, whole])
    got = sum((cell.number.base for cell in cells), Fraction(0)) / whole.number.factor
    return report(
        "C102",
        Judgement.ERROR,
        Text(
            f"{_name(table)}“{table.label(row)}”行：{'+'.join(cell.text for cell in cells)}={text(got, decimals)}，"
            f"与“{_head(table, total)}” {whole.text} 不符。",
            f"{_name(table)}, row “{table.label(row)}”: the columns add up to {text(got, decimals)}, "
            f"the total says {whole.text}.",
        ),
        [facts.place(whole.line)],
        0.92,
        observed=whole.text,
        expected=text(got, decimals),
    )
