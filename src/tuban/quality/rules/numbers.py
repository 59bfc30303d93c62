"""6104, 6105, 6205, 6206: the arithmetic inside a printed table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from tuban.domain.finding import Finding
from tuban.quality.case import Case
from tuban.quality.package_tables import Cell, Column, Table, hectares, last_digit_ha, understand
from tuban.quality.package_texts import grids_of
from tuban.quality.register import rule

_OF_WHICH = ("其中", "其中:", "其中：")


def tables_of(case: Case) -> list[Table]:
    """Give the tables of the package that could be understood; skips the rule where there is none."""

    def make() -> list[Table]:
        return [table for grid in grids_of(case) if (table := understand(grid)) is not None]

    found = case.once("tables", make)
    if not found:
        raise case.skip("成果中没有可读的表格。", "The package holds no table that can be read.")
    return found


@rule("6104")
def parts_sum_to_total(case: Case) -> Iterator[Finding]:
    """Find totals that are not the sum of their parts."""
    allowed = Decimal(str(case.number("sum_ha")))
    judged = False
    for table in tables_of(case):
        for total, parts in _totals(case, table):
            for column in table.columns:
                cell = table.cells.get((total, column.index))
                if cell is None or not column.sums:
                    continue
                sums = _sums(table, column, parts)
                if not sums:
                    continue
                judged = True
                case.tick()
                said = cell.value
                nearest = min(sums, key=lambda one, said=said: abs(one - said))
                if abs(nearest - cell.value) > allowed:
                    unit = column.unit
                    yield case.finding(
                        table.grid.label,
                        f"表“{table.caption}”{column.title}列“{table.label(total)}”印为 {cell.text} {unit},"
                        f"各分项之和为 {nearest} {unit},相差 {cell.value - nearest}。请核对分项和合计。",
                        f"In “{table.caption}”, column {column.title}, the total is printed {cell.text}, its parts sum "
                        f"to {nearest}. Check parts and total.",
                        observed=f"{cell.text} {unit}".strip(),
                        expected=f"{nearest} {unit}".strip(),
                        tolerance=f"{allowed} {unit}".strip(),
                        places=(table.place(total, column.index),),
                    )
    if not judged:
        raise case.skip("表格中没有合计行。", "No table has a row of totals.")


@rule("6105")
def shares_sum_to_hundred(case: Case) -> Iterator[Finding]:
    """Find shares that are not part over total, and shares that do not sum to 100."""
    allowed = Decimal(str(case.number("share_point")))
    judged = False
    for table in tables_of(case):
        for total, parts in _totals(case, table):
            for column in (one for one in table.columns if one.share and "变化" not in one.title):
                sums = _sums(table, column, parts)
                printed = table.cells.get((total, column.index))
                scale = Decimal(1) if _is_fraction(table, column) else Decimal(100)
                if sums:
                    judged = True
                    nearest = min(sums, key=lambda one: abs(one - scale))
                    if abs(nearest - scale) > allowed * scale / 100:
                        yield case.finding(
                            table.grid.label,
                            f"表“{table.caption}”{column.title}列各项占比之和为 {nearest},应为 {scale:.2f}。请强制平衡到 100.00。",
                            f"The shares in “{table.caption}”, column {column.title}, sum to {nearest}, not {scale:.2f}.",
                            observed=str(nearest),
                            expected=f"{scale:.2f}",
                            tolerance=f"{allowed} 个百分点",
                            places=(table.place(total, column.index),),
                        )
                base = _base(table, column)
                whole = table.cells.get((total, base.index)) if base is not None else None
                if base is None or whole is None or not whole.value or printed is None:
                    continue
                for row in parts:
                    share, part = table.cells.get((row, column.index)), table.cells.get((row, base.index))
                    if share is None or part is None:
                        continue
                    judged = True
                    right = part.value / whole.value * scale
                    room = max(allowed * scale / 100, Decimal(1).scaleb(-share.decimals))
                    if abs(right - share.value) > room:
                        yield case.finding(
                            table.grid.label,
                            f"表“{table.caption}”“{table.label(row)}”的{column.title}印为 {share.text},"
                            f"按 {part.text} ÷ {whole.text} 应为 {right:.2f}。请改正。",
                            f"In “{table.caption}” the share of {table.label(row)} is printed {share.text}; "
                            f"{part.text} over {whole.text} gives {right:.2f}.",
                            observed=share.text,
                            expected=f"{right:.2f}",
                            tolerance=f"{allowed} 个百分点",
                            places=(table.place(row, column.index),),
                        )
    if not judged:
        raise case.skip("表格中没有占比列。", "No table has a column of shares.")


@rule("6206")
def change_is_difference(case: Case) -> Iterator[Finding]:
    """Find changes that are not after minus before."""
    before_words, after_words = case.words("before_words"), case.words("after_words")
    change_words = case.words("change_words")
    judged = False
    for table in tables_of(case):
        changes = [column for column in table.columns if any(word in column.title for word in change_words)]
        plain = [column for column in table.columns if column not in changes]
        for change in changes:
            kind = [column for column in plain if column.share == change.share]
            before = [c for c in kind if any(word in c.title for word in before_words)]
            after = [c for c in kind if c not in before and any(word in c.title for word in after_words)]
            if len(before) != 1 or len(after) != 1:
                continue
            for row in range(len(table.labels)):
                old, new = table.cells.get((row, before[0].index)), table.cells.get((row, after[0].index))
                said = table.cells.get((row, change.index))
                if old is None or new is None or said is None:
                    continue
                judged = True
                right = new.value - old.value
                last = Decimal(1).scaleb(-min(said.decimals, max(old.decimals, new.decimals)))
                if abs(right - said.value) > last:
                    yield case.finding(
                        table.grid.label,
                        f"表“{table.caption}”“{table.label(row)}”的{change.title}印为 {said.text},"
                        f"按 {new.text} − {old.text} 应为 {right}。请改正。",
                        f"In “{table.caption}” the change of {table.label(row)} is printed {said.text}; "
                        f"{new.text} − {old.text} is {right}.",
                        observed=said.text,
                        expected=str(right),
                        tolerance=f"末位 {last}",
                        places=(table.place(row, change.index),),
                    )
    if not judged:
        raise case.skip("表格中没有变化量列。", "No table has a column of changes.")


def unit_pairs(case: Case) -> Iterator[tuple[Table, int, Column, Column, Cell, Cell]]:
    """Give the areas that a table prints twice in one row, in two units."""
    for table in tables_of(case):
        areas = [column for column in table.columns if column.unit and not column.share]
        for i, one in enumerate(areas):
            for two in areas[i + 1 :]:
                if one.unit == two.unit or _stem(one) != _stem(two):
                    continue
                for row in range(len(table.labels)):
                    a, b = table.cells.get((row, one.index)), table.cells.get((row, two.index))
                    if a is not None and b is not None:
                        yield table, row, one, two, a, b


def agree(a: Cell, a_unit: str, b: Cell, b_unit: str) -> bool:
    """Say whether two printed areas are one, to the last digit that either prints."""
    room = last_digit_ha(a, a_unit) + last_digit_ha(b, b_unit)
    return abs(hectares(a, a_unit) - hectares(b, b_unit)) <= room * Decimal("1.000001")


def _stem(column: Column) -> str:
    return column.title.replace(column.unit, "").strip("()（）/ ")


def _totals(case: Case, table: Table) -> Iterator[tuple[int, list[int]]]:
    """Give each row of totals with the rows that it sums."""
    words = set(case.rule.parameters.get("total_words") or ["合计", "总计", "总面积", "全域合计", "总和"])
    rows = [r for r in range(len(table.labels)) if any(_is_total(word, words) for word in table.words(r))]
    for number, row in enumerate(rows):
        start = rows[number - 1] + 1 if number else 0
        parts = list(range(start, row))
        if not parts:
            end = rows[number + 1] if number + 1 < len(rows) else len(table.labels)
            parts = list(range(row + 1, end))
        if len(parts) > 1:
            yield row, parts


def _is_total(word: str, words: set[str]) -> bool:
    return word in words or (len(word) <= 8 and word.endswith(("合计", "总计")))


def _sums(table: Table, column: Column, parts: Sequence[int]) -> list[Decimal]:
    """Give what the parts may sum to: every row, the subtotals alone, the rows of the highest level alone."""
    have = [row for row in parts if (row, column.index) in table.cells]

    def add(rows: Sequence[int]) -> Decimal:
        return sum((table.cells[row, column.index].value for row in rows), Decimal(0))

    sub = [row for row in have if any("小计" in word for word in table.words(row))]
    of_which = [row for row in have if any(word.startswith(_OF_WHICH) for word in table.words(row))]
    each = [row for row in have if row not in sub and row not in of_which]
    found = [add(each)] if len(each) > 1 else []
    if len(sub) > 1:
        found.append(add(sub))
    depth = {row: next((len(w) for w in table.labels[row] if w.isdigit()), 0) for row in each}
    if each and len(set(depth.values())) > 1:
        top = [row for row in each if depth[row] == min(depth.values())]
        found.append(add(top))
    # Groups by a merged first column: a row that repeats its group's name is the group's own.
    own = [row for row in each if len(set(filter(None, table.labels[row]))) == 1]
    if own and len(own) < len(each):
        found.append(add(own))
        lower = [row for row in each if row not in own]
        found.append(add(lower))
    return found


def _base(table: Table, share: Column) -> Column | None:
    left = [column for column in table.columns if column.index < share.index and column.sums]
    return left[-1] if left else None


def _is_fraction(table: Table, column: Column) -> bool:
    values = [cell.value for (_, c), cell in table.cells.items() if c == column.index]
    return (
        bool(values)
        and max(values) <= 1
        and not any(
            cell.text.endswith(("%", "％")) for (_, c), cell in table.cells.items() if c == column.index
        )
    )
