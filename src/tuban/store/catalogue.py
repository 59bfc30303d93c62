"""The catalogue's database: opened, made, brought up to date; SQLite in the folder or PostgreSQL."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from tuban.errors import (
    Damaged,
    StoreFault,
    Text,
    WorkspaceBusy,
    WorkspaceNotFound,
    WorkspaceTooNew,
    WrongUse,
)
from tuban.store import tables

# Every revision there has been, oldest first. A catalogue at any other one was made by a newer Tuban.
REVISIONS = ("0001", "0002", "0003")

_WRITER_KEY = 0x747562616E  # "tuban"


def url_of(database: str) -> URL:
    """Read a PostgreSQL address, whichever driver it names.

    Raises
    ------
    WrongUse : not an address, or another kind of database.
    """
    try:
        url = make_url(database)
    except ArgumentError:
        url = None
    if url is None or url.get_backend_name() not in ("postgresql", "postgres"):
        raise WrongUse(
            Text("数据库地址应为 PostgreSQL。", "The database address is not one of PostgreSQL."),
            Text(
                "形如 postgresql://用户@主机/库名;不写地址则目录库存放在工作区文件夹内(SQLite)。",
                "Write postgresql://user@host/name, or leave it out: it is then SQLite in the folder.",
            ),
        )
    return url.set(drivername="postgresql+psycopg")


def sqlite_engine(file: Path) -> Engine:
    """Open the SQLite catalogue in `file`.

    Rollback journal, not WAL: a workspace is copied, lies on network shares and USB sticks, and may be
    read-only; WAL's shared-memory file stands none of these. Writing is rare and takes milliseconds, so that
    readers have to wait for it costs nothing. `synchronous=EXTRA` also syncs the folder when a journal is
    deleted: a committed version survives a power cut.
    """
    engine = sa.create_engine(
        URL.create("sqlite", database=str(file)), connect_args={"timeout": 30, "check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # Python's own BEGIN comes too late and not before DDL
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA synchronous=EXTRA")
        # Not PRAGMA journal_mode=DELETE: it is the default, and asking for it would need write access.
        cursor.close()

    @event.listens_for(engine, "begin")
    def begins(connection: Connection) -> None:
        writes = connection.get_execution_options().get("tuban_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def postgresql_engine(url: URL) -> Engine:
    """Open the PostgreSQL catalogue at `url`.

    Raises
    ------
    WrongUse : the driver is not installed.
    """
    try:
        return sa.create_engine(url, pool_pre_ping=True)
    except ImportError:
        raise WrongUse(
            Text("使用 PostgreSQL 需要另装驱动。", "PostgreSQL needs its driver."),
            Text("安装 tuban[postgres]。", "Install tuban[postgres]."),
        ) from None


@contextlib.contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees one state of the catalogue.

    Raises
    ------
    StoreFault : the database cannot be reached.
    Damaged : the file is not a catalogue.
    """
    with _in_words(engine), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            yield connection.execution_options(isolation_level="REPEATABLE READ")
        else:
            yield connection


@contextlib.contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection whose changes are kept all together when the block ends well, and else not at all."""
    with _in_words(engine), engine.connect() as plain:
        connection = plain.execution_options(tuban_writes=True)
        with connection.begin():
            if engine.dialect.name == "postgresql":
                # The file lock keeps out writers of this folder; this one those of a copy of it.
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITER_KEY)))
            yield connection


def revision_of(connection: Connection) -> str | None:
    """Give the revision of the catalogue; None where there is none yet."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(connection: Connection) -> None:
    """Bring the catalogue to the newest revision, within the caller's transaction."""
    # Alembic takes a third of a second to load and is needed once in a catalogue's life.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option(
        "script_location", (Path(__file__).parent / "migrations").as_posix().replace("%", "%%")
    )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def is_current(connection: Connection, folder: Path) -> bool:
    """Say whether the catalogue is at the newest revision, False if it is at an older one.

    Raises
    ------
    WorkspaceNotFound : the database holds no catalogue.
    WorkspaceTooNew : a revision that this Tuban does not know.
    """
    revision = revision_of(connection)
    if revision is None:
        raise WorkspaceNotFound(
            Text(
                f"“{folder}”的数据库中没有目录库:工作区没有建成。",
                f"The database of {folder} holds no catalogue.",
            ),
            Text("运行 tuban layers init 新建工作区。", "Run `tuban layers init` to make a workspace."),
            folder=str(folder),
        )
    if revision not in REVISIONS:
        made_by = connection.execute(
            sa.select(tables.setting.c.value).where(tables.setting.c.key == "tuban_version")
        ).scalar()
        version = json.loads(made_by) if made_by else "?"
        raise WorkspaceTooNew(
            Text(
                f"工作区“{folder}”由更新版本的图斑({version})建立,当前程序读不懂。",
                f"The workspace {folder} was made by a newer Tuban ({version}) than this one.",
            ),
            Text(
                f"升级图斑到 {version} 或更新版本后再打开。",
                f"Update Tuban to {version} or later, then open it again.",
            ),
            revision=revision,
            made_by=version,
        )
    return revision == REVISIONS[-1]


@contextlib.contextmanager
def _in_words(engine: Engine) -> Iterator[None]:
    """Say in words what a user can do something about; leave the rest to whoever asked."""
    try:
        yield
    except OperationalError as error:
        if "database is locked" in str(error.orig):
            raise WorkspaceBusy(
                Text("目录库正被另一个程序占用。", "Another program holds the catalogue."),
                Text(
                    "关闭打开了 catalogue.sqlite 的程序后重试。",
                    "Close what has catalogue.sqlite open, then try again.",
                ),
                holder=None,
            ) from error
        if (
            engine.dialect.name == "postgresql"
            and error.connection_invalidated is False
            and _unreachable(error)
        ):
            raise StoreFault(
                Text(
                    "连不上目录数据库(PostgreSQL)。",
                    "The catalogue's database (PostgreSQL) cannot be reached.",
                ),
                Text(
                    "检查 TUBAN_DATABASE 的地址、数据库是否启动、账号是否正确。",
                    "Check the address in TUBAN_DATABASE, that the server runs, and the account.",
                ),
                said=str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else "",
            ) from error
        raise
    except DatabaseError as error:
        if "not a database" in str(error.orig) or "malformed" in str(error.orig):
            raise Damaged(
                Text(
                    "目录库文件 catalogue.sqlite 已损坏。",
                    "The catalogue's file catalogue.sqlite is damaged.",
                ),
                Text(
                    "从备份恢复该文件;图层文件不受影响。",
                    "Restore the file from a backup; the layers are not affected.",
                ),
            ) from error
        raise


def _unreachable(error: OperationalError) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    # No state: no connection at all; 08: connection, 28: who are you, 3D: no such database, 57P: shutdown.
    return state is None or state[:2] in ("08", "28", "3D") or state[:3] == "57P"
