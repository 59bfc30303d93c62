"""Which system the coordinates of a file are in: named, understood, checked, converted on request."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tuban.errors import ForeignCRS, Text, TubanError, UnknownCRS
from tuban.geo.crs import Understood, convert, parse, understand


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
    named = _named(file_crs, crs, notes)
    said = understand(named)
    if not said.is_cgcs2000 and convert_to is None:
        raise _foreign(said)
    if convert_to is not None:
        geoms, note = convert(geoms, named, convert_to)
        said = understand(convert_to)
        notes.append(note)
    return geoms, f"EPSG:{said.epsg}", notes


def _named(file_crs: Any, crs: str | None, notes: list[Text]) -> Any:
    if crs is None:
        return parse(file_crs)
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
    return ForeignCRS(
        Text(f"坐标系 {said.code} 不是 2000 国家大地坐标系。", f"{said.code} is not CGCS2000."),
        Text("若要转换,请用 --convert-to EPSG:4490。", "To convert it, pass --convert-to EPSG:4490."),
        crs=said.code,
    )
