"""From plots to the text that receivers take: the strict form of the grammar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import shapely

from tuban.domain.unit import in_unit
from tuban.errors import ForeignCRS, InvalidGeometry, Text, WrongUse
from tuban.geo.crs import ZONE_STEP_M, understand

HEADER_KEYS = (
    "格式版本号",
    "数据产生单位",
    "数据产生日期",
    "坐标系",
    "几度分带",
    "投影类型",
    "计量单位",
    "带号",
    "精度",
    "转换参数",
)


@dataclass(frozen=True, slots=True)
class Style:
    """What receivers differ in. `decimals` of coordinates; `restart`: number points anew in each ring."""

    decimals: int = 3
    restart: bool = False
    letter: str = "J"
    line_end: str = "\r\n"


DEFAULT_STYLE = Style()


def text_of(plots: gpd.GeoDataFrame, *, made_by: str, made_on: str, style: Style = DEFAULT_STYLE) -> str:
    """Write plots as a boundary-point file; encode it as the receiver asks (UTF-8 or GB 18030).

    Parameters
    ----------
    plots : polygons in a Gauss-Krüger zone of CGCS2000; columns DKBH, DKMC, DKYT, DLBM, TFH are used where
        they are there. The area written is the plane area in hectares, four decimals.
    made_by, made_on : producing unit and date (`2026-01-15`).

    Raises
    ------
    ForeignCRS : not Gauss-Krüger on CGCS2000. InvalidGeometry : not polygons, or they cross themselves.
    WrongUse : no plots, or a comma or line end in a text.
    """
    if not len(plots):
        raise WrongUse(
            Text("没有要写的地块。", "There are no plots to write."), Text("请先选择地块。", "Choose some.")
        )
    zone = understand(plots.crs)
    if zone.kind not in {"gk3", "gk6"} or zone.zone is None:
        raise ForeignCRS(
            Text(
                f"界址点文件要高斯克吕格坐标,这里是 {zone.code}。",
                f"Plots are in {zone.code}, not Gauss-Krüger.",
            ),
            Text("请先转换到所在的 3 度带。", "Convert them to their 3-degree zone first."),
        )
    shift = 0.0 if zone.with_zone_number else zone.zone * ZONE_STEP_M
    header = {
        "格式版本号": "1.01",
        "数据产生单位": _plain(made_by),
        "数据产生日期": _plain(made_on),
        "坐标系": "2000国家大地坐标系",
        "几度分带": zone.kind[-1],
        "投影类型": "高斯克吕格",
        "计量单位": "米",
        "带号": str(zone.zone),
        "精度": f"{10.0**-style.decimals:.{style.decimals}f}",
        "转换参数": ",,,,,,",
    }
    lines = ["[属性描述]", *(f"{key}={header[key]}" for key in HEADER_KEYS), "[地块坐标]"]
    for at, row in enumerate(plots.to_dict("records")):
        lines += _plot(at + 1, row, shift, style)
    return style.line_end.join(lines) + style.line_end


def _plot(at: int, row: Mapping[Any, Any], shift: float, style: Style) -> list[str]:
    shape = row["geometry"]
    if (
        shape is None
        or shape.geom_type not in {"Polygon", "MultiPolygon"}
        or not shape.is_valid
        or shape.is_empty
    ):
        raise InvalidGeometry(
            Text(f"第 {at} 个地块不是有效的面。", f"Plot {at} is no valid polygon."),
            Text("请先修复图形。", "Mend its geometry first."),
            row=at,
        )
    number = _plain(row.get("DKBH") or str(at))
    rings = [ring for part in shapely.get_parts(shape) for ring in (part.exterior, *part.interiors)]
    body: list[str] = []
    next_number = 1
    for ring_at, ring in enumerate(rings, start=1):
        corners = list(ring.coords)[:-1]
        first = 1 if style.restart else next_number
        for step, (x, y, *_) in enumerate([*corners, corners[0]]):
            label = f"{style.letter}{first + step % len(corners)}"
            northing, easting = f"{y:.{style.decimals}f}", f"{x + shift:.{style.decimals}f}"
            body.append(f"{label},{ring_at},{northing},{easting}")
        next_number = first + len(corners)
    fields = [
        str(len(body)),
        f"{in_unit(shape.area, 'ha', 4)}",
        number,
        _plain(row.get("DKMC") or f"地块{at}"),
        "面",
        _plain(row.get("TFH") or ""),
        _plain(row.get("DKYT") or ""),
        _plain(row.get("DLBM") or ""),
        "@",
    ]
    return [",".join(fields), *body]


def _plain(value: Any) -> str:
    said = str(value).strip()
    if any(mark in said for mark in ",\r\n@"):
        raise WrongUse(
            Text(
                f"“{said[:30]}”里有逗号、@ 或换行,不能写入界址点文件。",
                f"“{said[:30]}” holds a comma, @ or line end.",
            ),
            Text("请改用顿号或去掉。", "Replace or remove it."),
        )
    return said
