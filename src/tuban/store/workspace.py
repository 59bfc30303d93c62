"""The workspace: a folder of immutable layer versions, its catalogue and its trail."""

from __future__ import annotations

import contextlib
import dataclasses
import difflib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Self

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from tuban.domain.layer import LayerSpec
from tuban.domain.progress import Progress, Step, part, quiet
from tuban.domain.version import LayerVersion, Validity
from tuban.errors import Damaged, Text, TubanError, UnknownLayer, UnknownVersion, WrongUse
from tuban.store import catalogue, parquet, tables
from tuban.store.arrange import arrange
from tuban.store.audit import hashes_told, verify_files, verify_trail
from tuban.store.chain import TrailReport
from tuban.store.clock import Clock, moment_of
from tuban.store.disk import disk_in_words, make_folder, sha256_of, sync_file
from tuban.store.history import Withdrawal, applying, known_at
from tuban.store.ledger import add_entry, last_entry, stored_entries
from tuban.store.lock import WAIT_SECONDS, WriteLock
from tuban.store.parquet import Box, Where
from tuban.store.records import row_of, version_facts, version_of
from tuban.store.settings import Settings
from tuban.store.shelf import CACHE, Shelf, check_code
from tuban.store.state import State, load_state
from tuban.store.trail import Trail


