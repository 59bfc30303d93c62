"""Shares straight from a GeoParquet file: a row group at a time, in threads, without geometry objects."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

from tuban.domain.progress import Progress, Step
from tuban.errors import Text, WrongUse
from tuban.geo.area import area_m2
from tuban.geo.coords import from_arrow
from tuban.geo.io_parquet import described
from tuban.geo.overlay_pairs import PARCEL, Pairs, measure_pairs, must_hold, threads_for
from tuban.geo.overlay_result import Shares, Tolerance, clipped, settled, slivers
from tuban.geo.zone_index import ZoneIndex

_AREA = "_area_m2"


def shares_of_file(
    file: Path,
    zones: Mapping[str, ZoneIndex],
    *,
    tolerance: Tolerance,
    checked: bool,
    threads: int | None,
    progress: Progress,
) -> dict[str, Shares]:
    """See `tuban.geo.overlay.shares_of_file`."""
    source = _Source(file)
    for index in zones.values():
        index.must_suit(source.crs)
    groups = source.opened.metadata.num_row_groups
    sizes = [source.opened.metadata.row_group(group).num_rows for group in range(groups)]
    starts = [0, *accumulate(sizes)]

    def work(group: int) -> dict[str, Shares]:
        rows = _Rows(source, group, starts[group])
        return {name: rows.shares(index, tolerance, checked) for name, index in zones.items()}

    done: list[dict[str, Shares]] = []
    with ThreadPoolExecutor(threads_for(starts[-1], threads)) as pool:
        try:
            for result in pool.map(work, range(groups)):
                done.append(result)
                progress(Step(starts[len(done)] / max(starts[-1], 1), Text("叠加", "Overlaying")))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return {name: _joined([part[name] for part in done], tolerance) for name in zones}


class _Source:
    """A file that several threads read, each by a handle of its own."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._local = threading.local()
        metadata = self.opened.schema_arrow.metadata
        kind, self.crs = described(metadata)
        if kind == "table":
            raise WrongUse(
                Text(f"“{file.name}”没有图形,不能叠加。", f"“{file.name}” has no geometry to overlay."),
                Text("请选择面图层。", "Choose a layer of polygons."),
            )
        self.geometry = json.loads(metadata[b"geo"])["primary_column"]
        self.columns = [self.geometry]
        if _AREA in self.opened.schema_arrow.names:
            self.columns.append(_AREA)

    @property
    def opened(self) -> pq.ParquetFile:
        """Give this thread's handle."""
        if not hasattr(self._local, "handle"):
            self._local.handle = pq.ParquetFile(self.file)
        return self._local.handle


class _Rows:
    """The parcels of one row group."""

    def __init__(self, source: _Source, group: int, start: int) -> None:
        table = source.opened.read_row_group(group, columns=source.columns, use_threads=False)
        self._crs = source.crs
        self._start = start
        self._wkb: pa.ChunkedArray = table.column(source.geometry)
        self._rings = from_arrow(self._wkb, PARCEL, first_row=start)
        self._stated = table.column(_AREA).to_numpy() if _AREA in source.columns else None

    @cached_property
    def _shapes(self) -> NDArray[Any]:
        return shapely.from_wkb(self._wkb.to_numpy())

    def _some(self, rows: NDArray[np.int64]) -> NDArray[Any]:
        return self._shapes[rows]

    def _statutory(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        if self._stated is not None:
            return self._stated[rows]
        unique, place = np.unique(rows, return_inverse=True)
        return area_m2(self._shapes[unique], self._crs)[place]

    def shares(self, index: ZoneIndex, tolerance: Tolerance, checked: bool) -> Shares:
        """Give the shares of these rows, numbered as in the file."""
        found = measure_pairs(self._rings, index, threads=1, first_row=self._start)
        rows = found.parcel - self._start
        must_hold(self._rings, index.crs, found, None if checked else self._some, self._start)

        def pieces(which: NDArray[np.intp]) -> NDArray[Any]:
            return clipped(self._rings, self._some, index, found, which, first_row=self._start)

        counts = ~slivers(found, tolerance, index.crs, pieces)
        return settled(found, counts, self._statutory(rows), tolerance)


def _joined(parts: list[Shares], tolerance: Tolerance) -> Shares:
    empty = np.empty(0)
    none = np.empty(0, np.int64)
    frames = [part.frame for part in parts] or [
        settled(Pairs(none, none, empty, empty, empty, none), np.empty(0, np.bool_), empty, tolerance).frame
    ]
    frame = pd.concat(frames, ignore_index=True)
    return Shares(frame, tolerance, sum(p.slivers for p in parts), sum(p.slivers_m2 for p in parts))
