"""The register of exceptions (例外): findings that a named person accepted, why, and until when."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from tuban.errors import NotFound, Text, WrongUse
from tuban.store import tables
from tuban.store.chain import clean
from tuban.store.clock import moment_of
from tuban.store.findings_file import Kept
from tuban.store.ledger import add_entry
from tuban.store.runs import Run

if TYPE_CHECKING:
    from tuban.store.workspace import Workspace

Standing = Literal["in force", "expired", "withdrawn"]
_columns = tables.acceptance.c
_ends = tables.acceptance_end.c


@dataclass(frozen=True, slots=True)
class Acceptance:
    """One exception: the finding (`key`), what its objects were (`content`), the person, the reason, the last day.

    `withdrawn_at`, `withdrawn_by`, `withdrawn_reason` are None while nobody took it back.
    """

    number: int
    kind: str
    key: str
    rule: str
    layer: str
    objects: tuple[str, ...]
    content: str
    message: Text
    person: str
    reason: str
    until: date
    run: int
    recorded_at: datetime
    recorded_by: str
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None
    withdrawn_reason: str | None = None

    def standing(self, on: date) -> Standing:
        """Say whether it holds on a day; that its object changed only a new run can tell."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        return "expired" if on > self.until else "in force"


def accept(
    ws: Workspace, run: Run, kept: Kept, *, person: str, reason: str, until: date, on: date, by: str
) -> Acceptance:
    """Set a finding apart until the end of a day; it lapses by itself when its objects change.

    Raises
    ------
    WrongUse : no person, no reason, or a day that has passed.
    """
    person, reason = clean(person).strip(), clean(reason).strip()
    if not person or not reason:
        raise WrongUse(
            Text(
                "登记例外须写明批准人和理由。", "An exception needs the person who accepts it and the reason."
            ),
            Text("用 --person 和 --reason 写明。", "Give them with --person and --reason."),
        )
    if until < on:
        raise WrongUse(
            Text(f"到期日 {until} 已过。", f"{until} has passed."),
            Text("到期日应为今天或以后。", "Give a day from today on."),
        )
    finding = kept.finding
    with ws.writing(Text("登记例外", "accepting an exception"), by) as connection:
        number = (connection.execute(sa.select(sa.func.max(_columns.number))).scalar() or 0) + 1
        facts = {
            "key": kept.key,
            "rule": finding.rule,
            "layer": finding.layer,
            "objects": list(finding.objects),
            "person": person,
            "reason": reason,
            "until": until,
            "run": run.number,
        }
        entry = add_entry(connection, ws.clock, "exception.accept", f"exception/{number}", facts=facts, by=by)
        row = {
            "number": number,
            "kind": run.kind,
            "key": kept.key,
            "rule": finding.rule,
            "layer": clean(finding.layer),
            "objects": json.dumps([clean(one) for one in finding.objects], ensure_ascii=False),
            "content": kept.content,
            "message": clean(
                json.dumps({"zh": finding.message.zh, "en": finding.message.en}, ensure_ascii=False)
            ),
            "person": person,
            "reason": reason,
            "until": until,
            "run": run.number,
            "recorded_at": entry.at,
            "recorded_by": clean(by),
            "trail_number": entry.number,
        }
        connection.execute(sa.insert(tables.acceptance).values(row))
    return _of(row)


def withdraw(ws: Workspace, number: int, *, reason: str, by: str) -> Acceptance:
    """Take an exception back; from now on its finding counts again.

    Raises
    ------
    NotFound : no exception of that number. WrongUse : no reason, or it was taken back before.
    """
    reason = clean(reason).strip()
    if not reason:
        raise WrongUse(
            Text("撤销例外须写明理由。", "Taking an exception back needs its reason."),
            Text("用 --reason 写明。", "Give it with --reason."),
        )
    with ws.writing(Text("撤销例外", "taking an exception back"), by) as connection:
        before = next((one for one in _listed(connection) if one.number == number), None)
        if before is None:
            raise NotFound(
                Text(f"没有第 {number} 号例外。", f"There is no exception {number}."),
                Text("用 tuban quality exceptions 查看。", "`tuban quality exceptions` lists them."),
                number=number,
            )
        if before.withdrawn_at is not None:
            raise WrongUse(
                Text(f"第 {number} 号例外已撤销。", f"Exception {number} was taken back before."),
                Text("无需再次撤销。", "There is nothing to do."),
            )
        facts = {"reason": reason, "key": before.key}
        entry = add_entry(connection, ws.clock, "exception.end", f"exception/{number}", facts=facts, by=by)
        connection.execute(
            sa.insert(tables.acceptance_end).values(
                number=number,
                reason=reason,
                recorded_at=entry.at,
                recorded_by=clean(by),
                trail_number=entry.number,
            )
        )
        return next(one for one in _listed(connection) if one.number == number)


def list_exceptions(
    ws: Workspace, *, kind: str | None = None, in_force_on: date | None = None
) -> list[Acceptance]:
    """Give all exceptions, the newest first, or those alone that hold on a day."""
    with ws.reading() as connection:
        found = _listed(connection)
    return [
        one
        for one in found
        if (kind is None or one.kind == kind)
        and (in_force_on is None or one.standing(in_force_on) == "in force")
    ]


def _listed(connection: sa.Connection) -> list[Acceptance]:
    ended = (
        _ends.recorded_at.label("ended_at"),
        _ends.recorded_by.label("ended_by"),
        _ends.reason.label("ended_why"),
    )
    query = (
        sa.select(tables.acceptance, *ended)
        .outerjoin(tables.acceptance_end, _ends.number == _columns.number)
        .order_by(_columns.number.desc())
    )
    return [_of(row) for row in connection.execute(query).mappings()]


def _of(row: Mapping[Any, Any]) -> Acceptance:
    message = json.loads(row["message"])
    ended = row.get("ended_at")
    return Acceptance(
        number=row["number"],
        kind=row["kind"],
        key=row["key"],
        rule=row["rule"],
        layer=row["layer"],
        objects=tuple(json.loads(row["objects"])),
        content=row["content"],
        message=Text(message["zh"], message["en"]),
        person=row["person"],
        reason=row["reason"],
        until=row["until"],
        run=row["run"],
        recorded_at=moment_of(row["recorded_at"]),
        recorded_by=row["recorded_by"],
        withdrawn_at=moment_of(ended) if ended else None,
        withdrawn_by=row.get("ended_by"),
        withdrawn_reason=row.get("ended_why"),
    )
