"""A private PostgreSQL server for the session, for the tests that want one."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa


def program(name: str) -> str | None:
    """Find one of PostgreSQL's programs: Debian keeps them out of the PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    return shutil.which(name) or next(map(str, debian), None)


def as_whom(folder: Path) -> list[str]:
    """Give how to run a program as someone whom PostgreSQL accepts: it refuses root."""
    if os.name == "nt" or os.geteuid() != 0:
        return []
    import pwd

    runuser = shutil.which("runuser")
    for user in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(user)
            if runuser:
                os.chown(folder, entry.pw_uid, entry.pw_gid)
                return [runuser, "-u", user, "--"]
    pytest.skip("PostgreSQL does not run as root, and there is nobody else to run it")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[], str]]:
    """A server on a socket of its own; call it for the address of a new, empty database."""
    initdb, pg_ctl = program("initdb"), program("pg_ctl")
    if not initdb or not pg_ctl:
        pytest.skip(
            "no PostgreSQL on this machine (initdb and pg_ctl: not in the PATH, not where Debian puts them)"
        )
    pytest.importorskip("psycopg", reason="the driver psycopg is not installed")
    # Not under pytest's folder: a socket's path may not be longer than about a hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="tpg"))
    run = as_whom(folder)
    data, log = str(folder / "data"), str(folder / "log")
    quiet: dict[str, Any] = {
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.PIPE,
        "cwd": folder,
    }
    try:
        made = ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "-N"]
        subprocess.run([*run, initdb, "-D", data, *made], check=True, **quiet)
        listen = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=30"
        start = [*run, pg_ctl, "-D", data, "-l", log, "-w", "-o", listen, "start"]
        subprocess.run(start, check=True, **quiet)
    except subprocess.CalledProcessError as error:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"PostgreSQL would not start: {error.stderr.decode(errors='replace').strip()[-300:]}")
    numbers = itertools.count(1)
    address = f"postgresql://postgres@/{{}}?host={folder}"
    admin = sa.create_engine(
        address.format("postgres").replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT"
    )

    def new_database() -> str:
        name = f"tuban_{next(numbers)}"
        with admin.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE template0"))
        return address.format(name)

    yield new_database
    admin.dispose()
    with contextlib.suppress(subprocess.CalledProcessError):
        subprocess.run([*run, pg_ctl, "-D", data, "-m", "immediate", "-w", "stop"], check=True, **quiet)
    shutil.rmtree(folder, ignore_errors=True)