class Workspace:
    """A workspace that is open: made by `create` or `open_workspace`, to be closed (`with` does).

    Reading never waits for long and takes no lock of ours; writing takes the workspace's one write lock. May be
    used from several threads.
    """

    def __init__(self, folder: Path, engine: Engine, *, clock: Clock, wait_s: float = WAIT_SECONDS) -> None:
        self.folder = folder
        self.clock = clock
        self.trail = Trail(self)
        self.settings = Settings(self)
        self._engine = engine
        self._wait_s = wait_s
        self._lock = WriteLock(folder, clock)
        self._shelf = Shelf(folder)
        self._state: State | None = None
        self._state_lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database; what was written stays written."""
        self._engine.dispose()

    @property
    def name(self) -> str:
        """The name it was given."""
        return str(self.settings["name"])

    @property
    def sample(self) -> bool:
        """Whether all in it is sample data (示范数据)."""
        return bool(self.settings.get("sample", False))

    @property
    def database(self) -> str:
        """Where the catalogue is, without the password."""
        return self._engine.url.render_as_string(hide_password=True)

    # -- asking ------------------------------------------------------------------------------------------------

    def codes(self) -> list[str]:
        """Give the codes of all layers that have a version, withdrawn or not, in order."""
        return sorted(self.state.versions)

    def versions(
        self, code: str | None = None, *, known: datetime | None = None, withdrawn: bool = False
    ) -> list[LayerVersion]:
        """Give the versions of one layer or of all, by code and number.

        Parameters
        ----------
        known : only what was believed at that moment; None for everything recorded.
        withdrawn : with those that were withdrawn (see `withdrawal`).
        """
        state = self.state
        found = (
            state.versions.get(code, ())
            if code
            else [v for c in sorted(state.versions) for v in state.versions[c]]
        )
        if withdrawn:
            return [v for v in found if known is None or v.recorded_at <= known]
        return known_at(found, state.withdrawals, known)

    def version(
        self, code: str, *, number: int | None = None, on: date | None = None, known: datetime | None = None
    ) -> LayerVersion:
        """Give one version: by its number, or the one that applied on `on` as believed at `known`.

        Parameters
        ----------
        number : that very version, even if it was withdrawn.
        on : a day; None is today. known : a moment (without time zone: local time); None is all that is recorded.

        Raises
        ------
        UnknownLayer : no version of that code at all. UnknownVersion : no such number, or none applied.
        """
        found = self.state.versions.get(code)
        if not found:
            raise self._unknown_layer(code)
        if number is not None:
            for version in found:
                if version.number == number:
                    return version
            raise UnknownVersion(
                Text(f"图层 {code} 没有第{number}版。", f"The layer {code} has no version {number}."),
                Text(f"现有第1至第{found[-1].number}版。", f"There are versions 1 to {found[-1].number}."),
                code=code,
                number=number,
            )
        day = on or date.today()
        version = applying(found, self.state.withdrawals, on=day, known=_aware(known))
        if version is None:
            starts = sorted({v.valid.start for v in known_at(found, self.state.withdrawals, _aware(known))})
            listed = ", ".join(map(str, starts)) or "—"
            raise UnknownVersion(
                Text(f"图层 {code} 在 {day} 没有有效的版本。", f"No version of {code} applied on {day}."),
                Text(
                    f"各版本的生效日期:{listed}。请换一个日期。",
                    f"Versions came into force on: {listed}. Ask for another day.",
                ),
                code=code,
                on=day.isoformat(),
            )
        return version

    def in_force(self, *, on: date | None = None, known: datetime | None = None) -> dict[str, LayerVersion]:
        """Give, for each layer that has one, the version that applied on `on` as believed at `known`."""
        state, day = self.state, on or date.today()
        found = {
            code: applying(versions, state.withdrawals, on=day, known=_aware(known))
            for code, versions in sorted(state.versions.items())
        }
        return {code: version for code, version in found.items() if version is not None}

    def withdrawal(self, version: LayerVersion) -> Withdrawal | None:
        """Say when, by whom and why a version was withdrawn, or None."""
        return self.state.withdrawals.get((version.code, version.number))

    # -- reading -----------------------------------------------------------------------------------------------

    def path(self, version: LayerVersion) -> Path:
        """Give the version's GeoParquet file.

        Raises
        ------
        Damaged : it is missing, or not as long as it was.
        """
        file = self.folder / version.file
        try:
            size = file.stat().st_size
        except OSError:
            size = -1
        if size != version.bytes:
            state = Text("不见了", "is missing") if size < 0 else Text("被改动过", "was altered")
            raise Damaged(
                Text(
                    f"{version.code} 第{version.number}版的文件 {version.file} {state.zh}。",
                    f"The file of {version.code} version {version.number}, {version.file}, {state.en}.",
                ),
                Text(
                    "从备份恢复该文件,再用 tuban trail verify 核验;或重新入库。",
                    "Restore it from a backup and run `tuban trail verify`, or import the layer again.",
                ),
                file=version.file,
            )
        return file

    def table(
        self,
        version: LayerVersion,
        *,
        columns: Sequence[str] | None = None,
        bbox: Box | None = None,
        where: Where | None = None,
    ) -> pa.Table:
        """Read rows as an Arrow table, geometry as WKB: only what touches `bbox`, only the row groups it needs.

        Parameters
        ----------
        columns : which, in this order; None for all. bbox : west, south, east, north in the layer's CRS: rows whose
            box touches it. where : a pyarrow condition, or (column, operator, value) that all must hold.

        Raises
        ------
        WrongUse : no such column, or a box that is none. Damaged : the file is not what was stored.
        """
        return parquet.read_table(self.path(version), columns=columns, bbox=bbox, where=where)

    def read(
        self,
        version: LayerVersion,
        *,
        columns: Sequence[str] | None = None,
        bbox: Box | None = None,
        where: Where | None = None,
    ) -> gpd.GeoDataFrame:
        """Read rows as a frame with `_fid`, the measure, and geometry in the layer's CRS; else as `table`.

        A layer without geometry gives a plain DataFrame.
        """
        frame = parquet.read_frame(self.path(version), columns=columns, bbox=bbox, where=where)
        return frame  # type: ignore[return-value]  # a table's frame lacks only what a table cannot have

    def cache_dir(self, name: str) -> Path:
        """Give a folder for what can be made again from the layers (tiles, crosswalks); anyone may empty it."""
        folder = self.folder / CACHE / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    # -- writing -----------------------------------------------------------------------------------------------

    def add_version(
        self,
        code: str,
        frame: pd.DataFrame,
        *,
        spec: LayerSpec | None = None,
        source_name: str,
        source_sha256: str,
        valid: Validity,
        by: str,
        note: str = "",
        facts: dict[str, Any] | None = None,
        progress: Progress = quiet,
    ) -> LayerVersion:
        """Store a frame as the next version of a layer, whole or not at all, and tell the trail.

        The same content with the same validity as a version that stands gives that version and writes nothing.

        Parameters
        ----------
        code : must be the spec's, if a spec is given. frame : as `arrange` takes it.
        facts : more for the trail, such as how the file was understood.

        Raises
        ------
        what `arrange` raises; WorkspaceBusy, DiskFull : nothing was stored; Cancelled : `progress` said stop.
        """
        check_code(code)
        _check_valid(valid)
        if spec is not None and spec.code != code:
            raise WrongUse(
                Text(
                    f"代码 {code} 与图层定义 {spec.code} 不符。",
                    f"The code {code} is not that of the definition {spec.code}.",
                ),
                Text("使用图层定义的代码。", "Use the definition's code."),
            )
        arranged = arrange(frame, progress=part(progress, 0.0, 0.5))
        writes = part(progress, 0.5, 0.95)
        with self._writer(Text(f"图层 {code} 入库", f"taking in {code}"), by):
            draft = self._shelf.draft()
            parquet.write(arranged.table, draft, progress=writes)
            sync_file(draft)
            sha256 = sha256_of(draft)
            for known in self.versions(code):
                if known.sha256 == sha256 and known.valid == valid:
                    self._clear()
                    return known
            progress(Step(0.97, Text("登记版本", "Recording the version")))
            size = draft.stat().st_size
            version = LayerVersion(
                code=code,
                number=len(self.state.versions.get(code, ())) + 1,
                sha256=sha256,
                file=self._shelf.put(draft, code, sha256),
                rows=arranged.table.num_rows,
                crs=arranged.crs,
                geometry=arranged.geometry,
                bounds=arranged.bounds,
                area_m2=arranged.area_m2,
                columns=arranged.columns,
                bytes=size,
                source_name=source_name,
                source_sha256=source_sha256,
                valid=valid,
                recorded_at=self.clock(),
                recorded_by=by,
                sample=self.sample,
                note=note,
            )
            with catalogue.writing(self._engine) as connection:
                told = {**(facts or {}), **version_facts(version)}
                entry = add_entry(
                    connection, self.clock, "layer.import", f"{code}/{version.number}", told, by
                )
                version = replace(version, recorded_at=moment_of(entry.at))
                connection.execute(sa.insert(tables.layer_version).values(row_of(version, entry.number)))
            with contextlib.suppress(OSError):
                self._shelf.settle(code, sha256)
        progress(Step(1.0, Text("完成", "Done")))
        return version

    def withdraw(self, version: LayerVersion, *, reason: str, by: str) -> Withdrawal:
        """Take a mistaken version out of force, from now on and as a new fact; what was believed until now stays.

        Raises
        ------
        WrongUse : no reason, or it is withdrawn already.
        """
        if not reason.strip():
            raise WrongUse(
                Text("撤回版本须写明理由。", "A withdrawal needs its reason."),
                Text("用 --reason 写明为什么撤回。", "Give it with --reason."),
            )
        version = self.version(version.code, number=version.number)
        with self._writer(Text(f"撤回 {version.code}", f"withdrawing {version.code}"), by):
            before = self.withdrawal(version)
            if before is not None:
                raise WrongUse(
                    Text(
                        f"{version.code} 第{version.number}版已由 {before.recorded_by} 撤回:{before.reason}。",
                        f"{version.code} version {version.number} was already withdrawn by {before.recorded_by}: "
                        f"{before.reason}.",
                    ),
                    Text(
                        "无需再次撤回;要恢复请重新入库。",
                        "There is nothing to do; to restore it, import it again.",
                    ),
                )
            with catalogue.writing(self._engine) as connection:
                subject = f"{version.code}/{version.number}"
                told = {"reason": reason, "sha256": version.sha256}
                entry = add_entry(connection, self.clock, "layer.withdraw", subject, told, by)
                done = Withdrawal(version.code, version.number, moment_of(entry.at), by, reason)
                row = {**dataclasses.asdict(done), "recorded_at": entry.at, "trail_number": entry.number}
                connection.execute(sa.insert(tables.withdrawal).values(row))
        return done

    # -- checking ----------------------------------------------------------------------------------------------

    def verify(self, *, head: str | None = None, progress: Progress = quiet) -> TrailReport:
        """Check the trail's chain, the catalogue against it, and hash every stored file again.

        Parameters
        ----------
        head : a hash that `trail.head` gave earlier and that was kept elsewhere; it must still be in the chain.
        """
        with self.reading() as connection:
            report = verify_trail(connection, head=head)
            told = hashes_told(list(stored_entries(connection)))
            rows = connection.execute(sa.select(tables.layer_version)).mappings().all()
        files, faults = verify_files(self.folder, [version_of(row) for row in rows], told, progress=progress)
        progress(Step(1.0, Text("核验完成", "Checked")))
        return replace(report, files=files, faults=(*report.faults, *faults))

    # -- for the other files of store ----------------------------------------------------------------------------

    @property
    def state(self) -> State:
        """All that the catalogue says, read again only when the trail has grown: every change adds to it."""
        with self.reading() as connection:
            last = last_entry(connection)
            head = last[1] if last else ""
            with self._state_lock:
                if self._state is None or self._state.head != head:
                    self._state = load_state(connection, head)
                return self._state

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection for reading."""
        with catalogue.reading(self._engine) as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self, what: Text, by: str = "") -> Iterator[Connection]:
        """Hold the write lock and give a connection whose changes are kept all or none."""
        with self._writer(what, by), catalogue.writing(self._engine) as connection:
            yield connection

    @contextlib.contextmanager
    def _writer(self, what: Text, by: str) -> Iterator[None]:
        with self._lock.hold(what, by, wait_s=self._wait_s) as outermost, disk_in_words(self.folder):
            if outermost:
                self._clear()
            try:
                yield
            except BaseException:
                if outermost:
                    # Whatever went wrong is what the user must hear of; what cannot be cleared now is cleared
                    # by the next writer.
                    with contextlib.suppress(OSError, TubanError, sa.exc.SQLAlchemyError):
                        self._clear()
                raise

    def _clear(self) -> None:
        def is_catalogued(place: str) -> bool:
            query = (
                sa.select(tables.layer_version.c.number).where(tables.layer_version.c.file == place).limit(1)
            )
            with self.reading() as connection:
                return connection.execute(query).first() is not None

        self._shelf.clear(is_catalogued)
        make_folder(self.folder / CACHE)

    def _unknown_layer(self, code: str) -> UnknownLayer:
        codes = self.codes()
        near = difflib.get_close_matches(code.upper(), codes, n=3)
        listed = ", ".join(near or codes[:8]) or "—"
        return UnknownLayer(
            Text(f"工作区里没有图层 {code}。", f"The workspace has no layer {code}."),
            Text(
                f"现有图层:{listed}。用 tuban layers import 入库。",
                f"It has: {listed}. `tuban layers import` takes one in.",
            ),
            code=code,
            near=near,
        )


def _aware(known: datetime | None) -> datetime | None:
    return None if known is None else known.astimezone()


def _check_valid(valid: Validity) -> None:
    if valid.end is not None and valid.end <= valid.start:
        raise WrongUse(
            Text(
                f"失效日期 {valid.end} 不晚于生效日期 {valid.start}。",
                f"It ends on {valid.end}, not after {valid.start}.",
            ),
            Text(
                "失效日期是不再有效的第一天,须晚于生效日期。",
                "The end is the first day it no longer holds; give a later one.",
            ),
        )
