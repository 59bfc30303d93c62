"""Lines put together to what the author wrote: headings, paragraphs broken over lines, captions, tables."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from tuban.documents.clean import Clean, clean, join
from tuban.documents.document import Document, Line

BlockKind = Literal["heading", "paragraph", "caption", "contents", "table"]

_ENDS = "。！？；：…”"
_CHINESE = "一二三四五六七八九十百零〇两"
# A decimal number before one of these is a measure that begins a line, not the number of a heading.
_UNIT_AHEAD = r"\s?(?:[\d.%‰~hkmHK²㎡]|公[顷里]|万|亿|亩|平方|千|米|个|元|人|吨|度|倍|处|户|$)"
# What numbers a heading, from the highest kind to the lowest.
HEADS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (1, re.compile(rf"第[{_CHINESE}\d]{{1,4}}[章编篇部分]{{1,2}}")),
    (2, re.compile(rf"第[{_CHINESE}\d]{{1,4}}节")),
    (3, re.compile(rf"第[{_CHINESE}\d]{{1,5}}条(?!第)")),
    (1, re.compile(rf"[{_CHINESE}]{{1,3}}[、.]")),
    (2, re.compile(rf"\([{_CHINESE}]{{1,3}}\)")),
    (3, re.compile(rf"\d{{1,2}}(?:\.\d{{1,2}}){{1,3}}\.?(?!{_UNIT_AHEAD})")),
    (3, re.compile(r"\d{1,2}[.、](?!\d)")),
    (4, re.compile(r"\(\d{1,2}\)")),
    (5, re.compile(r"[①②③④⑤⑥⑦⑧⑨⑩⑪⑫]")),
)
_CAPTION = re.compile(
    r"(附?[表图])(?:格|纸)?\d{1,3}(?:[-—.]\d{1,3}){0,2}|[表图][一二三四五六七八九十]{1,3}(?![、个张])"
)
_BULLET = re.compile(r"(?:[lpunØüv●■◆▲►➢✓•·○□※*]|-)\s*(?=[\u4e00-\u9fff“《])")
_PAGE = re.compile(r"[-—·.\s第]*(?:\d{1,4}|[IVXivx]{1,5})[-—·.\s页]*(?:[/共]\s*\d{1,4}\s*页?)?")
_LEADER = re.compile(r"(?:[.…·。]{3,}|\t)\s*[-—]?\s*\d{1,4}\s*[-—]?\s*$")
_UNIT_LINE = re.compile(r"[(]?单位[：:]?")
_NUMBER_CELL = re.compile(r"[-+≥≤<>~约]{0,2}\s*\d[\d,]*(?:\.\d+)?\s*(?:%|‰|[^\d\s]{0,6})?|[-—/]+")
_DASHES = re.compile(r"[\s:|+=—-]*")


@dataclass(frozen=True)
class Block:
    """A piece of the document; `rows` are the cells of a table, with columns counted from its first."""

    kind: BlockKind
    text: Clean
    level: int = 0
    rows: tuple[tuple[Clean, ...], ...] = ()
    lines: tuple[int, ...] = field(default=())

    @property
    def line(self) -> int:
        """Give the line on which it begins."""
        return self.lines[0] if self.lines else self.text.where(0)[0]


def blocks(document: Document) -> list[Block]:
    """Give the document's blocks in order."""
    return _Reader(document).read()


