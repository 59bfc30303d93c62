"""All that the catalogue says at one moment, in memory: some hundred rows, asked for at every tile."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from tuban.domain.version import LayerVersion
from tuban.store import tables
from tuban.store.history import Withdrawal
from tuban.store.records import version_of, withdrawal_of


@dataclass(frozen=True, slots=True)
class State:
    """The catalogue when the trail's newest hash was `head`; versions by code, oldest number first."""

    head: str
    settings: Mapping[str, Any]
    versions: Mapping[str, tuple[LayerVersion, ...]]
    withdrawals: Mapping[tuple[str, int], Withdrawal]


def load_state(connection: Connection, head: str) -> State:
    """Read the whole catalogue."""
    settings = {row.key: json.loads(row.value) for row in connection.execute(sa.select(tables.setting))}
    versions: dict[str, list[LayerVersion]] = {}
    for row in connection.execute(sa.select(tables.layer_version)).mappings():
        versions.setdefault(row["code"], []).append(version_of(row))
    withdrawals = {
        (row["code"], row["number"]): withdrawal_of(row)
        for row in connection.execute(sa.select(tables.withdrawal)).mappings()
    }
    by_code = {code: tuple(sorted(found, key=lambda v: v.number)) for code, found in versions.items()}
    return State(head, settings, by_code, withdrawals)
