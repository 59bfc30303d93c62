"""A workspace made and found again.

A folder is a workspace when it has `catalogue.sqlite`, or `catalogue.json` that says where its PostgreSQL
catalogue is (never with a password).
"""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

import tuban
from tuban.errors import Text, WorkspaceNotFound, WorkspaceTooNew, WrongUse
from tuban.store import catalogue, tables
from tuban.store.clock import Clock, utc_now
from tuban.store.disk import disk_in_words, make_folder, sync_file, sync_folder, write_whole
from tuban.store.ledger import add_entry
from tuban.store.lock import WAIT_SECONDS, WriteLock, user_name
from tuban.store.shelf import CACHE, LAYERS, TMP
from tuban.store.workspace import Workspace

SQLITE = "catalogue.sqlite"
POINTER = "catalogue.json"


def create(
    folder: Path | str,
    *,
    name: str,
    sample: bool = False,
    database: str | None = None,
    by: str = "",
    clock: Clock = utc_now,
    wait_s: float = WAIT_SECONDS,
) -> Workspace:
    """Make a workspace in `folder`, which may hold other files but no workspace, and open it.

    Parameters
    ----------
    name : what people call it. sample : all in it will be marked as sample data.
    database : a PostgreSQL address for the catalogue; None keeps it in the folder (SQLite).

    Raises
    ------
    WrongUse : there is a workspace already, or remains of one; no name; an address that is none.
    DiskFull, WorkspaceBusy : nothing was made.
    """
    folder = Path(folder).absolute()
    if not name.strip():
        raise WrongUse(
            Text("工作区需要一个名称。", "A workspace needs a name."),
            Text("用 --name 给出。", "Give it with --name."),
        )
    url = catalogue.url_of(database) if database else None
    _check_free(folder)
    with disk_in_words(folder):
        make_folder(folder)
        with WriteLock(folder, clock).hold(Text("新建工作区", "making the workspace"), by, wait_s=wait_s):
            _check_free(folder)
            for part in (LAYERS, TMP, CACHE):
                make_folder(folder / part)
            settings = {
                "id": uuid.uuid4().hex,
                "name": name,
                "sample": sample,
                "tuban_version": tuban.__version__,
            }
            if url is None:
                _create_sqlite(folder, settings, by or user_name(), clock)
            else:
                engine = catalogue.postgresql_engine(url)
                try:
                    with catalogue.writing(engine) as connection:
                        _check_unused(connection)
                        _fill(connection, settings, by or user_name(), clock)
                        # Written before the commit: if that fails, the pointer leads to an empty database,
                        # which is no workspace; the other way round, a workspace would have no folder.
                        shown = url.set(password=None).render_as_string()
                        pointer = {"id": settings["id"], "database": shown}
                        write_whole(folder / POINTER, json.dumps(pointer, indent=1) + "\n")
                finally:
                    engine.dispose()
    return open_workspace(folder, database=database, clock=clock, wait_s=wait_s)


def open_workspace(
    folder: Path | str, *, database: str | None = None, clock: Clock = utc_now, wait_s: float = WAIT_SECONDS
) -> Workspace:
    """Open the workspace in `folder`; one made by an older Tuban is brought up to date.

    Parameters
    ----------
    database : the PostgreSQL address with password, where the folder's own note of it is not enough.
    clock : what time it is. wait_s : how long to wait for another writer.

    Raises
    ------
    WorkspaceNotFound, WorkspaceTooNew, WorkspaceBusy, Damaged, DiskFull.
    WrongUse : the database belongs to another workspace.
    """
    folder = Path(folder).absolute()
    engine, expected = _engine_of(folder, database)
    try:
        with catalogue.reading(engine) as connection:
            current = catalogue.is_current(connection, folder)
        if not current:
            _bring_up_to_date(folder, engine, clock, wait_s)
        workspace = Workspace(folder, engine, clock=clock, wait_s=wait_s)
        if expected is not None and workspace.settings.get("id") != expected:
            raise WrongUse(
                Text(
                    f"数据库里的目录库不属于文件夹“{folder}”。",
                    f"The database's catalogue is not that of {folder}.",
                ),
                Text(
                    "检查 TUBAN_DATABASE 与工作区文件夹是否成对。",
                    "Make sure TUBAN_DATABASE and the folder belong together.",
                ),
            )
        workspace.tidy()
    except BaseException:
        engine.dispose()
        raise
    return workspace


def is_workspace(folder: Path | str) -> bool:
    """Say whether `folder` holds a workspace, without opening it."""
    return any((Path(folder) / name).is_file() for name in (SQLITE, POINTER))


