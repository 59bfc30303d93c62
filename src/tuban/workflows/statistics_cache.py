"""Tables already worked out, kept as JSON under a key of all they depend on; may be deleted any time."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import uuid
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import pandas as pd

from tuban.errors import Text
from tuban.indicators.area_statistics import AreaTable, CrossTable
from tuban.indicators.grouping import Group

Table = TypeVar("Table", AreaTable, CrossTable)

# Raised whenever the same layers would give another table: what was kept before no longer counts.
_METHOD = 2


class Kept(Generic[Table]):
    """One place in the cache; reading gives None where there is nothing, or nothing that can be read."""

    def __init__(self, folder: Path, kind: type[Table], key: str = "") -> None:
        self._folder, self._kind, self._key = folder, kind, key

    def keyed(self, *facts: Any) -> Kept[Table]:
        """Give the place for a table that depends on these facts and nothing else."""
        said = json.dumps([_METHOD, self._kind.__name__, *facts], default=str, sort_keys=True)
        return Kept(self._folder, self._kind, hashlib.sha256(said.encode()).hexdigest()[:32])

    @property
    def _file(self) -> Path:
        return self._folder / f"{self._key}.json"

    def read(self) -> Table | None:
        """Give the table, if it is there."""
        try:
            return _from_json(self._kind, json.loads(self._file.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, table: Table) -> None:
        """Keep the table; a full or read-only disk only means that it is worked out again next time."""
        draft = self._folder / f"{self._key}.{uuid.uuid4().hex}.tmp"
        try:
            draft.write_text(json.dumps(_to_json(table), ensure_ascii=False), encoding="utf-8")
            draft.replace(self._file)
        except OSError:
            draft.unlink(missing_ok=True)


def _to_json(table: AreaTable | CrossTable) -> dict[str, Any]:
    result = {}
    for item in dataclasses.fields(table):
        value = getattr(table, item.name)
        if isinstance(value, pd.DataFrame):
            value = value.to_dict("split")
        elif isinstance(value, np.ndarray):
            value = value.tolist()
        elif isinstance(value, Text):
            value = dataclasses.asdict(value)
        elif isinstance(value, tuple):
            value = [dataclasses.asdict(each) for each in value]
        result[item.name] = value
    return result


def _from_json(kind: type[Table], said: dict[str, Any]) -> Table:
    said["frame"] = pd.DataFrame(**said["frame"])
    if "colour" in said["frame"]:
        colour = said["frame"]["colour"]
        said["frame"]["colour"] = colour.astype(object).where(colour.notna(), None)
    said["formula"] = Text(**said["formula"])
    said["notes"] = tuple(Text(**note) for note in said["notes"])
    if kind is CrossTable:
        for name in ("rows", "columns"):
            said[name] = tuple(Group(**{**each, "title": Text(**each["title"])}) for each in said[name])
        for name in ("row_ha", "column_ha"):
            said[name] = np.array(said[name], dtype=np.float64)
    return kind(**said)