class _Reader:
    """Walks over the lines once; what is open is a paragraph or a table."""

    def __init__(self, document: Document) -> None:
        self.lines = document.lines
        self.furniture = _furniture(document.lines)
        lengths = sorted(len(line.text.strip()) for line in self.lines if len(line.text.strip()) > 8)
        self.full = 0.75 * lengths[int(len(lengths) * 0.8)] if lengths else 40
        self.full = min(self.full, 60.0)
        self.out: list[Block] = []
        self.open: list[Clean] = []
        self.open_lines: list[int] = []
        self.rows: list[tuple[Clean, ...]] = []
        self.row_lines: list[int] = []
        self.table = -1
        self.spaced = 0  # how many of the open rows were parted by blanks only
        self.last_raw = ""
        self.blank = False

    def read(self) -> list[Block]:
        for index, line in enumerate(self.lines):
            raw = line.text.strip()
            if not raw or (line.number in self.furniture and "\t" not in raw):
                self.blank = self.blank or not raw
                continue
            self._line(index, line, raw)
            self.blank = False
        self._close()
        return self.out

    def _line(self, index: int, line: Line, raw: str) -> None:
        text = clean(line.text, line.number)
        if not text.text:
            return
        if _LEADER.search(raw) and line.table < 0 and _is_contents(line.text):
            self._close()
            self.out.append(Block("contents", text, 0, (), (line.number,)))
            return
        caption = _CAPTION.match(text.text)
        captioned = caption is not None and len(text.text) < 60 and not _sentence(text.text)
        cells = None if captioned and "\t" not in raw and line.table < 0 else self._cells(index, line)
        if cells is not None:
            self._row(line, cells)
            return
        if captioned:
            self._close()
            self.out.append(Block("caption", text, 0, (), (line.number,)))
            return
        level = line.heading or heading_level(text.text)
        if level and len(text.text) <= 45 and not _sentence(text.text):
            self._close()
            self.out.append(Block("heading", text, level, (), (line.number,)))
            return
        if self.rows:
            if self._continues_cell(text):
                return
            self._close()
        if self.open and not self._goes_on(text.text):
            self._close()
        self.open.append(text)
        self.open_lines.append(line.number)
        self.last_raw = raw

    def _goes_on(self, text: str) -> bool:
        before = self.open[-1].text
        if before[-1:] in _ENDS:
            return False
        if heading_level(text) or _BULLET.match(text) or _CAPTION.match(text):
            return False
        if _UNIT_LINE.match(text):
            return False
        return (
            len(self.last_raw) >= self.full
            or any(mark in before for mark in "，。、；")
            or text[:1] in "，。、；)%"
        )

    def _row(self, line: Line, cells: list[Clean]) -> None:
        if self.open:
            self._close()
        if self.rows and line.table != self.table:
            self._close()
        if self.rows and line.table < 0 and 1 < len(cells) == len(self.rows[-1]) - 1:
            cells = _unglued(cells)
        if self.rows:
            first = [i for i, cell in enumerate(cells) if cell.text]
            if first == [0] and len(cells) > 1 and len(cells[0].text) <= 4 and self._last_has_number():
                self._append_label(cells[0])  # the end of a label that the page cut off
                return
        self.table = line.table
        if any(cell.text for cell in cells):
            self.rows.append(tuple(cells))
            self.row_lines.append(line.number)
            self.spaced += line.table < 0 and "\t" not in line.text and "|" not in line.text

    def _last_has_number(self) -> bool:
        return any(_NUMBER_CELL.fullmatch(cell.text) for cell in self.rows[-1][1:] if cell.text)

    def _append_label(self, piece: Clean) -> None:
        last = list(self.rows[-1])
        place = next((i for i, cell in enumerate(last) if cell.text and not cell.text[0].isdigit()), 0)
        last[place] = join([last[place], piece])
        self.rows[-1] = tuple(last)

    def _continues_cell(self, text: Clean) -> bool:
        """A scrap of a few letters after a row of a text table is the rest of that row's label."""
        if len(text.text) <= 3 and not _sentence(text.text) and self._last_has_number() and not self.blank:
            self._append_label(text)
            return True
        return False

    def _cells(self, index: int, line: Line) -> list[Clean] | None:
        raw = line.text
        tabs = raw.count("\t")
        if line.table >= 0 or "\t" in raw.strip() or tabs > 1 or (tabs and self.rows):
            parts = raw.split("\t")
        elif raw.strip().startswith("|") and raw.count("|") >= 3:
            inner = raw.strip().strip("|")
            shift = raw.find("|") + 1
            if _DASHES.fullmatch(inner):
                return []
            return _cut(inner, "|", line.number, shift)
        else:
            return self._spaced(index, line)
        if all(_DASHES.fullmatch(part) for part in parts) and any("--" in part for part in parts):
            return []
        return _cut(raw, "\t", line.number, 0)

    def _spaced(self, index: int, line: Line) -> list[Clean] | None:
        """Cells that blanks part: a name and at least two numbers, or the head right above such a row."""
        parts = _split_spaced(line.text)
        if parts is None:
            return None
        if not _row_like(parts):
            below = next((item for item in self.lines[index + 1 : index + 6] if item.text.strip()), None)
            other = _split_spaced(below.text) if below is not None and below.table < 0 else None
            if other is None or len(parts) < 3 or len(other) != len(parts):
                return None
            if not _row_like(other) or any(len(part) > 16 for _, part in parts):
                return None
        return [clean(part, line.number, start + 1) for start, part in parts]

    def _close(self) -> None:
        if self.open:
            text = join(self.open)
            bullet = _BULLET.match(text.text)
            if bullet:
                text = Clean(text.text[bullet.end() :], text.at[bullet.end() :])
            self.out.append(Block("paragraph", text, 0, (), tuple(self.open_lines)))
            self.open, self.open_lines = [], []
        if self.rows:
            if self.spaced and self.spaced == len(self.rows):
                self.rows = _aligned(self.rows)
            self.spaced = 0
            text = join([cell for cell in self.rows[0] if cell.text] or [self.rows[0][0]])
            self.out.append(Block("table", text, 0, tuple(self.rows), tuple(self.row_lines)))
            self.rows, self.row_lines = [], []