def _engine_of(folder: Path, database: str | None) -> tuple[Engine, str | None]:
    if (folder / SQLITE).is_file():
        if database:
            raise WrongUse(
                Text(
                    f"工作区“{folder}”的目录库在文件夹内,不在 PostgreSQL。",
                    f"{folder} keeps its catalogue itself.",
                ),
                Text(
                    "不要给出数据库地址(清除 TUBAN_DATABASE)。",
                    "Give no database address (unset TUBAN_DATABASE).",
                ),
            )
        return catalogue.sqlite_engine(folder / SQLITE), None
    if (folder / POINTER).is_file():
        try:
            pointer = json.loads((folder / POINTER).read_text(encoding="utf-8"))
            address, expected = str(pointer["database"]), str(pointer["id"])
        except (ValueError, KeyError, TypeError):
            raise WorkspaceTooNew(
                Text(f"“{folder}”中的 {POINTER} 读不懂。", f"{POINTER} in {folder} cannot be read."),
                Text(
                    "升级图斑;若文件被改动,请从备份恢复。",
                    "Update Tuban; if the file was edited, restore it.",
                ),
            ) from None
        return catalogue.postgresql_engine(catalogue.url_of(database or address)), expected
    raise WorkspaceNotFound(
        Text(f"文件夹“{folder}”里没有工作区。", f"There is no workspace in {folder}."),
        Text(
            "用 tuban layers init --name 名称 新建,或用 --workspace(TUBAN_WORKSPACE)指明工作区文件夹。",
            "Run `tuban layers init --name NAME`, or name its folder with --workspace (TUBAN_WORKSPACE).",
        ),
        folder=str(folder),
    )


def _check_free(folder: Path) -> None:
    if (folder / SQLITE).exists():
        raise WrongUse(
            Text(f"“{folder}”里已有工作区。", f"There is a workspace in {folder} already."),
            Text("直接使用它,或换一个文件夹。", "Use it, or take another folder."),
            folder=str(folder),
        )
    if any((folder / LAYERS).glob("*/*.parquet")):
        raise WrongUse(
            Text(f"“{folder}”里有图层文件但没有目录库。", f"{folder} has layer files but no catalogue."),
            Text(
                "从备份恢复目录库 catalogue.sqlite,或换一个文件夹。",
                "Restore catalogue.sqlite, or take another folder.",
            ),
            folder=str(folder),
        )
    if folder.exists() and not folder.is_dir():
        raise WrongUse(
            Text(f"“{folder}”是文件,不是文件夹。", f"{folder} is a file, not a folder."),
            Text("换一个文件夹。", "Take a folder."),
        )


def _check_unused(connection: Connection) -> None:
    if catalogue.revision_of(connection) is not None:
        raise WrongUse(
            Text(
                "这个数据库里已有一个工作区的目录库。",
                "The database holds the catalogue of a workspace already.",
            ),
            Text("为新工作区另建一个空的数据库。", "Make an empty database for the new workspace."),
        )


def _create_sqlite(folder: Path, settings: dict[str, Any], by: str, clock: Clock) -> None:
    draft = folder / TMP / f"{uuid.uuid4().hex}.sqlite"
    engine = catalogue.sqlite_engine(draft)
    try:
        with catalogue.writing(engine) as connection:
            _fill(connection, settings, by, clock)
        engine.dispose()
        sync_file(draft)
        draft.rename(folder / SQLITE)
        sync_folder(folder)
    finally:
        engine.dispose()
        draft.unlink(missing_ok=True)


def _fill(connection: Connection, settings: dict[str, Any], by: str, clock: Clock) -> None:
    catalogue.upgrade(connection)
    for key, value in settings.items():
        written = json.dumps(value, ensure_ascii=False)
        connection.execute(sa.insert(tables.setting).values(key=key, value=written))
    add_entry(connection, clock, "workspace.create", settings["name"], facts=settings, by=by)


def _bring_up_to_date(folder: Path, engine: Engine, clock: Clock, wait_s: float) -> None:
    what = Text("升级目录库", "bringing the catalogue up to date")
    lock = WriteLock(folder, clock)
    with disk_in_words(folder), lock.hold(what, wait_s=wait_s), catalogue.writing(engine) as connection:
        if not catalogue.is_current(connection, folder):
            catalogue.upgrade(connection)
            version = json.dumps(tuban.__version__)
            connection.execute(
                sa.update(tables.setting).where(tables.setting.c.key == "tuban_version").values(value=version)
            )
            facts = {"revision": catalogue.REVISIONS[-1], "tuban_version": tuban.__version__}
            add_entry(connection, clock, "workspace.upgrade", folder.name, facts=facts, by=user_name())
