"""Runs of checks: what was judged, when, by whom, by which rules, and what was found; kept for good."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tuban.domain.finding import Finding
from tuban.errors import Damaged, NotFound, Text
from tuban.store import tables
from tuban.store.chain import clean
from tuban.store.clock import moment_of
from tuban.store.disk import make_folder, sha256_of, sync_file, sync_folder
from tuban.store.findings_file import (
    Bounds,
    Filter,
    Kept,
    Page,
    count_by,
    read_keys,
    read_page,
    write_findings,
)
from tuban.store.ledger import add_entry
from tuban.store.shelf import TMP

if TYPE_CHECKING:
    from tuban.store.workspace import Workspace

RUNS = "runs"
_columns = tables.run.c


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `counts` are findings by severity; `head` is the result without its findings, as values."""

    number: int
    kind: str
    subject: str
    profile: str
    rules_version: str
    verdict: str
    counts: Mapping[str, int]
    head: Mapping[str, Any]
    file: str
    sha256: str
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs side by side: the keys of the findings that are new, gone and unchanged."""

    before: Run
    after: Run
    new: tuple[str, ...]
    gone: tuple[str, ...]
    unchanged: tuple[str, ...]


def add_run(
    ws: Workspace,
    kind: str,
    subject: str,
    findings: Sequence[Finding],
    *,
    profile: str,
    rules_version: str,
    verdict: str,
    counts: Mapping[str, int],
    head: Mapping[str, Any],
    by: str,
    contents: Sequence[str] | None = None,
    accepted: Mapping[str, int] | None = None,
    places: Sequence[Bounds | None] | None = None,
) -> Run:
    """Keep a run with all its findings, accepted ones too, whole or not at all, and tell the trail.

    Parameters
    ----------
    kind : which check, such as `quality`; its trail entry is `<kind>.check`. subject : what was judged.
    contents : for each finding, the hash of what its objects were. accepted : key → number of the exception.
    places : for each finding without a shape, the box of its objects in degrees.

    Raises
    ------
    WorkspaceBusy, DiskFull : nothing was kept.
    """
    by, subject = clean(by), clean(subject)
    what = Text(f"登记检查结果 {subject}", f"keeping a run on {subject}")
    with ws.writing(what, by) as connection:
        make_folder(ws.folder / TMP)
        draft = ws.folder / TMP / f"{uuid.uuid4().hex}.run"
        write_findings(draft, findings, contents or [""] * len(findings), accepted or {}, places)
        sync_file(draft)
        sha256 = sha256_of(draft)
        place = f"{RUNS}/{sha256[:16]}.parquet"
        make_folder(ws.folder / RUNS)
        draft.replace(ws.folder / place)
        sync_folder(ws.folder / RUNS)
        number = (connection.execute(sa.select(sa.func.max(_columns.number))).scalar() or 0) + 1
        facts = {
            "subject": subject,
            "profile": profile,
            "rules_version": rules_version,
            "verdict": verdict,
            "counts": dict(counts),
            "sha256": sha256,
        }
        entry = add_entry(connection, ws.clock, f"{kind}.check", f"run/{number}", facts=facts, by=by)
        row = {
            "number": number,
            "kind": kind,
            "subject": subject,
            "profile": profile,
            "rules_version": rules_version,
            "verdict": verdict,
            "counts": json.dumps(dict(counts), sort_keys=True),
            "head": clean(json.dumps(dict(head), ensure_ascii=False)),
            "file": place,
            "sha256": sha256,
            "recorded_at": entry.at,
            "recorded_by": by,
            "trail_number": entry.number,
        }
        connection.execute(sa.insert(tables.run).values(row))
    return _run_of(row)


def list_runs(
    ws: Workspace, *, kind: str | None = None, subject: str | None = None, limit: int = 100, offset: int = 0
) -> list[Run]:
    """Give runs, the newest first."""
    query = sa.select(tables.run).order_by(_columns.number.desc()).limit(limit).offset(offset)
    if kind is not None:
        query = query.where(_columns.kind == kind)
    if subject is not None:
        query = query.where(_columns.subject == subject)
    with ws.reading() as connection:
        return [_run_of(row) for row in connection.execute(query).mappings()]


def run_of(ws: Workspace, number: int) -> Run:
    """Give one run.

    Raises
    ------
    NotFound : there is none of that number.
    """
    with ws.reading() as connection:
        row = connection.execute(sa.select(tables.run).where(_columns.number == number)).mappings().first()
    if row is None:
        raise NotFound(
            Text(f"没有第 {number} 次检查。", f"There is no run {number}."),
            Text("用 tuban quality runs 查看已有的检查。", "`tuban quality runs` lists them."),
            number=number,
        )
    return _run_of(row)


def findings_of(
    ws: Workspace,
    run: Run,
    which: Filter | None = None,
    *,
    order: str = "",
    descending: bool = False,
    offset: int = 0,
    limit: int | None = 100,
) -> Page:
    """Give a page of a run's findings (see `findings_file.read_page`); `limit` None gives all.

    Raises
    ------
    Damaged : the file of the findings is gone.
    """
    return read_page(
        _file(ws, run), which or Filter(), order=order, descending=descending, offset=offset, limit=limit
    )


def finding_of(ws: Workspace, run: Run, key: str) -> Kept:
    """Give the finding of a run that has this key, or whose key begins so.

    Raises
    ------
    NotFound : it has none.
    """
    whole = [one for one in read_keys(_file(ws, run)) if one.startswith(key)] if key else []
    found = (
        read_page(_file(ws, run), Filter(keys=tuple(sorted(set(whole))[:1])), limit=1).items if whole else ()
    )
    if not found:
        raise NotFound(
            Text(f"第 {run.number} 次检查没有问题“{key}”。", f"Run {run.number} has no finding {key!r}."),
            Text(
                "用 tuban quality show 查看问题及其编号。", "`tuban quality show` lists them with their keys."
            ),
            key=key,
        )
    return found[0]


def groups_of(ws: Workspace, run: Run, by: str, which: Filter | None = None) -> list[tuple[str, str, int]]:
    """Count a run's findings by rule, severity, layer or unit: (value, severity, how many)."""
    return count_by(_file(ws, run), which or Filter(), by)


