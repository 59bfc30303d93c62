"""From a frame to what is stored: ordered in space, numbered, measured, bounded. Nothing is written here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from pyproj import CRS, Transformer

from tuban.domain.progress import Progress, Step, quiet
from tuban.errors import EmptyLayer, ForeignCRS, InvalidGeometry, Text, UnknownCRS, WrongType, WrongUse
from tuban.geo.area import area_m2, length_m
from tuban.geo.crs import understand

FID = "_fid"
AREA = "_area_m2"
LENGTH = "_length_m"
RESERVED = (FID, AREA, LENGTH)
GEOMETRY = "geometry"

_GEOGRAPHIC = 4490
_DIMENSIONS = {0: "point", 1: "line", 2: "polygon"}
_TYPE_NAMES = {
    0: "Point", 1: "LineString", 3: "Polygon", 4: "MultiPoint", 5: "MultiLineString", 6: "MultiPolygon",
    7: "GeometryCollection",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Arranged:
    """A layer as it will be stored. `columns` are the layer's own attributes, without what Tuban adds."""

    table: pa.Table
    crs: str | None
    geometry: str
    bounds: tuple[float, float, float, float] | None
    area_m2: float | None
    columns: tuple[str, ...]


def arrange(frame: pd.DataFrame, *, progress: Progress = quiet) -> Arranged:
    """Order, number and measure a layer.

    Parameters
    ----------
    frame : a GeoDataFrame in a CGCS2000 system, or a DataFrame for a table without geometry. n rows.
        Its index is not kept.

    Returns
    -------
    n rows along a Hilbert curve through the middles of their boxes, so that neighbours are stored together,
    with `_fid` 0 to n-1 in that order, `_area_m2` (polygons) or `_length_m` (lines) on the ellipsoid, and
    each row's box. A table keeps its order.

    Raises
    ------
    EmptyLayer, UnknownCRS, ForeignCRS, InvalidGeometry, WrongType : what cannot be kept.
    WrongUse : a column has a name that Tuban gives, or two have the same.
    """
    _check(frame)
    if not isinstance(frame, gpd.GeoDataFrame):
        progress(Step(0.5, Text("整理属性表", "Arranging the table")))
        return _table(frame)
    geometry = np.asarray(frame.geometry.array, dtype=object)
    if shapely.is_missing(geometry).any():
        count = int(shapely.is_missing(geometry).sum())
        raise InvalidGeometry(
            Text(f"有{count}个对象没有图形。", f"{count} objects have no geometry."),
            Text("删除这些对象或补绘图形后重新入库。", "Remove them or draw them, then import again."),
            rows=count,
        )
    crs = _crs(frame)
    kind = _kind(geometry)
    progress(Step(0.05, Text("按空间位置排序", "Ordering in space")))
    boxes = shapely.bounds(geometry)
    order = _hilbert_order(boxes)
    geometry, boxes = geometry[order], boxes[order]
    attributes = pd.DataFrame(frame.drop(columns=frame.geometry.name)).iloc[order]
    columns = tuple(map(str, attributes.columns))
    table = _attributes(attributes)
    if kind == "polygon":
        progress(Step(0.25, Text("量算椭球面积", "Measuring areas on the ellipsoid")))
        table = table.append_column(AREA, pa.array(area_m2(geometry, crs)))
    elif kind == "line":
        progress(Step(0.25, Text("量算长度", "Measuring lengths")))
        table = table.append_column(LENGTH, pa.array(length_m(geometry, crs)))
    progress(Step(0.75, Text("编码图形", "Encoding geometry")))
    covering = "bbox" if "bbox" not in columns else "_bbox"
    sides = ("xmin", "ymin", "xmax", "ymax")
    bounds = tuple(float(v) for v in (*np.nanmin(boxes[:, :2], axis=0), *np.nanmax(boxes[:, 2:], axis=0)))
    table = table.append_column(
        covering, pa.StructArray.from_arrays([pa.array(boxes[:, i]) for i in range(4)], names=list(sides))
    ).append_column(GEOMETRY, pa.array(shapely.to_wkb(geometry, flavor="iso"), type=pa.binary()))
    table = table.replace_schema_metadata({"geo": json.dumps(_geo(crs, geometry, bounds, covering, sides))})
    total = None
    if kind == "polygon":
        total = float(np.sum(table.column(AREA).to_numpy()))
    return Arranged(table, crs, kind, _in_degrees(bounds, crs), total, columns)


def _check(frame: pd.DataFrame) -> None:
    if len(frame) == 0:
        raise EmptyLayer(
            Text("图层里没有任何对象。", "The layer has no rows."),
            Text("确认选对了文件和图层。", "Make sure it is the right file and layer."),
        )
    names = [str(name) for name in frame.columns]
    taken = sorted(set(names) & set(RESERVED))
    if taken:
        raise WrongUse(
            Text(
                f"字段名 {'、'.join(taken)} 由系统保留。",
                f"The column names {', '.join(taken)} are reserved.",
            ),
            Text("入库前改名或删除这些字段。", "Rename or remove them before import."),
            columns=taken,
        )
    if isinstance(frame, gpd.GeoDataFrame) and frame.geometry.name != GEOMETRY:
        names.append(GEOMETRY)  # what the active geometry will be called
    double = sorted({name for name in names if names.count(name) > 1})
    if double:
        raise WrongUse(
            Text(f"字段名 {'、'.join(double)} 重复。", f"The column names {', '.join(double)} occur twice."),
            Text("保留一个,其余改名。", "Keep one and rename the others."),
            columns=double,
        )


