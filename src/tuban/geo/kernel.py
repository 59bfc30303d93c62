"""How the kernels are compiled: once a machine, kept on disk, without Python's lock, so that threads help."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit

# `numpy`: divisions need no check for zero, which every kernel excludes before it divides.
compiled: Callable[[Any], Any] = njit(nogil=True, cache=True, error_model="numpy")
