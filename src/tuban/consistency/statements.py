"""Every statement of a quantity, from text and tables alike, under one key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tuban.consistency.facts import Facts
from tuban.documents.number import Number
from tuban.documents.places import Places
from tuban.documents.quantity import Quantity, context_of
from tuban.documents.subjects import is_generic, is_share_word, subject_of
from tuban.documents.table import Table
from tuban.domain.finding import Place
from tuban.standards.words import grammar

_BRACKETS = re.compile(r"\([^()]*\)")
_YEAR = re.compile(r"((?:19|20)\d\d)")
_BASE = ("基期", "现状", "基准年")
_GOAL = ("目标", "规划", "任务", "下达", "控制")


@dataclass(frozen=True, slots=True)
class Statement:
    """One value of one quantity: what, where, when, and where it is printed."""

    subject: str
    attribute: str
    kind: str
    place: str
    year: str
    phase: str
    mode: str
    relation: str
    number: Number
    where: Place
    document: str
    table: bool
    explicit_place: bool
    block: int
    part: bool = False
    stance: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Give what two statements must share to be of one quantity."""
        return self.subject, self.attribute, self.kind, self.place


def statements(facts: Facts) -> Iterator[Statement]:
    """Give all statements whose subject is named."""
    yield from _of_text(facts)
    for table in facts.tables:
        yield from _of_table(facts, table)


def _of_text(facts: Facts) -> Iterator[Statement]:
    flows = tuple(grammar()["flows"])
    for passage in facts.passages:
        for q in passage.quantities:
            subject, attribute = _subject(q)
            if not subject or q.number.high is not None or not q.kind or q.kind in ("time", "angle"):
                continue
            if q.paren and q.lead == "":
                continue  # a restatement in another unit; its own rule looks at it
            flow = subject.startswith(flows)
            yield Statement(
                subject=subject,
                attribute=attribute,
                kind="share" if q.kind == "points" else q.kind,
                place=q.place,
                year=q.year,
                # 维护前后均为……: one value that holds for both.
                phase="" if flow or (q.phase == "both" and q.role != "change") else q.phase,
                mode="" if flow else q.mode,
                relation=q.relation,
                number=q.number,
                where=facts.place_of(q),
                document=facts.document.name,
                table=False,
                explicit_place=q.explicit_place,
                block=passage.index,
                part=q.part,
                stance="" if flow else _stance(passage.headings),
            )


_OF_NOW = re.compile(r"现状|基础|问题|评估|评价|成效|体检|实施情况|概况|风险|短板|挑战")
_OF_PLAN = re.compile(r"目标|战略|愿景|规划|布局|方案|策略|管控|格局|体系|保障|建设|优化")


def _stance(headings: tuple[str, ...]) -> str:
    """Tell whether the nearest heading that says so speaks of what is, or of what is planned."""
    for heading in reversed(headings):
        if _OF_NOW.search(heading):
            return "now"
        if _OF_PLAN.search(heading):
            return "plan"
    return ""


def _subject(q: Quantity) -> tuple[str, str]:
    core = q.subject
    attribute = ""
    if q.role == "change":
        attribute = "net change" if "净" in q.lead else "change"
        if core in ("", "规模", "面积", "较", "比"):
            core = q.owner
    if is_share_word(q.subject):
        core, attribute = q.owner, f"share {attribute}".strip()
    elif (not core and q.role in ("from", "to")) or (not core and q.explicit_place):
        core = q.owner
    if is_generic(core) or "|" in core or len(core) < 2:
        return "", ""
    return core, attribute


def _of_table(facts: Facts, table: Table) -> Iterator[Statement]:
    context = context_of([*table.headings, table.caption], facts.places)
    by_place = _rows_are_places(facts.places, table)
    for (row, column), cell in sorted(table.cells.items()):
        if column not in table.numeric_columns or cell.number.high is not None or not cell.number.kind:
            continue
        if row in table.subtotal_rows or row in table.part_rows:
            continue
        named = _cell_subject(facts.places, table, row, column, by_place)
        if named is None:
            continue
        subject, place = named
        head = table.columns[column].name
        said = context_of([head], facts.places)
        change = any(word in head for word in grammar()["headers"]["change"])
        share = cell.number.kind == "share" and not subject.endswith(("率", "占比", "比例", "比重"))
        year = _YEAR.search(head) or _YEAR.search(table.caption)
        mode = (
            "actual" if any(w in head for w in _BASE) else "target" if any(w in head for w in _GOAL) else ""
        )
        if not mode and any(word in table.caption for word in ("目标", "任务", "指标分解")):
            mode = "target"
        phase = said.phase if said.phase in ("before", "after") else ""
        yield Statement(
            subject=subject,
            attribute=f"{'share ' if share else ''}{'change' if change else ''}".strip(),
            kind=cell.number.kind,
            place=context.place if place is None else place,
            year=year.group(1) if year else context.year,
            phase="both" if change else phase or context.phase,
            mode="" if change else mode,
            relation=cell.relation,
            number=cell.number,
            where=facts.place(cell.line),
            document=facts.document.name,
            table=True,
            explicit_place=place is not None or bool(context.place),
            block=table.block,
            stance=_stance((*table.headings, table.caption)),
        )


def _cell_subject(
    places: Places, table: Table, row: int, column: int, by_place: bool
) -> tuple[str, str | None] | None:
    """Give (subject, place): rows name what is measured, or they name places and the column says what."""
    labels = [_BRACKETS.sub("", name) for name in table.labels[row]]
    if not labels:
        return None
    spots = [
        (name, places.name(name))
        for name in labels
        if name in places.names
        or places.find(name)[:1] == [(0, places.name(name))]
        or (by_place and name.endswith(_UNITS))
    ]
    total = row in table.total_rows
    head = [_BRACKETS.sub("", part) for part in table.columns[column].path]
    if (spots and len(spots) == len(labels)) or (total and by_place):
        subject = next((s for part in reversed(head) if not is_generic(s := subject_of(part, places))), "")
        return (subject, "" if total else spots[0][1]) if subject else None
    if total:
        return None
    subject = subject_of(labels[0], places)
    if is_generic(subject) or len(subject) < 2:
        return None
    return subject, spots[-1][1] if spots else None


_UNITS = ("镇", "乡", "街道", "县", "市", "市辖区", "开发区", "社区", "村", "旗")


def _rows_are_places(places: Places, table: Table) -> bool:
    named = sum(
        1 for labels in table.labels if labels and (labels[0] in places.names or labels[0].endswith(_UNITS))
    )
    return named * 2 >= len(table.labels) and named >= 2
