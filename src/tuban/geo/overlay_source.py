"""A stored layer version read a row group at a time by several threads: the parcels of an overlay."""

from __future__ import annotations

import json
import threading
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

from tuban.errors import Text, WrongUse
from tuban.geo.area import area_m2
from tuban.geo.coords import Rings, from_arrow
from tuban.geo.io_parquet import described
from tuban.geo.overlay_pairs import Pairs, measure_pairs, must_hold
from tuban.geo.overlay_result import clipped
from tuban.geo.overlay_sound import PARCEL
from tuban.geo.zone_index import ZoneIndex

AREA = "_area_m2"
Box = tuple[float, float, float, float]


class Source:
    """A file that several threads read, each by a handle of its own.

    `starts` are the numbers of the first rows of its groups, and the number of rows; `covering` is the column
    of the rows' boxes, where there is one.
    """

    def __init__(self, file: Path, columns: list[str] | None = None) -> None:
        self.file = file
        self._local = threading.local()
        self.schema: pa.Schema = self.opened.schema_arrow
        metadata = self.schema.metadata
        kind, self.crs = described(metadata)
        if kind == "table":
            raise WrongUse(
                Text(f"“{file.name}”没有图形,不能叠加。", f"“{file.name}” has no geometry to overlay."),
                Text("请选择面图层。", "Choose a layer of polygons."),
            )
        self.geo = json.loads(metadata[b"geo"])
        self.geometry: str = self.geo["primary_column"]
        covering = self.geo["columns"][self.geometry].get("covering", {}).get("bbox")
        self.covering: str | None = covering["xmin"][0] if covering else None
        wanted = [self.geometry, *(columns or [])]
        if AREA in self.schema.names:
            wanted.append(AREA)
        self.columns = list(dict.fromkeys(wanted))
        about = self.opened.metadata
        sizes = [about.row_group(group).num_rows for group in range(about.num_row_groups)]
        self.starts = [0, *accumulate(sizes)]

    @property
    def opened(self) -> pq.ParquetFile:
        """Give this thread's handle."""
        if not hasattr(self._local, "handle"):
            self._local.handle = pq.ParquetFile(self.file)
        return self._local.handle

    def groups(self, box: Box | None) -> list[int]:
        """Give the row groups that may have a row in the box; all, where no box is asked for or told."""
        every = range(len(self.starts) - 1)
        if box is None or self.covering is None:
            return list(every)
        about = self.opened.metadata
        paths = [f"{self.covering}.{side}" for side in ("xmin", "ymin", "xmax", "ymax")]
        places = {about.schema.column(i).path: i for i in range(len(about.schema))}
        kept = []
        for group in every:
            told = [about.row_group(group).column(places[path]).statistics for path in paths]
            if all(one is not None and one.has_min_max for one in told):
                west, south, east, north = told
                if west.min > box[2] or east.max < box[0] or south.min > box[3] or north.max < box[1]:
                    continue
            kept.append(group)
        return kept


class Rows:
    """The parcels of one row group: `table` as read, `rings`, and `start`, the number of the first row."""

    def __init__(self, source: Source, group: int, box: Box | None = None) -> None:
        self.table = source.opened.read_row_group(group, columns=source.columns, use_threads=False)
        self.start = source.starts[group]
        self.wkb: pa.ChunkedArray = self.table.column(source.geometry)
        self.rings: Rings = from_arrow(self.wkb, PARCEL, first_row=self.start)
        if box is not None:
            self.rings = self.rings.near(box)
        self._crs = source.crs
        self._stated = self.table.column(AREA).to_numpy() if AREA in source.columns else None

    @cached_property
    def _shapes(self) -> NDArray[Any]:
        return shapely.from_wkb(self.wkb.to_numpy())

    def shapes(self, rows: NDArray[np.int64]) -> NDArray[Any]:
        """Give some rows, counted from the first of the group, as geometries."""
        return self._shapes[rows]

    def statutory_m2(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Give the areas of some rows: as the file states them, else measured."""
        if self._stated is not None:
            return self._stated[rows]
        unique, place = np.unique(rows, return_inverse=True)
        return area_m2(self._shapes[unique], self._crs)[place]

    def pairs(self, index: ZoneIndex, checked: bool) -> Pairs:
        """Give what they share with zones, numbered as in the file."""
        found = measure_pairs(self.rings, index, threads=1, first_row=self.start)
        must_hold(self.rings, index.crs, found, None if checked else self.shapes, self.start)
        return found

    def pieces(self, index: ZoneIndex, found: Pairs, which: NDArray[np.intp]) -> NDArray[Any]:
        """Build the pieces of some pairs as geometries."""
        return clipped(self.rings, self.shapes, index, found, which, first_row=self.start)
