"""Small changes to a world, each keeping everything else of it right: areas follow shapes, sums follow areas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tuban.sample.corpus.ground import CODE, CRS, SIDE, SOUTH, WEST, areas, clockwise, object_id
from tuban.sample.corpus.model import Frame, World
from tuban.sample.writing import conform, numbers
from tuban.standards.load import profile

# Columns that hold the area of a shape, by layer: gross, and net where nothing is deducted.
AREAS = {
    "DLTB": ("TBMJ", "TBDLMJ"),
    "YJJBNTBHTB": ("YJJBNTTBMJ", "YJJBNTMJ"),
}


def drawn(world: World, layer: str) -> gpd.GeoDataFrame:
    """Give a layer of a world that has geometry."""
    frame = world.layers[layer]
    assert isinstance(frame, gpd.GeoDataFrame), layer
    return frame


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """Give a rectangle in metres from the south-western corner of the county, ring clockwise."""
    return shapely.box(WEST + west, SOUTH + south, WEST + east, SOUTH + north, ccw=False)


def polygon(
    *points: tuple[float, float], holes: Sequence[Sequence[tuple[float, float]]] = ()
) -> shapely.Polygon:
    """Give a polygon of metres from the south-western corner."""
    inner = [[(WEST + x, SOUTH + y) for x, y in hole] for hole in holes]
    return shapely.Polygon([(WEST + x, SOUTH + y) for x, y in points], inner)


def widened(
    column: int, row: int, *, west: float = 0, south: float = 0, east: float = 0, north: float = 0
) -> Any:
    """Give the square of a parcel with its sides moved outwards by so many metres (inwards below 0)."""
    x, y = SIDE * column, SIDE * row
    return box(x - west, y - south, x + SIDE + east, y + SIDE + north)


def reshape(world: World, layer: str, serial: int, shape: Any, *, measure: bool = True) -> str:
    """Give the n-th object another shape and, unless told not to, its area; give its identifier."""
    frame = drawn(world, layer).copy()
    shapes = np.asarray(frame.geometry.array, dtype=object).copy()
    shapes[serial - 1] = shape
    world.layers[layer] = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    if measure and shape is not None:
        for column in AREAS.get(layer, ("MJ",)):
            put(world, layer, serial, column, float(areas([shape])[0]))
    return str(frame["BSM"].iloc[serial - 1])


def put(world: World, layer: str, serial: int, column: str, value: Any) -> str:
    """Write a value into a column of the n-th object; give its identifier."""
    frame = world.layers[layer].copy()
    values = frame[column].tolist()
    values[serial - 1] = value
    kind = frame[column].dtype
    if isinstance(value, float) and not pd.api.types.is_float_dtype(kind):
        kind = np.dtype(np.float64)
    frame[column] = pd.Series(values, index=frame.index, dtype=kind)
    world.layers[layer] = frame
    return str(frame["BSM"].iloc[serial - 1]) if "BSM" in frame.columns else ""


def add(world: World, layer: str, shape: Any, *, like: int, **values: Any) -> str:
    """Add an object that is like the n-th but in shape, identifier and `values`; give its identifier."""
    frame = drawn(world, layer)
    serial = len(frame) + 1
    row = frame.iloc[[like - 1]].copy()
    world.layers[layer] = gpd.GeoDataFrame(
        pd.concat([frame, row], ignore_index=True), geometry=frame.active_geometry_name, crs=frame.crs
    )
    own = object_id(layer, serial)
    put(world, layer, serial, "BSM", own)
    for column, value in values.items():
        put(world, layer, serial, column, value)
    reshape(world, layer, serial, shape)
    if layer == "DLTB":
        put(world, layer, serial, "TBBH", str(serial))
    return own


def drop(world: World, layer: str, serial: int) -> None:
    """Take the n-th object out; the others keep their identifiers."""
    frame = world.layers[layer]
    world.layers[layer] = frame.drop(index=frame.index[serial - 1]).reset_index(drop=True)


def settle(world: World) -> None:
    """Let the county's area be the sum of its parcels, as an adjusted survey has it."""
    total = round(float(np.nansum(world.layers["DLTB"]["TBMJ"])), 2)
    put(world, "XZQX", 1, "MJ", total)


def new_layer(
    world: World,
    code: str,
    number: int,
    shapes: Sequence[Any],
    *,
    name: str | None = None,
    crs: str = CRS,
    **values: Any,
) -> list[str]:
    """Add a layer of the profile with these shapes; give the identifiers of its objects.

    `number` is the layer's number in the identifiers; `name` what the database calls it.
    """
    spec = profile().layer(code)
    ids = numbers(CODE, number, len(shapes)).tolist()
    known = {field.name for field in spec.fields}
    given: dict[str, Any] = {"BSM": np.array(ids), "YSDM": f"20900299{number:02d}", **values}
    polygons = spec.geometry == "polygon"
    shapes = [clockwise(shape) for shape in shapes] if polygons else list(shapes)
    if polygons and spec.area_field and spec.area_field not in given:
        given[spec.area_field] = areas(shapes)
    frame = conform(
        {key: value for key, value in given.items() if key in known},
        code, np.asarray(shapes, dtype=object), crs,
    )  # fmt: skip
    world.layers[name or code] = frame
    return ids


def rename(world: World, old: str, new: str) -> None:
    """Call a layer otherwise, at its place in the database."""
    world.layers = {new if name == old else name: frame for name, frame in world.layers.items()}


def replace_column(frame: Frame, column: str, values: Any) -> Frame:
    """Give a frame with another column of that name at the same place."""
    out = frame.copy()
    out[column] = values
    return out
