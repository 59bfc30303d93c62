"""Frames in the shape that the profile asks for, marked as sample data."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from tuban.domain.layer import LayerSpec
from tuban.standards.load import profile

MARK = "示范数据"
_EMPTY = {"text": "str", "integer": "Int32", "number": "float64", "date": "datetime64[ms]"}


def conform(
    values: dict[str, Any], code: str, geometry: NDArray[np.object_] | None, crs: str | None
) -> pd.DataFrame:
    """Make a frame with all the layer's fields in the order of its table; what is not given stays empty."""
    spec: LayerSpec = profile().layer(code)
    n = len(geometry) if geometry is not None else len(next(iter(values.values())))
    columns: dict[str, Any] = {}
    for field in spec.fields:
        value = values.get(field.name)
        kind = _EMPTY[field.kind]
        if value is None and field.name == "BZ":
            value = MARK
        if value is None:
            columns[field.name] = (
                pd.Series([None] * n, dtype="str" if kind == "str" else kind)
                if kind in {"str", "datetime64[ms]"}
                else np.full(n, np.nan)
            )
        else:
            column: Any = pd.Series(np.full(n, value) if np.ndim(value) == 0 else value)
            columns[field.name] = column.astype(kind).array
    extra = [name for name in values if spec.field(name) is None]
    for name in extra:
        columns[name] = values[name]
    if geometry is None:
        return pd.DataFrame(columns)
    types = shapely.get_type_id(geometry)
    if (types == 6).any():  # a layer holds one kind of geometry
        single = types == 3
        geometry = geometry.copy()
        geometry[single] = shapely.multipolygons(geometry[single], indices=np.arange(single.sum()))
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=crs)


def numbers(county: str, layer: int, count: int, start: int = 1) -> NDArray[np.str_]:
    """Give identifiers (BSM): county 6 + layer 4 + serial 8, unique in the database."""
    serial = np.char.zfill(np.arange(start, start + count).astype("U8"), 8)
    return np.char.add(f"{county}{layer:04d}", serial)


def to_degrees(geometry: NDArray[np.object_], crs: str) -> NDArray[np.object_]:
    """Convert to CGCS2000 longitude and latitude; equal points stay equal."""
    change = Transformer.from_crs(crs, "EPSG:4490", always_xy=True)

    def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        lon, lat = change.transform(xy[:, 0], xy[:, 1])
        # 1e-9 degree is a tenth of a millimetre, and what a FileGDB in degrees stores.
        return np.round(np.c_[lon, lat], 9)

    return shapely.transform(geometry, move)
