"""What is said about a workspace as a whole: its name, whether it is a sample, the place it is about."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tuban.errors import Text
from tuban.store import tables
from tuban.store.ledger import add_entry

if TYPE_CHECKING:
    from tuban.store.workspace import Workspace

_columns = tables.setting.c


class Settings(Mapping[str, Any]):
    """A workspace's settings: read like a dictionary of JSON values; `set` writes and tells the trail."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def __getitem__(self, key: str) -> Any:
        """Give one value."""
        return self._workspace.state.settings[key]

    def __iter__(self) -> Iterator[str]:
        """Give the keys."""
        return iter(self._workspace.state.settings)

    def __len__(self) -> int:
        """Give the number of keys."""
        return len(self._workspace.state.settings)

    def set(self, key: str, value: Any, *, by: str = "") -> None:
        """Write one value (anything JSON can say); the same value again writes nothing."""
        old = self.get(key)
        if key in self and old == value:
            return
        written = json.dumps(value, ensure_ascii=False, sort_keys=True)
        with self._workspace.writing(Text("更改设置", "changing a setting"), by) as connection:
            changed = connection.execute(
                sa.update(tables.setting).where(_columns.key == key).values(value=written)
            )
            if not changed.rowcount:
                connection.execute(sa.insert(tables.setting).values(key=key, value=written))
            facts = {"old": old, "new": json.loads(written)}
            add_entry(connection, self._workspace.clock, "setting.change", key, facts=facts, by=by)

    def __setitem__(self, key: str, value: Any) -> None:
        """Write one value in nobody's name; `set` also says by whom."""
        self.set(key, value)
