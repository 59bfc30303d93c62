"""Shares straight from a GeoParquet file: a row group at a time, in threads, without geometry objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

from tuban.domain.progress import Progress, Step
from tuban.errors import Text
from tuban.geo.overlay_pairs import Pairs, threads_for
from tuban.geo.overlay_result import Shares, Tolerance, settled, slivers
from tuban.geo.overlay_source import Box, Rows, Source
from tuban.geo.zone_index import ZoneIndex

T = TypeVar("T")


def shares_of_file(
    file: Path,
    zones: Mapping[str, ZoneIndex],
    *,
    tolerance: Tolerance,
    checked: bool,
    bbox: Box | None,
    threads: int | None,
    progress: Progress,
) -> dict[str, Shares]:
    """See `tuban.geo.overlay.shares_of_file`."""
    source = Source(file)
    for index in zones.values():
        index.must_suit(source.crs)

    def work(rows: Rows) -> dict[str, Shares]:
        return {name: _shares(rows, index, tolerance, checked) for name, index in zones.items()}

    done = list(each_group(source, work, bbox, threads, progress))
    return {name: _joined([part[name] for part in done], tolerance) for name in zones}


def each_group(
    source: Source, work: Callable[[Rows], T], bbox: Box | None, threads: int | None, progress: Progress
) -> Iterator[T]:
    """Do some work on every row group that a box meets, in threads; give the results in the file's order.

    No more groups are under way than threads, and one to take over.
    """
    groups = source.groups(bbox)
    rows = sum(source.starts[group + 1] - source.starts[group] for group in groups)
    count = threads_for(rows, threads)
    under_way: list[tuple[int, Future[T]]] = []
    left = iter(groups)
    finished = 0
    with ThreadPoolExecutor(count) as pool:
        try:
            while True:
                while len(under_way) <= count and (group := next(left, None)) is not None:
                    under_way.append((group, pool.submit(partial(_one, source, work, bbox), group)))
                if not under_way:
                    return
                group, result = under_way.pop(0)
                yield result.result()
                finished += source.starts[group + 1] - source.starts[group]
                progress(Step(finished / max(rows, 1), Text("叠加", "Overlaying")))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _one(source: Source, work: Callable[[Rows], T], bbox: Box | None, group: int) -> T:
    return work(Rows(source, group, bbox))


def _shares(rows: Rows, index: ZoneIndex, tolerance: Tolerance, checked: bool) -> Shares:
    found = rows.pairs(index, checked)
    counts = ~slivers(found, tolerance, index.crs, partial(rows.pieces, index, found))
    return settled(found, counts, rows.statutory_m2(found.parcel - rows.start), tolerance)


def _joined(parts: list[Shares], tolerance: Tolerance) -> Shares:
    empty = np.empty(0)
    none = np.empty(0, np.int64)
    frames = [part.frame for part in parts] or [
        settled(Pairs(none, none, empty, empty, empty, none), np.empty(0, np.bool_), empty, tolerance).frame
    ]
    frame = pd.concat(frames, ignore_index=True)
    return Shares(frame, tolerance, sum(p.slivers for p in parts), sum(p.slivers_m2 for p in parts))
