"""One writer at a time, in this process and among all; whoever has to wait learns for whom."""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from tuban.errors import Text, WorkspaceBusy
from tuban.store.clock import Clock, stamp
from tuban.store.disk import disk_in_words

WAIT_SECONDS = 15.0


def user_name() -> str:
    """Give the name of who is logged in, as far as the system knows it."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"


class WriteLock:
    """The right to write one workspace. May be entered again by the thread that holds it.

    The operating system frees it when its process ends, however it ends: no stale lock is left behind.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._threads = threading.RLock()
        self._processes = FileLock(str(folder / ".lock"), thread_local=False)
        # Beside the lock, since a locked file cannot be read on Windows.
        self._note = folder / ".writer.json"
        self._depth = 0

    @contextlib.contextmanager
    def hold(self, what: Text, by: str = "", *, wait_s: float = WAIT_SECONDS) -> Iterator[bool]:
        """Hold the lock; gives True to the outermost holder.

        Raises
        ------
        WorkspaceBusy : someone else holds it, still after `wait_s` seconds.
        """
        if not self._threads.acquire(timeout=wait_s):
            raise self._busy()
        try:
            if self._depth == 0:
                try:
                    with disk_in_words(self._folder):
                        self._processes.acquire(timeout=wait_s)
                except Timeout:
                    raise self._busy() from None
                self._leave_note(what, by)
            self._depth += 1
            try:
                yield self._depth == 1
            finally:
                self._depth -= 1
                if self._depth == 0:
                    with contextlib.suppress(OSError):
                        self._note.unlink(missing_ok=True)
                    self._processes.release()
        finally:
            self._threads.release()

    def _leave_note(self, what: Text, by: str) -> None:
        note = {
            "by": by or user_name(),
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "since": stamp(self._clock()),
            "what": {"zh": what.zh, "en": what.en},
        }
        # Only a courtesy to those who wait: a disk too full for it must not stop the work.
        with contextlib.suppress(OSError):
            self._note.write_text(json.dumps(note), encoding="utf-8")

    def _busy(self) -> WorkspaceBusy:
        who = self._holder()
        if who:
            problem = Text(
                f"工作区正被占用:{who['by']}({who['host']},进程{who['pid']})自{who['since']}起在{who['what']['zh']}。",
                f"The workspace is in use: {who['by']} ({who['host']}, process {who['pid']}) "
                f"has been writing since {who['since']}: {who['what']['en']}.",
            )
        else:
            problem = Text("工作区正被另一个进程写入。", "Another process is writing to the workspace.")
        fix = Text(
            "等它完成后重试;查询和浏览不受影响。", "Try again when it is done; reading is not affected."
        )
        return WorkspaceBusy(problem, fix, holder=who)

    def _holder(self) -> dict[str, Any] | None:
        try:
            who = json.loads(self._note.read_text(encoding="utf-8"))
            return who if {"by", "host", "pid", "since", "what"} <= set(who) else None
        except (OSError, ValueError, TypeError):
            return None
