"""Compiling ahead of need: on a machine where the kernels never ran, a child process makes them meanwhile.

`python -m tuban.geo.warm single merged overlay` compiles into the cache of this machine, from which every
later process loads them in a moment. In a process of its own, because compiling holds Python's lock: a service
that compiled in a thread would answer nothing else meanwhile.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable


def single() -> None:
    """Make ready what writes single objects into a tile."""
    from tuban.geo.tiles_encode import encode
    from tuban.geo.tiles_flat import warm

    warm()
    encode(_square(), "x", 14, 8192, 8191)


def merged() -> None:
    """Make ready what merges polygons by class."""
    from tuban.geo.tiles_merge import COARSEST, merged_at

    merged_at(_square(), "x", 14, 8192, 8191, COARSEST)


def overlay() -> None:
    """Make ready what divides areas by others."""
    from tuban.geo.overlay import warm

    warm()


# The order in which a map needs them.
KERNELS: dict[str, Callable[[], None]] = {"single": single, "merged": merged, "overlay": overlay}


def _square():
    """Give one parcel as the tiles of a layer hold it: a tile's size, at the corner of tile 14/8192/8191."""
    import numpy as np
    import pandas as pd
    import shapely

    from tuban.geo.tiles_flat import flatten

    shapes = np.array([shapely.box(0.005, 0.005, 0.015, 0.015)], dtype=object)
    classes = {"class": pd.Series(["01"])}
    return flatten(shapes, "EPSG:4490", "polygon", classes, merge_by="class", area_m2=np.ones(1))


def main(names: list[str]) -> None:
    """Compile the kernels named; politely, since someone is waiting for other things."""
    if hasattr(os, "nice"):
        os.nice(5)
    for name in names:
        KERNELS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
