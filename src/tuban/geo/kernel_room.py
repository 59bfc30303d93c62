"""Room for the kernels to work in, one for each thread: they allocate nothing themselves."""

from __future__ import annotations

import threading

import numpy as np

from tuban.geo.kernel_area import Scratch

_LOCAL = threading.local()


def room_for(most_points: int, parts: int = 0, near: int = 0) -> Scratch:
    """Give this thread's room, as large as needed. What is not written to takes no memory.

    Parameters
    ----------
    most_points : of the largest row.
    parts : of the zones; `near` edges of the largest part's grid that can be in a window.
    """
    held: Scratch | None = getattr(_LOCAL, "room", None)
    if held is not None:
        if len(held.found) >= parts and len(held.near) >= near and len(held.edges) >= most_points:
            return held
        # What grows keeps its other sizes, so that callers in turn do not undo one another.
        most_points = max(most_points, len(held.edges))
        parts, near = max(parts, len(held.found)), max(near, len(held.near))
    _LOCAL.room = _new_room(most_points, parts, near)
    return _LOCAL.room


def _new_room(most_points: int, parts: int, near: int) -> Scratch:
    return Scratch(
        stack=np.empty((256, 2), np.int64),
        found=np.empty(parts, np.int64),
        edges=np.empty((most_points, 5)),
        own=np.empty((most_points, 6)),
        near=np.empty((near, 5)),
        off=np.empty(most_points // 16 + 4, np.int64),
        listed=np.empty(4 * most_points, np.int64),
        order=np.empty(most_points, np.int64),
    )
