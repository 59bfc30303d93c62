"""What the site lies on: layers in force that day, prepared for questions about one place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from tuban.domain.siterule import NOTHING
from tuban.errors import Text
from tuban.geo.overlay_site import Layers
from tuban.geo.zone_index import ZoneIndex


@dataclass(frozen=True)
class Layer:
    """One layer version. `attributes` has a row for each object, in the order of the index or of `shapes`.

    `index` for polygons; `shapes` for points and lines. `id_field` names the column that identifies objects.
    """

    code: str
    title: Text
    number: int
    sha256: str
    crs: str
    since: date
    attributes: pa.Table
    id_field: str | None = None
    index: ZoneIndex | None = None
    shapes: NDArray[Any] | None = None
    source: str = ""

    @property
    def label(self) -> str:
        """Give version and content as a verdict quotes them."""
        return f"{self.code}@{self.number}"

    def at(self, rows: NDArray[np.integer]) -> NDArray[Any]:
        """Give some objects as geometries, in the layer's system."""
        if self.index is not None:
            return self.index.shapes(rows)
        assert self.shapes is not None  # one of the two is there
        return self.shapes[rows]

    def ids(self, rows: NDArray[np.integer]) -> tuple[str, ...]:
        """Give the identifiers of some objects (row numbers where the layer has none), sorted."""
        if self.id_field is None or self.id_field not in self.attributes.column_names:
            return tuple(f"#{row}" for row in sorted(rows.tolist()))
        column = self.attributes.column(self.id_field).take(pa.array(rows)).to_pylist()
        found = (str(i) if i else f"#{r}" for i, r in zip(column, rows.tolist(), strict=True))
        return tuple(sorted(found))

    def values(self, rows: NDArray[np.integer], name: str) -> list[str]:
        """Give a column of some objects as text, "" where empty or where the layer has no such column."""
        if name not in self.attributes.column_names:
            return [""] * len(rows)
        column = self.attributes.column(name).take(pa.array(rows)).to_pylist()
        return ["" if value is None or str(value) == "nan" else str(value) for value in column]

    def chosen(self, rows: NDArray[np.integer], where: Mapping[str, tuple[str, ...]] | None) -> NDArray[Any]:
        """Keep the rows whose columns hold one of the values asked for; `4*` means all that begin with 4."""
        for name, allowed in (where or {}).items():
            exact = {one for one in allowed if not one.endswith("*")}
            starts = tuple(one[:-1] for one in allowed if one.endswith("*"))
            held = self.values(rows, name)
            rows = rows[np.array([v in exact or v.startswith(starts) for v in held], dtype=bool)]
        return rows

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Give a search tree over points or lines."""
        return shapely.STRtree(self.shapes if self.shapes is not None else [])


@dataclass(frozen=True, slots=True)
class Absent:
    """A layer that has no data on that day, and why; `declared`: somebody answered that there is none here."""

    code: str
    reason: Text
    supplier: Text = NOTHING
    declared: bool = False


@dataclass
class Ground:
    """The layers of one day, loaded when a rule asks for them; each only once.

    `load` gives a layer by its code, or says why there is none. `quotas` are what quota accounts have left, ha.
    `join` keeps layers joined from one review to the next.
    """

    load: Callable[[str], Layer | Absent]
    quotas: Mapping[str, float] = field(default_factory=dict)
    outline: str | None = None
    join: Callable[[tuple[Layer, ...]], Layers] | None = None
    _held: dict[str, Layer | Absent] = field(default_factory=dict)

    def one(self, code: str) -> Layer | Absent:
        """Give a layer by its code."""
        if code not in self._held:
            self._held[code] = self.load(code)
        return self._held[code]

    def first(self, codes: Iterable[str]) -> Layer | Absent:
        """Give the first of several layers that has data, else why the first has none."""
        found = [self.one(code) for code in codes]
        declared = next((one for one in found if isinstance(one, Absent) and one.declared), None)
        return next((one for one in found if isinstance(one, Layer)), declared or found[0])
