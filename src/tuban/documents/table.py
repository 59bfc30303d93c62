"""Tables with their meaning: header trees, units, labels, totals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property

from tuban.documents.blocks import Block
from tuban.documents.clean import Clean
from tuban.documents.number import Number, find_numbers, unit_of
from tuban.standards.words import grammar

_EMPTY = re.compile(r"[-—/\s.·]*")
_IN_BRACKETS = re.compile(r"\(([^()]{1,12})\)")
_UNIT_SAID = re.compile(r"单位[：:]?\s*([^\s)，。；、]{1,10})")
_CELL_NUMBER = re.compile(
    r"(?P<rel>[≥≤<>＜＞~≈]|不低于|不少于|不高于|不超过|不大于|约)?\s*(?P<num>[-+]?\d[\d,]*(?:\.\d+)?)\s*(?P<unit>\S{0,8})"
)
_RELATIONS = {
    "≥": ">=",
    ">": ">=",
    "＞": ">=",
    "不低于": ">=",
    "不少于": ">=",
    "≤": "<=",
    "<": "<=",
    "＜": "<=",
}
_RELATIONS |= {"不高于": "<=", "不超过": "<=", "不大于": "<=", "~": "~", "≈": "~", "约": "~"}
_YEAR_CELL = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a table."""

    row: int
    column: int
    number: Number
    relation: str
    line: int
    text: str

    @property
    def value(self) -> Decimal:
        """Give the number as printed."""
        return self.number.value

    @property
    def decimals(self) -> int:
        """Give how many decimals were printed."""
        return self.number.decimals


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the headers above it from the top, and the unit that they or the caption say."""

    path: tuple[str, ...]
    unit: str
    kind: str

    @property
    def name(self) -> str:
        """Give the headers as one text."""
        return "/".join(self.path)


@dataclass(frozen=True)
class Table:
    """A table as meant by its author.

    Attributes
    ----------
    caption : the title above it, "" where there is none.
    columns : one for each column, label columns included.
    labels : for each body row, the words that name it (without its serial number).
    cells : the numbers, by (row, column).
    total_rows, subtotal_rows, part_rows : body rows that are totals, subtotals, or “of which”.
    sections : for each body row, the heading row above it inside the table.
    lines : line of each body row; `head_lines` those of the header.
    """

    caption: str
    columns: tuple[Column, ...]
    labels: tuple[tuple[str, ...], ...]
    cells: dict[tuple[int, int], Cell]
    total_rows: tuple[int, ...]
    subtotal_rows: tuple[int, ...]
    part_rows: tuple[int, ...]
    sections: tuple[str, ...]
    lines: tuple[int, ...]
    head_lines: tuple[int, ...]
    texts: tuple[tuple[str, ...], ...]
    headings: tuple[str, ...] = ()
    block: int = 0

    @cached_property
    def numeric_columns(self) -> list[int]:
        """Give the columns that hold measures."""
        rows = len(self.lines)
        return [
            c
            for c in range(len(self.columns))
            if 2 * sum((r, c) in self.cells for r in range(rows)) >= min(rows, 4)
            and any((r, c) in self.cells for r in range(rows))
        ]

    def label(self, row: int) -> str:
        """Give the name of a row."""
        return " ".join(self.labels[row])


def tables(found: list[Block]) -> Iterator[Table]:
    """Give the tables among the blocks of a document, those that hold numbers."""
    headings: list[tuple[int, str]] = []
    caption, unit, caption_at = "", "", -9
    for index, block in enumerate(found):
        if block.kind == "heading":
            headings = [h for h in headings if h[0] < block.level] + [(block.level, block.text.text)]
        if block.kind in ("caption", "heading", "paragraph"):
            said = _UNIT_SAID.search(block.text.text)
            if block.kind == "caption" or (len(block.text.text) <= 40 and block.text.text.endswith("表")):
                caption, caption_at, unit = block.text.text, index, ""
            if said and len(block.text.text) <= 60:
                unit = said.group(1).rstrip(")")
                caption_at = max(caption_at, index)
        if block.kind == "table":
            near = index - caption_at <= 2
            table = build(block, caption if near else "", unit if near else "", index)
            if table is not None:
                yield replace(table, headings=tuple(text for _, text in headings))
            caption_at = -9


def build(block: Block, caption: str, unit: str, index: int = 0) -> Table | None:
    """Give the table of a block, or None where it holds no numbers."""
    rows, lines = list(block.rows), list(block.lines)
    width = max(len(row) for row in rows)
    if width < 2:
        return None
    if (
        width > 1 and sum(1 for cell in rows[0] if cell.text) == 1 and len(rows) > 2
    ):  # a title or unit inside the table
        said = _UNIT_SAID.search(rows[0][0].text if rows[0][0].text else "".join(c.text for c in rows[0]))
        unit = said.group(1) if said else unit
        caption = caption or "".join(c.text for c in rows[0])
        rows, lines = rows[1:], lines[1:]
    padded = [[*row, *[Clean("", ())] * (width - len(row))] for row in rows]
    head = _head_rows(padded)
    if head == 0 or head >= len(padded):
        if head >= len(padded):
            return None
        head = 0
    while head > 1 and sum(1 for cell in padded[head - 1] if cell.text) == 1:
        head -= 1  # a section row right under the header
    columns = _columns(padded[:head], width, unit, caption)
    body, body_lines = padded[head:], lines[head:]
    serial = {
        c
        for c, column in enumerate(columns)
        if column.path and column.path[-1] in grammar()["headers"]["serial"]
    }
    if not serial and _counts_up(body, 0):
        serial = {0}
    cells: dict[tuple[int, int], Cell] = {}
    labels: list[tuple[str, ...]] = []
    sections: list[str] = []
    texts: list[tuple[str, ...]] = []
    kept_lines: list[int] = []
    section = ""
    above: list[str] = [""] * width
    for cells_in_row, line in zip(body, body_lines, strict=True):
        filled = [c for c, cell in enumerate(cells_in_row) if cell.text]
        if not filled:
            continue
        if len(filled) == 1 and not _is_number(cells_in_row[filled[0]].text):
            section = cells_in_row[filled[0]].text
            continue
        row = len(kept_lines)
        names: list[str] = []
        for c, cell in enumerate(cells_in_row):
            number = None if c in serial else _cell_number(cell, columns[c])
            if number is not None:
                at = cell.where(0)[0] if cell.text else line
                cells[(row, c)] = Cell(row, c, number[0], number[1], at, cell.text)
            elif c not in serial and cell.text and not _EMPTY.fullmatch(cell.text):
                names.append(cell.text)
                above[c:] = [cell.text, *[""] * (width - c - 1)]
            elif c not in serial and not cell.text and above[c] and c < (filled[0] if filled else 0):
                names.append(above[c])  # a label merged downwards
        labels.append(tuple(names))
        sections.append(section)
        texts.append(tuple(cell.text for cell in cells_in_row))
        kept_lines.append(line)
    if not cells:
        return None
    columns = _units_from_cells(columns, cells, labels)
    cells = _with_units(cells, columns, labels)
    totals, subtotals, parts = _kinds(labels)
    return Table(
        caption, tuple(columns), tuple(labels), cells, totals, subtotals, parts, tuple(sections), tuple(kept_lines),
        tuple(lines[:head]), tuple(texts), (), index,
    )  # fmt: skip


def _head_rows(rows: list[list[Clean]]) -> int:
    for i, row in enumerate(rows[:6]):
        filled = [cell.text for cell in row if cell.text]
        numbers = [text for text in filled if _is_number(text) and not _YEAR_CELL.fullmatch(text)]
        if numbers and len(numbers) * 3 >= len(filled):
            return i
        if numbers and i and any(_is_number(text) for text in filled[1:]):
            return i
    return min(len(rows), 6) if len(rows) <= 6 else 1


def _columns(head: list[list[Clean]], width: int, unit: str, caption: str) -> list[Column]:
    grid = [[cell.text for cell in row] for row in head]
    for r, row in enumerate(grid[:-1]):
        for c in range(1, width):
            # A blank to the right of a merged header: it spans, where the next row has a header of its own there.
            if (
                not row[c]
                and any(grid[below][c] for below in range(r + 1, len(grid)))
                and not _starts(grid, r, c)
            ):
                row[c] = row[c - 1]
    columns = []
    for c in range(width):
        path = tuple(dict.fromkeys(row[c] for row in grid if row[c]))
        said = next((u for text in reversed(path) if (u := unit_in(text))), None)
        if said is None and unit and c and not any(_says_share(text) for text in path):
            said = unit_of(unit)
        if said is None and path and _says_share(path[-1]):
            said = ("%", "share", Fraction(1, 100))
        columns.append(Column(path, said[0] if said else "", said[1] if said else ""))
    return columns


def _starts(grid: list[list[str]], r: int, c: int) -> bool:
    """The first column names the rows: it spans nothing to its right unless it is alone."""
    return c == 1 and not grid[r][0]


@cache
def unit_in(text: str) -> tuple[str, str, Fraction] | None:
    """Give the unit that a header says, in brackets or after a slash."""
    for inside in reversed(_IN_BRACKETS.findall(text)):
        if found := unit_of(inside):
            return found
    return unit_of(text.rpartition("/")[2]) if "/" in text else None


def _says_share(text: str) -> bool:
    return any(word in text for word in grammar()["headers"]["share"] if len(word) > 1) or text.endswith(
        ("占", "%")
    )


def _is_number(text: str) -> bool:
    found = _CELL_NUMBER.fullmatch(text)
    return bool(
        found
        and (not found.group("unit") or unit_of(found.group("unit")) or found.group("unit") in "左右以上以下")
    )


def _cell_number(cell: Clean, column: Column) -> tuple[Number, str] | None:
    found = _CELL_NUMBER.fullmatch(cell.text)
    if not found or not _is_number(cell.text):
        return None
    number = next(iter(find_numbers(cell.text)), None)
    if number is None or number.high is not None:
        return None
    if found.group("num").startswith("-") and number.value > 0:
        number = replace(number, value=-number.value)
    if not number.unit:
        said = unit_of(column.unit) if column.unit else None
        if said is not None:
            number = replace(number, unit=said[0], kind=said[1], factor=said[2])
    return number, _RELATIONS.get(found.group("rel") or "", "=")


def _counts_up(body: list[list[Clean]], column: int) -> bool:
    values = [row[column].text for row in body if row[column].text]
    return (
        len(values) >= 3
        and [v for v in values if v.isdigit()]
        == [str(i) for i in range(1, len(values) + 1)][: len([v for v in values if v.isdigit()])]
        and sum(v.isdigit() for v in values) >= len(values) - 1
    )


def _units_from_cells(
    columns: list[Column], cells: dict[tuple[int, int], Cell], labels: list[tuple[str, ...]]
) -> list[Column]:
    """A column whose cells print % is one of shares, whatever its header says."""
    found = list(columns)
    for c, column in enumerate(columns):
        every = [cell.number for (_, at), cell in cells.items() if at == c]
        kinds = [number for number in every if number.unit]
        if not column.unit and 2 * len(kinds) > len(every) and len({n.kind for n in kinds}) == 1:
            found[c] = Column(column.path, kinds[0].unit, kinds[0].kind)
    return found


def _with_units(
    cells: dict[tuple[int, int], Cell], columns: list[Column], labels: list[tuple[str, ...]]
) -> dict[tuple[int, int], Cell]:
    """Give bare numbers the unit of their column, else the one in the label of their row."""
    done: dict[tuple[int, int], Cell] = {}
    for (r, c), cell in cells.items():
        number = cell.number
        said = unit_of(columns[c].unit) if columns[c].unit else None
        if not number.unit:
            in_row = next((u for name in labels[r] if (u := unit_in(name) or unit_of(name))), None)
            said = in_row if in_row is not None and not columns[c].unit else said or in_row
            if said is not None:
                number = replace(number, unit=said[0], kind=said[1], factor=said[2])
        done[(r, c)] = replace(cell, number=number)
    return done


def _kinds(labels: list[tuple[str, ...]]) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    said = grammar()
    totals, subtotals, parts = [], [], []
    for r, names in enumerate(labels):
        first = [re.sub(r"\([^()]*\)$", "", name.replace(" ", "")) for name in names]
        if any(name in said["subtotal_labels"] or name.endswith("小计") for name in first):
            subtotals.append(r)
        elif any(name in said["total_labels"] or name.endswith(("合计", "总计")) for name in first):
            totals.append(r)
        elif any(name.startswith(tuple(said["part_marks"])) for name in first):
            parts.append(r)
        elif (
            r in (0, len(labels) - 1)
            and len(labels) > 3
            and any(name in said["places"]["whole"] for name in first)
        ):
            totals.append(r)  # 全县 above or below its towns
    return tuple(totals), tuple(subtotals), tuple(parts)
