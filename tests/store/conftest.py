"""Workspaces on both kinds of catalogue: SQLite, and a private PostgreSQL server for the session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from postgres_given import postgres
from tuban.store import Workspace, create, open_workspace

__all__ = ["postgres"]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def new_database(request: pytest.FixtureRequest) -> Callable[[], str | None]:
    """Call it for the address of an empty database; None stands for SQLite in the folder."""
    if request.param == "postgres":
        return request.getfixturevalue("postgres")
    return lambda: None


class Bench:
    """Makes, opens again and closes workspaces."""

    def __init__(self, folder: Path, new_database: Callable[[], str | None]) -> None:
        self.folder = folder
        self.database = new_database()
        self._open: list[Workspace] = []

    def create(self, **options: Any) -> Workspace:
        options = {"name": "试验县", "by": "张三", **options}
        return self._keep(create(self.folder, database=self.database, **options))

    def open(self, **options: Any) -> Workspace:
        return self._keep(open_workspace(self.folder, database=self.database, **options))

    def engine(self) -> sa.Engine:
        """The catalogue as a stranger with the database's own tools would open it."""
        if self.database:
            return sa.create_engine(self.database.replace("postgresql:", "postgresql+psycopg:"))
        return sa.create_engine(f"sqlite:///{self.folder / 'catalogue.sqlite'}")

    def _keep(self, workspace: Workspace) -> Workspace:
        self._open.append(workspace)
        return workspace

    def close(self) -> None:
        for workspace in self._open:
            workspace.close()


@pytest.fixture
def bench(tmp_path: Path, new_database: Callable[[], str | None]) -> Iterator[Bench]:
    """A bench on each kind of catalogue."""
    made = Bench(tmp_path / "w", new_database)
    yield made
    made.close()


@pytest.fixture
def ws(bench: Bench) -> Workspace:
    """An empty workspace on each kind of catalogue."""
    return bench.create()


@pytest.fixture
def sqlite_bench(tmp_path: Path) -> Iterator[Bench]:
    """A bench where the kind of catalogue makes no difference, or where it must be SQLite."""
    made = Bench(tmp_path / "w", lambda: None)
    yield made
    made.close()
