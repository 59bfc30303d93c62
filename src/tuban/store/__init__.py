"""Keeping: immutable layer versions in a folder, their catalogue, and the trail of every step."""

from __future__ import annotations

from tuban.store.chain import Entry, Fault, TrailReport
from tuban.store.history import Withdrawal
from tuban.store.opening import create, open_workspace
from tuban.store.workspace import Workspace

__all__ = ["Entry", "Fault", "TrailReport", "Withdrawal", "Workspace", "create", "open_workspace"]
