"""The trail's table: its rows written and read, within whatever transaction the caller has."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from tuban.store import tables
from tuban.store.chain import Entry, canonical, entry_after
from tuban.store.clock import Clock, moment_of, next_moment, stamp

_columns = tables.trail.c


def add_entry(
    connection: Connection, clock: Clock, action: str, subject: str, *, facts: Mapping[str, Any], by: str
) -> Entry:
    """Write one step within the caller's transaction; its moment is later than every one before."""
    last = last_entry(connection)
    at = stamp(next_moment(clock(), moment_of(last[2]) if last else None))
    tail = last[:2] if last else None
    entry = entry_after(tail, at=at, by=by, action=action, subject=subject, facts=facts)
    row = {**entry.body(), "facts": canonical(entry.facts), "hash": entry.hash}
    connection.execute(sa.insert(tables.trail).values(row))
    return entry


def last_entry(connection: Connection) -> tuple[int, str, str] | None:
    """Give number, hash and moment of the newest step."""
    query = sa.select(_columns.number, _columns.hash, _columns.at).order_by(_columns.number.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else (row.number, row.hash, row.at)


def stored_entries(connection: Connection) -> Iterator[Entry]:
    """Give all steps in the order in which they claim to have been written, without holding them all."""
    for row in connection.execute(sa.select(tables.trail).order_by(_columns.number)):
        yield entry_of(row)


def entry_of(row: Any) -> Entry:
    """Read one row."""
    try:
        facts = json.loads(row.facts)
    except ValueError:
        # Someone wrote over it: kept as it is, so that the check says which step and the rest stays readable.
        facts = {"unreadable": row.facts}
    return Entry(row.number, row.at, row.by, row.action, row.subject, facts, row.previous, row.hash)
