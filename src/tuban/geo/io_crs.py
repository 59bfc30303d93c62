"""Which system the coordinates of a file are in: named, understood, checked, converted on request."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tuban.errors import ForeignCRS, Text, TubanError, UnknownCRS, WrongCRS
from tuban.geo.crs import GEOGRAPHIC, Understood, convert, parse, understand
from tuban.geo.crs_examine import CHINA, Bounds, Fault, examine, likely, places_of
from tuban.geo.crs_gcj02 import compare, faults

# Names under which objects carry their own longitude and latitude.
_LONLAT_NAMES = {
    "lon": {"lon", "lng", "long", "longitude", "经度", "jd", "zxjd", "中心经度"},
    "lat": {"lat", "latitude", "纬度", "wd", "zxwd", "中心纬度"},
}


def name_of(crs: Any) -> str | None:
    """Give `EPSG:n` or the name of a system; None where it is unsaid or unreadable."""
    if crs is None:
        return None
    try:
        return understand(crs).code
    except UnknownCRS:
        return None


def settle(
    geoms: np.ndarray,
    file_crs: Any,
    *,
    crs: str | None,
    convert_to: str | None,
    swap_axes: bool,
    reference: gpd.GeoSeries | None,
    attributes: pd.DataFrame,
) -> tuple[np.ndarray, str, list[Text]]:
    """Give the geometries in a CGCS2000 system, its code, and what was understood."""
    notes: list[Text] = []
    if swap_axes:
        geoms = shapely.transform(geoms, lambda xy: xy[:, ::-1])
        notes.append(Text("按要求交换了坐标的两个轴。", "Exchanged the two axes, as asked."))
    places = places_of(geoms)
    outline = _lonlat(reference)
    around = _bounds(outline) if outline is not None else _around(attributes)
    named = _named(file_crs, crs, places, around, notes)
    said = understand(named)
    for fault in examine(places, named, around=around):
        _report(fault, notes)
    if not said.is_cgcs2000 and convert_to is None:
        raise _foreign(said)
    if convert_to is not None:
        geoms, note = convert(geoms, named, convert_to)
        said = understand(convert_to)
        notes.append(note)
    if outline is not None and said.epsg is not None:
        degrees = geoms if said.kind == "geographic" else convert(geoms, said.epsg, GEOGRAPHIC)[0]
        found = compare(degrees, outline)
        for fault in faults(found) if found else ():
            _report(fault, notes)
    return geoms, f"EPSG:{said.epsg}", notes


def _report(fault: Fault, notes: list[Text]) -> None:
    if fault.refuse:
        raise WrongCRS(fault.problem, fault.fix, fault=fault.kind, **fault.facts)
    notes.append(Text(fault.problem.zh + fault.fix.zh, f"{fault.problem.en} {fault.fix.en}"))


def _lonlat(reference: gpd.GeoSeries | None) -> np.ndarray | None:
    """Give the reference in longitude and latitude."""
    if reference is None or not len(reference):
        return None
    return convert(np.asarray(reference.array), reference.crs, GEOGRAPHIC)[0]


def _bounds(geoms: np.ndarray) -> Bounds:
    west, south, east, north = shapely.total_bounds(geoms)
    return float(west), float(south), float(east), float(north)


def _around(attributes: pd.DataFrame) -> Bounds | None:
    """Give the box of the longitudes and latitudes that the objects carry as attributes, if they do."""
    found = {}
    for which, names in _LONLAT_NAMES.items():
        column = next((c for c in attributes.columns if str(c).strip().lower() in names), None)
        if column is None:
            return None
        values = pd.to_numeric(attributes[column], errors="coerce").to_numpy(dtype=float)
        low, high = (CHINA[0], CHINA[2]) if which == "lon" else (CHINA[1], CHINA[3])
        if not len(values) or not ((values >= low) & (values <= high)).mean() > 0.9:
            return None
        found[which] = np.quantile(values[np.isfinite(values)], [0.05, 0.95])
    (west, east), (south, north) = found["lon"], found["lat"]
    return float(west), float(south), float(east), float(north)


def _named(
    file_crs: Any, crs: str | None, places: np.ndarray, around: Bounds | None, notes: list[Text]
) -> Any:
    if crs is None:
        try:
            return parse(file_crs)
        except UnknownCRS as error:
            options = likely(places, around)
            if not options:
                raise
            raise UnknownCRS(
                error.problem,
                Text(
                    f"从坐标看可能是:{'、'.join(options)}。请向数据提供单位问清后,用该选项重新导入。",
                    f"The coordinates suggest {' or '.join(options)}: ask whoever made it, then pass that.",
                ),
                suggested=list(options),
            ) from None
    theirs = name_of(file_crs)
    chosen = understand(crs)
    if theirs is None:
        notes.append(Text(f"坐标系由您指定:{chosen.code}。", f"The system is your choice: {chosen.code}."))
    elif theirs != chosen.code:
        notes.append(
            Text(
                f"文件写的坐标系是 {theirs},按您指定的 {chosen.code} 读取。",
                f"The file says {theirs}; read as {chosen.code}, your choice.",
            )
        )
    return crs


def _foreign(said: Understood) -> TubanError:
    mercator = said.epsg == 3857
    return ForeignCRS(
        Text(
            f"坐标系 {said.code} 不是 2000 国家大地坐标系(CGCS2000)。"
            + ("它是网络墨卡托,只供网上看图,长度和面积都是放大的。" if mercator else ""),
            f"{said.code} ({said.name}) is not CGCS2000."
            + (
                " It is Web Mercator, for viewing only: lengths and areas in it are too large."
                if mercator
                else ""
            ),
        ),
        Text(
            "请优先索取 CGCS2000 数据;确要转换,请用 --convert-to EPSG:4490(会记入留痕)。",
            "Ask for CGCS2000 data; to convert, pass --convert-to EPSG:4490 (the trail records it).",
        ),
        crs=said.code,
    )