def _crs(frame: gpd.GeoDataFrame) -> str:
    if frame.crs is None:
        raise UnknownCRS(
            Text("图层没有坐标系。", "The layer names no CRS."),
            Text("用 --crs 指明坐标系,如 EPSG:4490。", "State it with --crs, for example EPSG:4490."),
        )
    found = understand(frame.crs)
    if found.epsg is None or not found.is_cgcs2000:
        raise ForeignCRS(
            Text(f"坐标系“{frame.crs.name}”不是 CGCS2000。", f"The CRS {frame.crs.name} is not CGCS2000."),
            Text(
                "用 --convert-to 指明要转换到的 CGCS2000 坐标系。",
                "Name a CGCS2000 system with --convert-to.",
            ),
            crs=frame.crs.name,
        )
    return f"EPSG:{found.epsg}"


def _kind(geometry: np.ndarray) -> str:
    if (shapely.get_type_id(geometry) == 7).any():
        return "mixed"
    dimensions = np.unique(shapely.get_dimensions(geometry))
    return _DIMENSIONS[int(dimensions[0])] if len(dimensions) == 1 else "mixed"


def _hilbert_order(boxes: np.ndarray, level: int = 16) -> np.ndarray:
    """Order boxes by where their middles lie on a Hilbert curve through the whole; empty ones come last."""
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    low, high = np.nanmin(boxes[:, :2], axis=0), np.nanmax(boxes[:, 2:], axis=0)
    span = np.where(high > low, high - low, 1.0)
    cells = (1 << level) - 1
    grid = np.nan_to_num((middles - low) / span * cells).astype(np.int64)
    distance = _hilbert_distance(grid[:, 0], grid[:, 1], level)
    distance[np.isnan(middles[:, 0])] = np.iinfo(np.int64).max
    return np.argsort(distance, kind="stable")


def _hilbert_distance(x: np.ndarray, y: np.ndarray, level: int) -> np.ndarray:
    """Give each cell's place along the Hilbert curve of 2^level by 2^level cells, all cells at once."""
    x, y = x.copy(), y.copy()
    distance = np.zeros(len(x), dtype=np.int64)
    for bit in range(level - 1, -1, -1):
        side = np.int64(1) << bit
        right, upper = (x & side) > 0, (y & side) > 0
        distance += side * side * ((3 * right) ^ upper)
        # Turn the quarter so that the curve inside it enters and leaves where its neighbours expect.
        flip = ~upper & right
        x[flip], y[flip] = side - 1 - (x[flip] & (side - 1)), side - 1 - (y[flip] & (side - 1))
        x[~upper], y[~upper] = y[~upper], x[~upper].copy()
        x, y = x & (side - 1), y & (side - 1)
    return distance


def _attributes(attributes: pd.DataFrame) -> pa.Table:
    fields: list[pa.Array | pa.ChunkedArray] = [pa.array(np.arange(len(attributes), dtype=np.int64))]
    for name in attributes.columns:
        try:
            fields.append(pa.Array.from_pandas(attributes[name]))
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
            raise WrongType(
                Text(
                    f"字段“{name}”中混有不同类型的值。", f"The column {name} mixes values of different kinds."
                ),
                Text(
                    "把该字段统一为文本或数字后重新入库。",
                    "Make them all text or all numbers, then import again.",
                ),
                column=str(name),
            ) from error
    return pa.table(fields, names=[FID, *map(str, attributes.columns)])


def _table(frame: pd.DataFrame) -> Arranged:
    columns = tuple(map(str, frame.columns))
    return Arranged(_attributes(pd.DataFrame(frame)), None, "table", None, None, columns)


def _geo(
    crs: str, geometry: np.ndarray, bounds: tuple[float, ...], covering: str, sides: tuple[str, ...]
) -> dict[str, Any]:
    """Say what GeoParquet 1.1 says of a file; coordinates are x (east), y (north) whatever the CRS says."""
    types = {
        _TYPE_NAMES[int(number)] + (" Z" if has_z else "")
        for number, has_z in {
            *zip(shapely.get_type_id(geometry).tolist(), shapely.has_z(geometry).tolist(), strict=True)
        }
    }
    column = {
        "encoding": "WKB",
        "geometry_types": sorted(types),
        "crs": CRS.from_user_input(crs).to_json_dict(),
        "edges": "planar",
        "bbox": list(bounds),
        "covering": {"bbox": {side: [covering, side] for side in sides}},
    }
    return {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}


def _in_degrees(bounds: tuple[float, ...], crs: str) -> tuple[float, float, float, float]:
    west, south, east, north = bounds
    if crs != f"EPSG:{_GEOGRAPHIC}":
        change = Transformer.from_crs(crs, _GEOGRAPHIC, always_xy=True)
        west, south, east, north = change.transform_bounds(west, south, east, north)
    return west, south, east, north
