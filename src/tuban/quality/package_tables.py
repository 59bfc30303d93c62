"""A printed table understood: which rows are heads, what each column measures and in which unit, which rows sum."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from tuban.domain.finding import Place
from tuban.quality.package_texts import Grid

# How many hectares one of each unit is, as exact fractions: numerator, denominator.
HECTARES: dict[str, tuple[int, int]] = {
    "公顷": (1, 1),
    "hm2": (1, 1),
    "hm²": (1, 1),
    "ha": (1, 1),
    "平方公里": (100, 1),
    "平方千米": (100, 1),
    "km2": (100, 1),
    "km²": (100, 1),
    "万亩": (10_000, 15),
    "亩": (1, 15),
    "平方米": (1, 10_000),
    "m2": (1, 10_000),
    "m²": (1, 10_000),
}
UNIT = re.compile("|".join(sorted(map(re.escape, HECTARES), key=len, reverse=True)))
_NUMBER = re.compile(r"[-+−]?\d[\d,，]*(?:\.\d+)?")
_SHARE = ("占比", "比例", "比重", "百分比", "%", "％")
_CHINESE = re.compile("[\u4e00-\u9fff]")
_ATTRIBUTES = frozenset({"约束性", "预期性", "建议性"})
_SPACES = re.compile(r"[\s\u3000]+")
# What a column may measure that never sums.
_NO_SUM = re.compile("人均|平均|密度|率|系数|倍|年份|序号|编号|代码|单价|强度")


@dataclass(frozen=True, slots=True)
class Cell:
    """One number as printed: its value, how many decimals, and where it stands."""

    value: Decimal
    decimals: int
    text: str


@dataclass(slots=True)
class Column:
    """One column of numbers; `unit` is one of `HECTARES` or "", `share` says that it holds percentages."""

    index: int
    title: str
    unit: str
    share: bool

    @property
    def sums(self) -> bool:
        """Say whether its values may be added up."""
        return not self.share and not _NO_SUM.search(self.title)


@dataclass(slots=True)
class Table:
    """A grid understood. `labels` are the words of each row of the body, `cells` its numbers by (row, column)."""

    grid: Grid
    caption: str
    columns: list[Column]
    labels: list[tuple[str, ...]]
    cells: dict[tuple[int, int], Cell]
    first: int
    heads: list[str] = field(default_factory=list)

    def label(self, row: int) -> str:
        """Give what a row is called: its first two words that are neither a unit nor a code."""
        words = [
            w for w in self.labels[row] if _CHINESE.search(w) and w not in HECTARES and w not in _ATTRIBUTES
        ]
        return " ".join(list(dict.fromkeys(words))[:2]) or next((w for w in self.labels[row] if w), "")

    def said(self, row: int) -> str:
        """Give all the words of a row."""
        return " ".join(word for word in self.labels[row] if word)

    def words(self, row: int) -> set[str]:
        """Give the words of a row without blanks and brackets of units."""
        return {plain(word) for word in self.labels[row] if word}

    def place(self, row: int, column: int) -> Place:
        """Say where a number stands."""
        cell = self.cells.get((row, column))
        line = self.grid.lines[self.first + row]
        return Place(
            self.grid.label, line, column + 1, f"{self.label(row)} {cell.text if cell else ''}".strip()
        )

    def named(self, *words: str) -> list[Column]:
        """Give the columns whose title holds one of the words."""
        return [column for column in self.columns if any(word in column.title for word in words)]


def plain(word: str) -> str:
    """Give a word without blanks, and without a unit in brackets behind it."""
    return re.sub(r"[（(][^）)]*[）)]$", "", _SPACES.sub("", word))


def cell_of(text: str) -> Cell | None:
    """Read a printed number; None where the cell is no number."""
    said = text.strip().rstrip("%％").strip().replace("−", "-")
    if not _NUMBER.fullmatch(said):
        return None
    said = said.replace(",", "").replace("，", "")
    try:
        value = Decimal(said)
    except InvalidOperation:
        return None
    return Cell(value, len(said.partition(".")[2]), text.strip())


def hectares(cell: Cell, unit: str) -> Decimal:
    """Turn a printed area into hectares."""
    up, down = HECTARES[unit]
    return cell.value * up / down


def last_digit_ha(cell: Cell, unit: str) -> Decimal:
    """Give half of the last printed digit, in hectares."""
    up, down = HECTARES[unit]
    return Decimal(1).scaleb(-cell.decimals) / 2 * up / down


def understand(grid: Grid) -> Table | None:
    """Understand a grid; None where it has no head and two rows of numbers."""
    rows = grid.cells
    first = next((i for i, row in enumerate(rows) if i and _is_body(row)), None)
    if first is None:
        return None
    caption = " ".join(_alone(row) for row in rows[:first])
    heads = [row for row in rows[:first] if not _alone(row)] or [rows[first - 1]]
    width = max(len(row) for row in rows)
    titles = ["/".join(dict.fromkeys(_at(row, c) for row in heads if _at(row, c))) for c in range(width)]
    body = rows[first:]
    everywhere = UNIT.search(caption)
    columns, cells = [], {}
    numeric = []
    for c in range(width):
        found = {r: cell for r, row in enumerate(body) if (cell := cell_of(_at(row, c))) is not None}
        counts = sum(1 for row in body if _at(row, c))
        if found and len(found) * 2 >= counts and not _is_code(titles[c], found.values()):
            numeric.append(c)
            cells |= {(r, c): cell for r, cell in found.items()}
            unit = UNIT.search(titles[c])
            percent = any(cell.text.endswith(("%", "％")) for cell in found.values())
            share = percent or any(word in titles[c] for word in _SHARE)
            said = unit[0] if unit else (everywhere[0] if everywhere and not share else "")
            columns.append(Column(c, titles[c], said, share))
    labels = [tuple(_at(row, c) for c in range(width) if c not in numeric) for row in body]
    if not columns:
        return None
    return Table(grid, f"{grid.name} {caption}".strip(), columns, labels, cells, first, titles)


def _is_body(row: tuple[str, ...]) -> bool:
    """Say whether a row holds words and numbers, and not years or units alone."""
    numbers = [cell for text in row if (cell := cell_of(text)) is not None]
    years = [cell for cell in numbers if cell.decimals == 0 and 1980 <= cell.value <= 2060]
    return len(numbers) > len(years) and any(text and cell_of(text) is None for text in row)


def _alone(row: tuple[str, ...]) -> str:
    said = {text for text in row if text}
    return next(iter(said)) if len(said) == 1 else ""


def _at(row: tuple[str, ...], column: int) -> str:
    return _SPACES.sub("", row[column]) if column < len(row) else ""


def _is_code(title: str, cells: Iterable[Cell]) -> bool:
    listed = list(cells)
    if any(word in title for word in ("代码", "编码", "编号", "序号", "DM", "XH")) or title in {
        "XZQDM",
        "BSM",
    }:
        return True
    whole = [int(cell.value) for cell in listed if cell.decimals == 0]
    return len(whole) == len(listed) > 2 and whole == list(range(1, len(whole) + 1))
