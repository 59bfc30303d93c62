"""Between rows of the catalogue and our nouns."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import RowMapping

from tuban.domain.version import LayerVersion, Validity
from tuban.store.chain import plain_facts
from tuban.store.clock import moment_of, stamp
from tuban.store.history import Withdrawal

_SIDES = ("west", "south", "east", "north")


def version_of(row: RowMapping) -> LayerVersion:
    """Read one row of `layer_version`."""
    west = row["west"]
    return LayerVersion(
        code=row["code"],
        number=row["number"],
        sha256=row["sha256"],
        file=row["file"],
        rows=row["rows"],
        crs=row["crs"],
        geometry=row["geometry"],
        bounds=None if west is None else (west, row["south"], row["east"], row["north"]),
        area_m2=row["area_m2"],
        columns=tuple(json.loads(row["columns"])),
        bytes=row["bytes"],
        source_name=row["source_name"],
        source_sha256=row["source_sha256"],
        valid=Validity(row["valid_from"], row["valid_to"], row["act"]),
        recorded_at=moment_of(row["recorded_at"]),
        recorded_by=row["recorded_by"],
        sample=bool(row["sample"]),
        note=row["note"],
    )


def row_of(version: LayerVersion, trail_number: int) -> dict[str, Any]:
    """Write one row of `layer_version`."""
    sides = version.bounds or (None, None, None, None)
    return {
        "code": version.code,
        "number": version.number,
        "sha256": version.sha256,
        "file": version.file,
        "rows": version.rows,
        "crs": version.crs,
        "geometry": version.geometry,
        **dict(zip(_SIDES, sides, strict=True)),
        "area_m2": version.area_m2,
        "columns": json.dumps(version.columns, ensure_ascii=False),
        "bytes": version.bytes,
        "source_name": version.source_name,
        "source_sha256": version.source_sha256,
        "valid_from": version.valid.start,
        "valid_to": version.valid.end,
        "act": version.valid.act,
        "recorded_at": stamp(version.recorded_at),
        "recorded_by": version.recorded_by,
        "sample": version.sample,
        "note": version.note,
        "trail_number": trail_number,
    }


def version_facts(version: LayerVersion) -> dict[str, Any]:
    """Give what the trail tells of a version: every field of its row but those that the entry itself has."""
    row = row_of(version, 0)
    for key in ("code", "number", "recorded_at", "recorded_by", "trail_number"):
        del row[key]
    row["columns"] = list(version.columns)
    return plain_facts(row)


def withdrawal_of(row: RowMapping) -> Withdrawal:
    """Read one row of `withdrawal`."""
    return Withdrawal(
        row["code"], row["number"], moment_of(row["recorded_at"]), row["recorded_by"], row["reason"]
    )