def heading_level(text: str) -> int:
    """Give the level of the number that a text begins with, 0 where it begins with none."""
    return next((level for level, pattern in HEADS if pattern.match(text)), 0)


def _sentence(text: str) -> bool:
    """A heading may end in a full stop and hold one comma, not more."""
    return any(mark in text[:-1] for mark in "。；！？") or text.count("，") > (
        1 if heading_level(text) else 0
    )


def _is_contents(raw: str) -> bool:
    head = _LEADER.sub("", raw).strip()
    if "\t" in head or not head or len(head) > 60:
        return False
    plain = clean(head, 1).text
    return bool(
        heading_level(plain) or "..." in raw or "…" in raw or plain in ("前言", "附录", "附件", "附则")
    )


def _cut(raw: str, mark: str, number: int, shift: int) -> list[Clean]:
    cells: list[Clean] = []
    column = shift + 1
    for part in raw.split(mark):
        cells.append(clean(part, number, column))
        column += len(part) + 1
    return cells


def _split_spaced(raw: str) -> list[tuple[int, str]] | None:
    if any(mark in raw for mark in "，。；！？") or len(raw) > 300:
        return None
    parts = [(found.start(), found.group()) for found in re.finditer(r"\S+", raw)]
    return parts if 2 <= len(parts) <= 40 else None


_GLUED = re.compile(r"([\u4e00-\u9fff()、]{2,}?)([-+]?\d[\d,]*\.\d+%?)")


def _unglued(cells: list[Clean]) -> list[Clean]:
    """A narrow gap left label and first number in one cell: 村庄建设用地58.36."""
    found = _GLUED.fullmatch(cells[0].text)
    if found is None:
        return cells
    at = found.start(2)
    first = cells[0]
    return [Clean(first.text[:at], first.at[:at]), Clean(first.text[at:], first.at[at:]), *cells[1:]]


def _aligned(rows: list[tuple[Clean, ...]]) -> list[tuple[Clean, ...]]:
    """Numbers stand at the right: a row with too few cells lacks its serial number or a label."""
    width = max(len(row) for row in rows)
    serial = sum(1 for row in rows if len(row) == width and row[0].text.isdigit()) * 2 >= len(rows)
    done: list[tuple[Clean, ...]] = []
    for row in rows:
        lacking = width - len(row)
        blanks = (Clean("", ()),) * lacking
        done.append((*blanks, *row) if serial else (row[0], *blanks, *row[1:]))
    return done


def _row_like(parts: list[tuple[int, str]]) -> bool:
    """One to three short words, then nothing but numbers, at least two."""
    numbers = 0
    for _, part in reversed(parts):
        if not _NUMBER_CELL.fullmatch(part):
            break
        numbers += 1
    words = [part for _, part in parts[: len(parts) - numbers]]
    return (
        numbers >= 2 and len(words) <= 3 and all(len(word) <= 20 and "(" not in word[-1:] for word in words)
    )


def _furniture(lines: tuple[Line, ...]) -> set[int]:
    """Tell page numbers and what stands again and again at the edge of pages."""
    counts = Counter(line.text.strip() for line in lines if 4 <= len(line.text.strip()) <= 50)
    repeated = {
        text
        for text, count in counts.items()
        if count >= 5
        and "\t" not in text
        and not text.endswith(("。", "；"))
        and not heading_level(clean(text, 1).text)
    }
    return {
        line.number
        for line in lines
        if line.table < 0
        and (line.text.strip() in repeated or (line.text.strip() and _PAGE.fullmatch(line.text.strip())))
    }
