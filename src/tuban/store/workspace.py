"""The workspace: a folder of immutable layer versions, its catalogue and its trail."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Self, cast

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from tuban.domain.layer import LayerSpec
from tuban.domain.progress import Progress, Step, part, quiet
from tuban.domain.version import LayerVersion, Validity
from tuban.errors import StoreFault, Text
from tuban.store import catalogue, parquet, tables
from tuban.store.arrange import arrange
from tuban.store.audit import files_of_nobody, hashes_told, verify_files, verify_trail
from tuban.store.chain import TrailReport, clean
from tuban.store.clock import Clock, moment_of
from tuban.store.disk import disk_in_words, sha256_of, sync_file
from tuban.store.history import Withdrawal, applying, known_at
from tuban.store.indexes import ZoneIndexes
from tuban.store.ledger import add_entry, last_entry, stored_entries
from tuban.store.lock import WAIT_SECONDS
from tuban.store.parquet import Box, Where
from tuban.store.records import row_of, version_facts
from tuban.store.refusals import (
    check_valid,
    damaged,
    no_reason,
    none_applied,
    unknown_layer,
    unknown_number,
    withdrawn_already,
    wrong_code,
)
from tuban.store.settings import Settings
from tuban.store.shelf import CACHE, check_code
from tuban.store.state import State, load_state
from tuban.store.trail import Trail
from tuban.store.writer import Writer


class Workspace:
    """A workspace that is open: made by `create` or `open_workspace`, to be closed (`with` does).

    Reading never waits for long and takes no lock of ours; writing takes the workspace's one write lock.
    May be used from several threads.
    """

    def __init__(self, folder: Path, engine: Engine, *, clock: Clock, wait_s: float = WAIT_SECONDS) -> None:
        self.folder = folder
        self.clock = clock
        self.trail = Trail(self)
        self.settings = Settings(self)
        self.indexes = ZoneIndexes(self)
        self._engine = engine
        self._writer = Writer(folder, engine, clock, wait_s)
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

    # -- asking

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
        codes = [code] if code else sorted(state.versions)
        found = [version for each in codes for version in state.versions.get(each, ())]
        return known_at(found, {} if withdrawn else state.withdrawals, _aware(known))

    def version(
        self, code: str, *, number: int | None = None, on: date | None = None, known: datetime | None = None
    ) -> LayerVersion:
        """Give one version: by its number, or the one that applied on `on` as believed at `known`.

        Parameters
        ----------
        number : that very version, even if it was withdrawn.
        on : a day; None is today.
        known : a moment (without time zone: local time); None is all that is recorded.

        Raises
        ------
        UnknownLayer : no version of that code at all. UnknownVersion : no such number, or none applied.
        """
        found = self.state.versions.get(code)
        if not found:
            raise unknown_layer(code, self.codes())
        if number is not None:
            for version in found:
                if version.number == number:
                    return version
            raise unknown_number(code, number, found[-1].number)
        day, moment = on or date.today(), _aware(known)
        version = applying(found, self.state.withdrawals, on=day, known=moment)
        if version is None:
            raise none_applied(code, day, known_at(found, self.state.withdrawals, moment))
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

    # -- reading

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
            raise damaged(version, missing=size < 0)
        return file

    def table(
        self,
        version: LayerVersion,
        *,
        columns: Sequence[str] | None = None,
        bbox: Box | None = None,
        where: Where | None = None,
    ) -> pa.Table:
        """Read rows as an Arrow table, geometry as WKB: only what touches `bbox`, from where it lies.

        Parameters
        ----------
        columns : which, in this order; None for all.
        bbox : west, south, east, north in the layer's CRS: rows whose box touches it.
        where : a pyarrow condition, or (column, operator, value) that all must hold.

        Raises
        ------
        WrongUse : no such column, or a box that is none. Damaged : the file is not what was stored.
        """
        file = self.path(version)
        with self._undamaged(version):
            return parquet.read_table(file, columns=columns, bbox=bbox, where=where)

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
        file = self.path(version)
        with self._undamaged(version):
            found = parquet.read_frame(file, columns=columns, bbox=bbox, where=where)
        return cast("gpd.GeoDataFrame", found)

    def cache_dir(self, name: str) -> Path:
        """Give a folder for what can be made again from the layers (tiles, crosswalks); may be emptied."""
        folder = self.folder / CACHE / name
        with disk_in_words(self.folder):
            folder.mkdir(parents=True, exist_ok=True)
        return folder

    @contextlib.contextmanager
    def _undamaged(self, version: LayerVersion) -> Iterator[None]:
        """Say `Damaged` where a file cannot be decoded: hashed again only now, since hashing every time is slow."""
        try:
            yield
        except (pa.ArrowException, OSError, ValueError, KeyError):
            if sha256_of(self.folder / version.file) != version.sha256:
                raise damaged(version, missing=False) from None
            raise

    # -- writing

    def add_version(
        self,
        code: str,
        frame: pd.DataFrame,
        *,
        source_name: str,
        source_sha256: str,
        valid: Validity,
        by: str,
        spec: LayerSpec | None = None,
        note: str = "",
        facts: Mapping[str, Any] | None = None,
        hold: str = "",
        dry_run: bool = False,
        progress: Progress = quiet,
    ) -> LayerVersion:
        """Store a frame as the next version of a layer, whole or not at all, and tell the trail.

        The same content and validity as a version that stands gives that version and writes nothing.

        Parameters
        ----------
        code : must be the spec's, if a spec is given. frame : as `arrange` takes it.
        facts : more for the trail, such as how the file was understood.
        hold : why the version may not come into force: it is kept as a draft, withdrawn in the same step.
        dry_run : only measure; the version has no file and no hash then.

        Raises
        ------
        what `arrange` raises; WorkspaceBusy, DiskFull : nothing was stored; Cancelled : `progress` said stop.
        """
        check_code(code)
        check_valid(valid)
        if spec is not None and spec.code != code:
            raise wrong_code(code, spec.code)
        arranged = arrange(frame, progress=part(progress, 0.0, 0.5))
        version = LayerVersion(
            code=code,
            number=len(self.state.versions.get(code, ())) + 1,
            sha256="",
            file="",
            rows=arranged.table.num_rows,
            crs=arranged.crs,
            geometry=arranged.geometry,
            bounds=arranged.bounds,
            area_m2=arranged.area_m2,
            columns=arranged.columns,
            bytes=0,
            source_name=clean(source_name),
            source_sha256=source_sha256,
            valid=replace(valid, act=clean(valid.act)),
            recorded_at=self.clock(),
            recorded_by=clean(by),
            sample=self.sample,
            note=clean(note),
        )
        if dry_run:
            return version
        with self._writer.hold(Text(f"图层 {code} 入库", f"taking in {code}"), by):
            version = self._store(version, arranged.table, facts or {}, clean(hold), part(progress, 0.5, 1.0))
        progress(Step(1.0, Text("完成", "Done")))
        return version

    def _store(
        self, version: LayerVersion, table: pa.Table, facts: Mapping[str, Any], hold: str, progress: Progress
    ) -> LayerVersion:
        shelf, code = self._writer.shelf, version.code
        draft = shelf.draft()
        parquet.write(table, draft, progress=part(progress, 0.0, 0.9))
        sync_file(draft)
        sha256, size = sha256_of(draft), draft.stat().st_size
        for standing in self.versions(code, withdrawn=bool(hold)):
            if standing.sha256 == sha256 and standing.valid == version.valid:
                draft.unlink()
                return standing
        progress(Step(0.95, Text("登记版本", "Recording the version")))
        place = shelf.put(draft, code, sha256)
        number = len(self.state.versions.get(code, ())) + 1
        version = replace(version, number=number, sha256=sha256, bytes=size, file=place)
        with catalogue.writing(self._engine) as connection:
            told = {**facts, **version_facts(version)}
            subject = f"{code}/{number}"
            entry = add_entry(
                connection, self.clock, "layer.import", subject, facts=told, by=version.recorded_by
            )
            version = replace(version, recorded_at=moment_of(entry.at))
            connection.execute(sa.insert(tables.layer_version).values(row_of(version, entry.number)))
            if hold:
                self._record_withdrawal(connection, version, hold, version.recorded_by)
        with contextlib.suppress(OSError):
            shelf.settle(code, sha256)
        return version

    def withdraw(self, version: LayerVersion, *, reason: str, by: str) -> Withdrawal:
        """Take a mistaken version out of force, from now on, as a new fact; what was believed so far stays.

        Raises
        ------
        WrongUse : no reason, or it is withdrawn already.
        """
        reason, by = clean(reason), clean(by)
        if not reason.strip():
            raise no_reason()
        version = self.version(version.code, number=version.number)
        with self._writer.hold(Text(f"撤回 {version.code}", f"withdrawing {version.code}"), by):
            before = self.withdrawal(version)
            if before is not None:
                raise withdrawn_already(before)
            with catalogue.writing(self._engine) as connection:
                done = self._record_withdrawal(connection, version, reason, by)
        self.indexes.prune()
        return done

    def _record_withdrawal(
        self, connection: Connection, version: LayerVersion, reason: str, by: str
    ) -> Withdrawal:
        subject = f"{version.code}/{version.number}"
        told = {"reason": reason, "sha256": version.sha256}
        entry = add_entry(connection, self.clock, "layer.withdraw", subject, facts=told, by=by)
        done = Withdrawal(version.code, version.number, moment_of(entry.at), by, reason)
        row = {**dataclasses.asdict(done), "recorded_at": entry.at, "trail_number": entry.number}
        connection.execute(sa.insert(tables.withdrawal).values(row))
        return done

    # -- checking

    def verify(self, *, head: str | None = None, progress: Progress = quiet) -> TrailReport:
        """Check the trail's chain, the catalogue against it, and hash every stored file again.

        Parameters
        ----------
        head : a hash that `trail.head` gave earlier, kept elsewhere; it must still be in the chain.
        """
        with self.reading() as connection:
            report = verify_trail(connection, head=head)
            told = hashes_told(list(stored_entries(connection)))
        stored = self._writer.shelf.stored()
        versions = self.versions(withdrawn=True)
        files, faults = verify_files(self.folder, versions, told, progress=progress)
        strays = stored - {version.file for version in versions}
        if strays:
            # A writer at work has announced its file; if it just finished, the catalogue has it by now.
            strays -= self._writer.shelf.announced()
            strays -= {version.file for version in self.versions(withdrawn=True)}
            faults += files_of_nobody(name for name in strays if (self.folder / name).exists())
        progress(Step(1.0, Text("核验完成", "Checked")))
        return replace(report, files=files, faults=(*report.faults, *faults))

    # -- for the other files of store

    def tidy(self) -> None:
        """Remove what a killed writer left, if there is any and nobody writes just now."""
        if not self._writer.shelf.is_clear():
            with (
                contextlib.suppress(StoreFault, OSError),
                self._writer.hold(Text("清理残留文件", "clearing remains"), "", wait_s=0),
            ):
                pass

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
        with self._writer.transaction(what, by) as connection:
            yield connection


def _aware(known: datetime | None) -> datetime | None:
    return None if known is None else known.astimezone()
