"""How the kernels are compiled: once a machine, kept on disk, without Python's lock, so that threads help."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from numba import njit


def _stamp() -> str:
    """Give a hash of all that is compiled into one another."""
    here = Path(__file__).parent
    sources = [*sorted(here.glob("kernel*.py")), here / "ellipsoid.py"]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()


_STAMP = _stamp()


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function at its first call, or read it from the cache of this machine.

    Numba compiles again when the function's own file changes; what it calls in other files, it would keep as
    it was. So the cache is stamped with all kernels at once.
    """
    # `numpy`: divisions need no check for zero, which every kernel excludes before it divides.
    made = njit(nogil=True, cache=True, error_model="numpy")(function)
    kept = getattr(getattr(made, "_cache", None), "_cache_file", None)
    if hasattr(kept, "_source_stamp"):
        kept._source_stamp = _STAMP  # type: ignore[union-attr]
    return made
