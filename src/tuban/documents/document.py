"""A document as numbered lines: what was written, where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["text", "docx", "pdf"]
Box = tuple[float, float, float, float]  # left, bottom, right, top, in points of the PDF page


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `number` from 1, blank lines counted.

    Attributes
    ----------
    text : as it stands; cells of a table row are parted by tabs.
    page : page from 1, None where the format has no pages.
    heading : level of a heading style (1 is the highest), 0 for anything else.
    box : where it stands on its page, PDF only.
    table : number of the table that the file itself marks (DOCX), -1 elsewhere.
    """

    number: int
    text: str
    page: int | None = None
    heading: int = 0
    box: Box | None = None
    table: int = -1


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table as rows of cell texts, with the lines on which the rows stand."""

    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]


@dataclass(frozen=True)
class Document:
    """A document that has been read.

    Attributes
    ----------
    name : its file name.
    kind : what it was read from.
    lines : in reading order; `lines[0].number` is 1.
    pages : number of pages, None where the format has none.
    encoding : of a text file.
    """

    name: str
    kind: Kind
    lines: tuple[Line, ...]
    pages: int | None = None
    encoding: str = ""
    notes: tuple[str, ...] = field(default=())

    @property
    def text(self) -> str:
        """Give the whole text, a line feed between lines."""
        return "\n".join(line.text for line in self.lines)

    @property
    def tables(self) -> tuple[RawTable, ...]:
        """Give every run of lines that are parted into cells: what the file marks, or tabs."""
        found: list[RawTable] = []
        run: list[Line] = []

        def close() -> None:
            if len(run) > 1 or (run and run[0].table >= 0):
                rows = tuple(tuple(cell.strip() for cell in line.text.split("\t")) for line in run)
                found.append(RawTable(rows, tuple(line.number for line in run)))
            run.clear()

        for line in self.lines:
            inside = line.table >= 0 or "\t" in line.text
            if not inside or (run and line.table != run[-1].table):
                close()
            if inside:
                run.append(line)
        close()
        return tuple(found)
