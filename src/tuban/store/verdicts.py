"""Verdicts on sites, kept for good with all that is needed to reach them again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tuban.errors import NotFound, Text
from tuban.store import tables
from tuban.store.chain import clean
from tuban.store.clock import moment_of, stamp
from tuban.store.ledger import add_entry

if TYPE_CHECKING:
    from tuban.store.workspace import Workspace

_columns = tables.verdict.c


@dataclass(frozen=True, slots=True)
class KeptVerdict:
    """One verdict as it was given.

    `shape` is WKB in `crs`; `asked` holds attributes, packs, policy and overrides; `body` the whole result;
    `known` the moment whose knowledge it stands on; `recheck_of` the verdict that it asks again.
    """

    number: int
    project: str | None
    name: str
    shape: bytes
    crs: str
    asked: Mapping[str, Any]
    on: date
    known: datetime
    verdict: str
    body: Mapping[str, Any]
    site_sha256: str
    result_sha256: str
    recheck_of: int | None
    recorded_at: datetime
    recorded_by: str


def add_verdict(
    ws: Workspace,
    *,
    name: str,
    shape: bytes,
    crs: str,
    asked: Mapping[str, Any],
    on: date,
    known: datetime,
    verdict: str,
    body: Mapping[str, Any],
    by: str,
    project: str | None = None,
    recheck_of: int | None = None,
) -> KeptVerdict:
    """Keep a verdict and tell the trail.

    Raises
    ------
    WorkspaceBusy, DiskFull : nothing was kept.
    """
    hashes = body["hashes"]
    with ws.writing(Text("登记核验结论", "keeping a verdict"), by) as connection:
        number = (connection.execute(sa.select(sa.func.max(_columns.number))).scalar() or 0) + 1
        facts = {
            "name": clean(name),
            "on": on,
            "verdict": verdict,
            "hashes": dict(hashes),
            "project": project,
            "recheck_of": recheck_of,
        }
        entry = add_entry(
            connection, ws.clock, "compliance.review", f"verdict/{number}", facts=facts, by=clean(by)
        )
        row = {
            "number": number,
            "project": project,
            "name": clean(name),
            "shape": shape,
            "crs": crs,
            "asked": clean(json.dumps(dict(asked), ensure_ascii=False, sort_keys=True)),
            "on": on,
            "known": stamp(known),
            "verdict": verdict,
            "body": clean(json.dumps(dict(body), ensure_ascii=False)),
            "site_sha256": hashes["site"],
            "result_sha256": hashes["result"],
            "recheck_of": recheck_of,
            "recorded_at": entry.at,
            "recorded_by": clean(by),
            "trail_number": entry.number,
        }
        connection.execute(sa.insert(tables.verdict).values(row))
    return _of(row)


def list_verdicts(
    ws: Workspace,
    *,
    project: str | None = None,
    verdict: str | None = None,
    limit: int | None = 100,
    offset: int = 0,
) -> list[KeptVerdict]:
    """Give verdicts, the newest first; of one project or with one result where asked."""
    query = sa.select(tables.verdict).order_by(_columns.number.desc()).offset(offset)
    if limit is not None:
        query = query.limit(limit)
    if project is not None:
        query = query.where(_columns.project == project)
    if verdict is not None:
        query = query.where(_columns.verdict == verdict)
    with ws.reading() as connection:
        return [_of(row) for row in connection.execute(query).mappings()]


def standing_verdicts(ws: Workspace) -> list[KeptVerdict]:
    """Give the verdicts that no later one asks again, oldest first: what is believed of each site now."""
    later = sa.select(_columns.recheck_of).where(_columns.recheck_of.is_not(None))
    query = sa.select(tables.verdict).where(_columns.number.not_in(later)).order_by(_columns.number)
    with ws.reading() as connection:
        return [_of(row) for row in connection.execute(query).mappings()]


def verdict_of(ws: Workspace, number: int) -> KeptVerdict:
    """Give one verdict.

    Raises
    ------
    NotFound : there is none of that number.
    """
    query = sa.select(tables.verdict).where(_columns.number == number)
    with ws.reading() as connection:
        row = connection.execute(query).mappings().first()
    if row is None:
        raise NotFound(
            Text(f"没有第 {number} 号核验结论。", f"There is no verdict {number}."),
            Text("用 tuban compliance list 查看已有的结论。", "`tuban compliance list` lists them."),
            number=number,
        )
    return _of(row)


def _of(row: Mapping[Any, Any]) -> KeptVerdict:
    return KeptVerdict(
        number=row["number"],
        project=row["project"],
        name=row["name"],
        shape=bytes(row["shape"]),
        crs=row["crs"],
        asked=json.loads(row["asked"]),
        on=row["on"],
        known=moment_of(row["known"]),
        verdict=row["verdict"],
        body=json.loads(row["body"]),
        site_sha256=row["site_sha256"],
        result_sha256=row["result_sha256"],
        recheck_of=row["recheck_of"],
        recorded_at=moment_of(row["recorded_at"]),
        recorded_by=row["recorded_by"],
    )
