"""All that the rules look at: the blocks, tables and quantities of one document, understood once."""

from __future__ import annotations

from dataclasses import dataclass, field

from tuban.documents.blocks import Block, blocks
from tuban.documents.clean import Clean
from tuban.documents.document import Document
from tuban.documents.places import Places, places_of
from tuban.documents.quantity import Context, Quantity, context_of, quantities
from tuban.documents.table import Table, tables
from tuban.domain.finding import Place
from tuban.domain.progress import Progress, Step, quiet
from tuban.errors import Text

_QUOTE = 160
_MOST_NUMBERS = 300


@dataclass(frozen=True)
class Passage:
    """A paragraph, or a cell of prose in a table, with its quantities and what the headings say."""

    index: int
    text: Clean
    quantities: tuple[Quantity, ...]
    context: Context
    headings: tuple[str, ...]
    in_table: bool = False
    first: bool = True  # False for the further pieces of a passage that was cut


@dataclass(frozen=True)
class Facts:
    """One document, understood."""

    document: Document
    blocks: tuple[Block, ...]
    tables: tuple[Table, ...]
    passages: tuple[Passage, ...]
    places: Places
    wholes: set[frozenset[str]] = field(default_factory=set)

    @property
    def quantities(self) -> list[Quantity]:
        """Give every quantity of the running text."""
        return [quantity for passage in self.passages for quantity in passage.quantities]

    def place(self, line: int, column: int = 1, end: int | None = None) -> Place:
        """Give a place in this document with the line as quote, cut around the column."""
        found = self.document.lines[min(max(line, 1), len(self.document.lines)) - 1]
        text = found.text.strip()
        if len(text) > _QUOTE:
            start = max(0, min(column - 1 - _QUOTE // 2, len(found.text) - _QUOTE))
            text = ("…" if start else "") + found.text[start : start + _QUOTE].strip()
            text += "…" if start + _QUOTE < len(found.text) else ""
        return Place(self.document.name, line, column, text.replace("\t", " "), found.page, end)

    def place_of(self, quantity: Quantity) -> Place:
        """Give where a quantity stands."""
        return self.place(quantity.line, quantity.column, quantity.end_column or None)


def understand(document: Document, progress: Progress = quiet) -> Facts:
    """Read blocks, tables and quantities out of a document."""
    found = blocks(document)
    progress(Step(0.2, Text("读懂段落和表格", "Understanding paragraphs and tables")))
    title = "".join(block.text.text for block in found[:4])
    prose = [block.text.text for block in found if block.kind != "table"]
    labels = [
        cell.text
        for block in found
        if block.kind == "table"
        for row in block.rows
        for cell in row[:3]
        if cell.text
    ]
    places = places_of([*prose, *labels], title)
    made = tuple(tables(found))
    passages: list[Passage] = []
    headings: list[tuple[int, str]] = []
    for index, block in enumerate(found):
        if block.kind == "heading":
            headings = [h for h in headings if h[0] < block.level] + [(block.level, block.text.text)]
        names = tuple(text for _, text in headings)
        context = context_of(list(names), places)
        if block.kind == "paragraph":
            said = tuple(quantities(block.text, index, places, context))
            passages += _passages(index, block.text, said, context, names)
        elif block.kind == "table":
            for row in block.rows:
                for cell in row:
                    if len(cell.text) >= 25 and any(mark in cell.text for mark in "，。；"):
                        said = tuple(quantities(cell, index, places, context))
                        passages += _passages(index, cell, said, context, names, in_table=True)
    return Facts(document, tuple(found), made, tuple(passages), places)


def _passages(
    index: int,
    text: Clean,
    said: tuple[Quantity, ...],
    context: Context,
    names: tuple[str, ...],
    in_table: bool = False,
) -> list[Passage]:
    """Cut a passage that holds hundreds of numbers, so that comparing within it stays cheap."""
    cuts = range(0, max(len(said), 1), _MOST_NUMBERS)
    return [Passage(index, text, said[i : i + _MOST_NUMBERS], context, names, in_table, i == 0) for i in cuts]
