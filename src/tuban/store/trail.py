"""The trail (全过程留痕): every step that was taken, chained by hashes, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tuban.errors import Text
from tuban.store import tables
from tuban.store.audit import verify_trail
from tuban.store.chain import Entry, TrailReport, check_chain, to_line
from tuban.store.disk import disk_in_words, write_whole
from tuban.store.ledger import add_entry, entry_of, last_entry

if TYPE_CHECKING:
    from tuban.store.workspace import Workspace

# What the system itself writes; other steps may use other words.
ACTIONS: dict[str, Text] = {
    "workspace.create": Text("新建工作区", "workspace created"),
    "workspace.upgrade": Text("升级目录库", "catalogue brought up to date"),
    "layer.import": Text("图层入库", "layer taken in"),
    "layer.refuse": Text("拒绝入库", "layer refused"),
    "layer.withdraw": Text("撤回版本", "version withdrawn"),
    "layer.export": Text("导出图层", "layer exported"),
    "setting.change": Text("更改设置", "setting changed"),
    "trail.export": Text("导出留痕", "trail exported"),
    "quality.check": Text("成果质检", "results inspected"),
    "exception.accept": Text("登记例外", "exception accepted"),
    "exception.end": Text("撤销例外", "exception withdrawn"),
}

_columns = tables.trail.c


class Trail:
    """A workspace's trail: add a step, read the steps, check that nothing was changed."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def append(
        self, action: str, subject: str, facts: Mapping[str, Any] | None = None, by: str = ""
    ) -> Entry:
        """Write one step for good.

        Parameters
        ----------
        action : what was done, as `noun.verb`. subject : to what, such as `DLTB/3`.
        facts : values worth keeping; numbers with fractions are kept as text (see `chain.plain_facts`).

        Raises
        ------
        WorkspaceBusy, DiskFull : nothing was written.
        """
        what = Text("登记留痕", "writing to the trail")
        with self._workspace.writing(what, by) as connection:
            return add_entry(connection, self._workspace.clock, action, subject, facts=facts or {}, by=by)

    def entries(
        self, *, limit: int | None = None, offset: int = 0, newest_first: bool = False
    ) -> list[Entry]:
        """Give the steps in their order, or the newest first."""
        order = _columns.number.desc() if newest_first else _columns.number
        query = sa.select(tables.trail).order_by(order).offset(offset)
        if limit is not None:
            query = query.limit(limit)
        with self._workspace.reading() as connection:
            return [entry_of(row) for row in connection.execute(query)]

    def __len__(self) -> int:
        """Give the number of steps."""
        with self._workspace.reading() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(tables.trail)).scalar_one()

    @property
    def head(self) -> str:
        """The newest hash: kept elsewhere, it proves later that nothing up to here was changed or cut off."""
        with self._workspace.reading() as connection:
            last = last_entry(connection)
        assert last is not None, "a workspace begins with its first step"
        return last[1]

    def verify(self, *, head: str | None = None) -> TrailReport:
        """Check the chain, and the catalogue against it; `Workspace.verify` checks the files as well."""
        with self._workspace.reading() as connection:
            return verify_trail(connection, head=head)

    def export(self, file: Path, *, by: str = "") -> TrailReport:
        """Write all steps to `file`, one JSON object a line; gives what `verify` finds in what was written.

        The exporting is itself a step, and the last one in the file.
        """
        self.append("trail.export", file.name, {}, by)
        entries = self.entries()
        with disk_in_words(file.parent):
            write_whole(file, "".join(f"{to_line(entry)}\n" for entry in entries))
        return check_chain(entries)
