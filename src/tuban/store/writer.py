"""The right to write, and what is put in order before and after it is used."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from tuban.errors import Text, TubanError
from tuban.store import catalogue, tables
from tuban.store.clock import Clock
from tuban.store.disk import disk_in_words
from tuban.store.lock import WriteLock
from tuban.store.shelf import Shelf


class Writer:
    """One workspace's writing side: lock, files, transactions."""

    def __init__(self, folder: Path, engine: Engine, clock: Clock, wait_s: float) -> None:
        self.shelf = Shelf(folder)
        self._folder = folder
        self._engine = engine
        self._wait_s = wait_s
        self._lock = WriteLock(folder, clock)

    @contextlib.contextmanager
    def hold(self, what: Text, by: str, *, wait_s: float | None = None) -> Iterator[None]:
        """Hold the write lock; what a killed writer left is cleared first, what fails here is cleared after.

        Raises
        ------
        WorkspaceBusy : someone else writes. DiskFull : the disk refused; nothing was kept.
        """
        wait_s = self._wait_s if wait_s is None else wait_s
        with self._lock.hold(what, by, wait_s=wait_s) as outermost, disk_in_words(self._folder):
            if outermost:
                self.clear()
            try:
                yield
            except BaseException:
                if outermost:
                    # The user must hear of what went wrong first; what cannot be cleared now, the next
                    # writer clears.
                    with contextlib.suppress(OSError, TubanError, SQLAlchemyError):
                        self.clear()
                raise

    @contextlib.contextmanager
    def transaction(self, what: Text, by: str) -> Iterator[Connection]:
        """Hold the lock and give a connection whose changes are kept all or none."""
        with self.hold(what, by), catalogue.writing(self._engine) as connection:
            yield connection

    def clear(self) -> None:
        """Remove drafts, and files that were placed but that the catalogue never learned of."""

        def is_catalogued(place: str) -> bool:
            column = tables.layer_version.c
            query = sa.select(column.number).where(column.file == place).limit(1)
            with catalogue.reading(self._engine) as connection:
                return connection.execute(query).first() is not None

        self.shelf.clear(is_catalogued)
