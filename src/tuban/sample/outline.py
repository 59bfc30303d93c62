"""The county's outline: an invented one, or one polygon out of a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from tuban.errors import AmbiguousLayer, EmptyLayer, NotFound, Text, WrongUse
from tuban.geo.area import area_m2
from tuban.geo.crs import convert, epsg_for
from tuban.geo.io import layers_in, read_layer
from tuban.sample.mesh import SKELETON_GRID_M

# Where the invented county lies: zone 38 (114° E), as far south as the published one.
INVENTED_CRS = "EPSG:4547"
INVENTED_AT = (452_300.0, 3_686_900.0)
CHOICES_SHOWN = 12


@dataclass(frozen=True)
class Outline:
    """The outline in its Gauss-Krüger zone (no zone number in the easting) and its statutory area."""

    shape: shapely.Geometry
    crs: str
    area_m2: float
    source: str


def get(selector: Path | str | None, area_wanted_m2: float, rng: np.random.Generator) -> Outline:
    """Invent an outline of that area, or read the one that the selector names."""
    if selector is None:
        return _invented(area_wanted_m2, rng)
    return _read(str(selector))


def _invented(wanted_m2: float, rng: np.random.Generator) -> Outline:
    angle = np.linspace(0, 2 * np.pi, 1500, endpoint=False)
    coarse, fine = np.zeros(len(angle)), np.zeros(len(angle))
    for k in range(1, 9):
        coarse += rng.normal() * np.sin(k * angle + rng.uniform(0, 2 * np.pi)) / k**0.7
    for k in range(9, 330):
        fine += rng.normal() * np.sin(k * angle + rng.uniform(0, 2 * np.pi)) / k**1.25
    radius = 1 + 0.24 * coarse / np.abs(coarse).max() + 0.10 * fine / np.abs(fine).max()
    # Shear along a slow wave: bays and tongues that a star shape cannot have.
    xy = np.c_[1.15 * radius * np.cos(angle), radius * np.sin(angle) / 1.15]
    xy[:, 0] += 0.10 * np.sin(2.3 * xy[:, 1] + rng.uniform(0, 6.28))
    xy[:, 1] += 0.08 * np.sin(2.9 * xy[:, 0] + rng.uniform(0, 6.28))
    xy *= np.sqrt(wanted_m2 / shapely.Polygon(xy).area)
    for _ in range(3):
        shape = _on_grid(shapely.Polygon(xy + INVENTED_AT))
        xy *= np.sqrt(wanted_m2 / float(area_m2([shape], INVENTED_CRS)[0]))
    shape = _on_grid(shapely.Polygon(xy + INVENTED_AT))
    return Outline(shape, INVENTED_CRS, float(area_m2([shape], INVENTED_CRS)[0]), "invented")


def _on_grid(shape: shapely.Geometry) -> shapely.Geometry:
    """Round to whole centimetres, the grid that everything is noded on."""
    snapped = shapely.set_precision(shape, SKELETON_GRID_M)
    return shapely.transform(snapped, lambda xy: np.round(xy / SKELETON_GRID_M) * SKELETON_GRID_M)


def _read(selector: str) -> Outline:
    path, layer, condition = _parse(selector)
    layer = layer or _only_polygon_layer(path, selector)
    frame = read_layer(path, layer=layer, convert_to="EPSG:4490").frame
    if (
        not isinstance(frame, gpd.GeoDataFrame)
        or not shapely.get_dimensions(frame.geometry.to_numpy()).max(initial=0) == 2
    ):
        raise EmptyLayer(
            Text(f"“{path.name}”里没有面。", f"There is no polygon in “{path.name}”."),
            Text("请给出县域范围的面文件。", "Give a file with the county outline as a polygon."),
            path=str(path),
        )
    rows = _matching(frame, condition, path)
    if len(rows) > 1:
        raise WrongUse(
            Text(
                f"“{path.name}”有 {len(rows)} 个面,要用哪一个?可选:{_choices(rows)}",
                f"“{path.name}” holds {len(rows)} polygons; which one? Choose from: {_choices(rows)}",
            ),
            Text(
                f"写成 --outline “{path.name}::字段=值”,例如 ::{_example(rows)}。",
                f"Write --outline “{path.name}::FIELD=VALUE”, for example ::{_example(rows)}.",
            ),
            path=str(path),
        )
    degrees = rows.geometry.array[0]
    crs = f"EPSG:{epsg_for(float(shapely.centroid(degrees).x))}"
    moved, _ = convert(np.array([degrees]), "EPSG:4490", crs)
    shape = _on_grid(moved[0])
    parts = shapely.get_parts(shape)
    if len(parts) == 1:
        shape = parts[0]
    return Outline(shape, crs, float(area_m2([shape], crs)[0]), path.name)


def _parse(selector: str) -> tuple[Path, str | None, str | None]:
    """Split FILE, FILE::CONDITION or FILE::LAYER::CONDITION (CONDITION: FIELD=VALUE or a value)."""
    parts = selector.split("::")
    if len(parts) > 3:
        raise WrongUse(
            Text(f"看不懂范围“{selector}”。", f"The outline “{selector}” cannot be understood."),
            Text(
                "写成 文件、文件::字段=值 或 文件::图层::字段=值。",
                "Write FILE, FILE::FIELD=VALUE or FILE::LAYER::FIELD=VALUE.",
            ),
            outline=selector,
        )
    path = Path(parts[0])
    if not path.exists():
        raise NotFound(
            Text(f"没有这个文件:{path}", f"There is no such file: {path}"),
            Text("检查 --outline 的路径。", "Check the path after --outline."),
            path=str(path),
        )
    if len(parts) == 3:
        return path, parts[1], parts[2]
    if len(parts) == 2:
        names = {item.name for item in layers_in(path)}
        return (path, parts[1], None) if parts[1] in names else (path, None, parts[1])
    return path, None, None


def _only_polygon_layer(path: Path, selector: str) -> str:
    names = [item.name for item in layers_in(path) if item.geometry not in {"table", "point", "line"}]
    if len(names) == 1:
        return names[0]
    if not names:
        raise EmptyLayer(
            Text(f"“{path.name}”里没有面图层。", f"There is no polygon layer in “{path.name}”."),
            Text("请给出县域范围的面文件。", "Give a file with the county outline as a polygon."),
            path=str(path),
        )
    condition = selector.partition("::")[2]
    raise AmbiguousLayer(
        Text(
            f"“{path.name}”有几个面图层:{'、'.join(names)}。",
            f"“{path.name}” has several polygon layers: {', '.join(names)}.",
        ),
        Text(
            f"写明图层,例如 --outline “{path.name}::{names[0]}::{condition or '字段=值'}”。",
            f"Name the layer, for example --outline “{path.name}::{names[0]}::{condition or 'FIELD=VALUE'}”.",
        ),
        layers=names,
    )


def _matching(frame: gpd.GeoDataFrame, condition: str | None, path: Path) -> gpd.GeoDataFrame:
    if condition is None:
        return frame
    field, equals, value = condition.partition("=")
    texts = frame.drop(columns=frame.geometry.name).astype(str)
    if equals and field not in texts.columns:
        raise WrongUse(
            Text(
                f"“{path.name}”没有字段“{field}”,有:{'、'.join(texts.columns)}。",
                f"“{path.name}” has no column “{field}”, but: {', '.join(texts.columns)}.",
            ),
            Text("写成 字段=值。", "Write FIELD=VALUE."),
            path=str(path),
        )
    hit = texts[field] == value if equals else (texts == condition).any(axis=1)
    if not hit.any():
        raise NotFound(
            Text(
                f"“{path.name}”没有符合“{condition}”的面,有:{_choices(frame)}",
                f"No polygon in “{path.name}” fits “{condition}”; there are: {_choices(frame)}",
            ),
            Text("检查字段名和值。", "Check the column and the value."),
            path=str(path),
        )
    return frame[hit.to_numpy()]


def _label_column(frame: gpd.GeoDataFrame) -> str | None:
    """Find the column that tells rows apart best: mostly different, text."""
    texts = [c for c in frame.columns if c != frame.geometry.name]
    return max(texts, key=lambda c: frame[c].astype(str).nunique(), default=None)


def _choices(frame: gpd.GeoDataFrame) -> str:
    column = _label_column(frame)
    if column is None:
        return f"1–{len(frame)}"
    values = [str(v) for v in frame[column].drop_duplicates()]
    shown = "、".join(values[:CHOICES_SHOWN])
    return f"{column} = {shown}" + (f"…({len(values)})" if len(values) > CHOICES_SHOWN else "")


def _example(frame: gpd.GeoDataFrame) -> str:
    column = _label_column(frame)
    return "1" if column is None else f"{column}={frame[column].iloc[0]}"
