"""Kernels made ready while the service starts, so that nobody waits for a compiler at the first tile.

Light to import: the children are to be at work before the service has loaded its libraries.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path

# What one child compiles, one after the other, and a kernel of each that is looked for in the cache.
CHILDREN = (("single",), ("merged", "overlay"))
SIGNS = {"single": "tiles_encode.put_features", "merged": "tiles_merge.put_merged", "overlay": "kernel_area."}
LONGEST_WAIT_S = 120.0
GEO = Path(__file__).parent.parent / "geo"


class Kernels:
    """The compiled parts of the service and whether they are ready; without `start`, all count as ready."""

    def __init__(self) -> None:
        self._ready = {name: threading.Event() for names in CHILDREN for name in names}
        self._started = False

    def start(self, *, missing: Iterable[str] | None = None) -> None:
        """Compile in the background what this machine does not have (`missing`), and load all of it."""
        self._started = True
        wanted = set(self._ready if missing is None else missing) & set(self._ready)
        if missing is None:
            wanted = {name for name in wanted if not compiled_before(SIGNS[name])}
        for names in CHILDREN:
            absent = [name for name in names if name in wanted]
            threading.Thread(
                target=self._make, args=(names, absent), name="tuban-kernels", daemon=True
            ).start()

    def wait(self, *names: str) -> None:
        """Return when these kernels are ready; if they take too long, whoever needs them compiles them."""
        if self._started:
            for name in names:
                self._ready[name].wait(LONGEST_WAIT_S)

    def _make(self, names: tuple[str, ...], absent: list[str]) -> None:
        for name in names:
            if name in absent:
                _compile(name)
            self._ready[name].set()


def _compile(name: str) -> None:
    """Have a child compile; where none can be had, the kernel is compiled at its first use."""
    try:
        child = subprocess.Popen(  # noqa: S603  # this Python, a module of this package
            [sys.executable, "-m", "tuban.geo.warm", name],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return
    # A command that ends at once, for want of a workspace, leaves nobody at work behind it.
    atexit.register(child.kill)
    try:
        child.wait(LONGEST_WAIT_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    finally:
        atexit.unregister(child.kill)


def compiled_before(sign: str) -> bool:
    """Say whether the cache holds the kernels whose name begins so, made after their source was written.

    Where the cache cannot be found the answer is no: then a child finds out, which costs two seconds of
    another core and nobody's time.
    """
    written = (GEO / f"{sign.split('.', maxsplit=1)[0]}.py").stat().st_mtime
    given = os.environ.get("NUMBA_CACHE_DIR")
    caches = Path(given).glob(f"{GEO.name}_*") if given else [GEO / "__pycache__"]
    return any(file.stat().st_mtime >= written for cache in caches for file in cache.glob(f"{sign}*.nbi"))
