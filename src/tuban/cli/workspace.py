"""The workspace that a command is about: `--workspace`, with the catalogue's address from the settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tuban.store.workspace import Workspace


@contextmanager
def open_here(obj: dict) -> Iterator[Workspace]:
    """Open the workspace that the command is about, and close it."""
    from tuban.settings import read_settings
    from tuban.store import open_workspace

    with open_workspace(obj["workspace"], database=read_settings().database or None) as ws:
        yield ws


@contextmanager
def open_if_there(obj: dict) -> Iterator[Workspace | None]:
    """Open the workspace if the folder is one, else give None."""
    from tuban.store.opening import is_workspace

    if not is_workspace(obj["workspace"]):
        yield None
        return
    with open_here(obj) as ws:
        yield ws
