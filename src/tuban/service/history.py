"""The trail of every step (全过程留痕), as it is shown."""

from __future__ import annotations

from datetime import datetime

from tuban.errors import Lang
from tuban.service import schemas as out
from tuban.store.workspace import Workspace


def trail_page(workspace: Workspace, limit: int, offset: int) -> out.TrailOut:
    """Give one page of the trail, newest first."""
    trail = workspace.trail
    entries = trail.entries(limit=limit, offset=offset, newest_first=True)
    return out.TrailOut(
        total=len(trail),
        limit=limit,
        offset=offset,
        entries=[
            out.TrailEntryOut(
                number=entry.number,
                at=datetime.fromisoformat(entry.at),
                by=entry.by,
                action=entry.action,
                subject=entry.subject,
                facts=entry.facts,
                hash=entry.hash,
                previous=entry.previous,
            )
            for entry in entries
        ],
    )


def trail_report(workspace: Workspace, lang: Lang) -> out.TrailReportOut:
    """Check the chain and present what was found."""
    report = workspace.trail.verify()
    return out.TrailReportOut(
        ok=report.ok,
        entries=report.entries,
        head=report.head or None,
        faults=[
            out.TrailFaultOut(number=fault.number, problem=fault.problem.in_(lang)) for fault in report.faults
        ],
    )
