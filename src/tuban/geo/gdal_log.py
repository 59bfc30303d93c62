"""GDAL kept from talking to the terminal: what it says is read from the errors, or is of no use to a planner."""

from __future__ import annotations

import contextlib
import logging
import threading
import warnings
from collections.abc import Iterator

_log = logging.getLogger("pyogrio")


class _Inside:
    """How many threads are inside, and the level that the first of them found and the last gives back."""

    guard = threading.Lock()
    count = 0
    level = logging.NOTSET


@contextlib.contextmanager
def quiet_gdal() -> Iterator[None]:
    """Let nothing of GDAL's log and warnings through while inside."""
    with _Inside.guard:
        if _Inside.count == 0:
            _Inside.level = _log.level
            _log.setLevel(logging.CRITICAL)
        _Inside.count += 1
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        with _Inside.guard:
            _Inside.count -= 1
            if _Inside.count == 0:
                _log.setLevel(_Inside.level)