def compare_runs(ws: Workspace, before: Run, after: Run) -> Comparison:
    """Say which findings are new, gone and unchanged from one run to another, by their keys."""
    old, new = read_keys(_file(ws, before)), read_keys(_file(ws, after))
    had, has = set(old), set(new)
    return Comparison(
        before,
        after,
        new=tuple(dict.fromkeys(key for key in new if key not in had)),
        gone=tuple(dict.fromkeys(key for key in old if key not in has)),
        unchanged=tuple(dict.fromkeys(key for key in new if key in had)),
    )


def _file(ws: Workspace, run: Run) -> Path:
    file = ws.folder / run.file
    if not file.is_file():
        raise Damaged(
            Text(
                f"第 {run.number} 次检查的问题文件 {run.file} 不见了。",
                f"The findings of run {run.number} are gone.",
            ),
            Text("从备份恢复该文件,或重新检查。", "Restore the file from a backup, or check again."),
            file=run.file,
        )
    return file


def _run_of(row: Mapping[Any, Any]) -> Run:
    return Run(
        number=row["number"],
        kind=row["kind"],
        subject=row["subject"],
        profile=row["profile"],
        rules_version=row["rules_version"],
        verdict=row["verdict"],
        counts=json.loads(row["counts"]),
        head=json.loads(row["head"]),
        file=row["file"],
        sha256=row["sha256"],
        recorded_at=moment_of(row["recorded_at"]),
        recorded_by=row["recorded_by"],
    )
