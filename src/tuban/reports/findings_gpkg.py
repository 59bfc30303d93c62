"""The findings as a GeoPackage: points, lines and polygons as they are, with a style that QGIS takes by itself."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tuban.domain.layer import GeometryKind
from tuban.geo.write import write_layers
from tuban.reports.columns import COLUMNS, rows_of
from tuban.reports.inspection import Inspection
from tuban.reports.qgis_style import style

# What the file says of its last change: a fixed moment, so that two reports of one run are equal.
_MOMENT = "2020-01-01T00:00:00.000Z"
_KINDS: tuple[tuple[GeometryKind, str, tuple[int, ...]], ...] = (
    ("polygon", "findings_polygon", (3, 6)),
    ("line", "findings_line", (1, 2, 5)),
    ("point", "findings_point", (0, 4)),
)
_KEYS = tuple(key for key, _, _ in COLUMNS)
_NUMBERS = {"area_m2", "width_m"}


def write_findings_gpkg(inspection: Inspection, path: Path, *, lang: str = "zh") -> Path:
    """Write the findings by kind of geometry and system, those without geometry as a table; give the path.

    A layer is named `findings_polygon`, `findings_line`, `findings_point`; where findings come in several
    systems, the rarer ones get layers of their own with the system's name behind. Collections are taken apart.

    Raises
    ------
    DiskFull : the file cannot be written.
    """
    book = inspection.book()
    every: list[list[Any]] = []
    shapes: list[bytes | None] = []
    systems: list[str] = []
    for found, cells in rows_of(inspection.findings(), book, lang):
        every.append(cells)
        shapes.append(found.geometry)
        systems.append((found.crs or "") if found.geometry is not None else "")
    table = pd.DataFrame(every, columns=list(_KEYS))
    for key in _KEYS:
        table[key] = table[key].astype(
            "float64" if key in _NUMBERS else "int64" if key == "number" else "str"
        )
    frames = _by_kind(table, shapes, systems)
    kinds: dict[str, GeometryKind] = {
        name: kind for name in frames for kind, stem, _ in _KINDS if name.startswith(stem)
    }
    frames["summary"] = pd.DataFrame(
        {
            "item": ["verdict", "profile", "rules"],
            "value": [inspection.verdict.in_(lang), inspection.profile, inspection.rules_version],
        }
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_layers(frames, path, format="gpkg", kinds=kinds)
    _finish(path, kinds)
    return path


def _by_kind(
    table: pd.DataFrame, shapes: list[bytes | None], systems: list[str]
) -> dict[str, gpd.GeoDataFrame | pd.DataFrame]:
    geometry = np.asarray(shapely.from_wkb(np.array(shapes, dtype=object)), dtype=object)
    if len(geometry):
        geometry = shapely.force_2d(geometry)
    system = np.array(systems, dtype=object)
    parts, index = (
        shapely.get_parts(geometry, return_index=True) if len(geometry) else (geometry, np.array([], int))
    )
    types = shapely.get_type_id(geometry) if len(geometry) else np.array([], int)
    frames: dict[str, gpd.GeoDataFrame | pd.DataFrame] = {}
    main = _commonest(systems)
    for _, stem, accepted in _KINDS:
        whole = np.isin(types, accepted)
        # A collection is shown by its parts of each kind.
        torn = (
            (types == 7)[index] & np.isin(shapely.get_type_id(parts), accepted)
            if len(parts)
            else np.array([], bool)
        )
        rows = np.concatenate([np.flatnonzero(whole), index[torn]]).astype(int)
        drawn = np.concatenate([geometry[whole], parts[torn]])
        order = np.argsort(rows, kind="stable")
        rows, drawn = rows[order], drawn[order]
        for name in sorted(set(system[rows])) or [main]:
            at = system[rows] == name
            label = stem if name == main else f"{stem}_{name.replace(':', '').replace(' ', '_') or 'no_crs'}"
            frames[label] = gpd.GeoDataFrame(
                table.iloc[rows[at]].reset_index(drop=True), geometry=_one_kind(drawn[at]), crs=name or None
            )
    frames["findings_without_place"] = table[types < 0].reset_index(drop=True) if len(table) else table
    return frames


def _commonest(systems: list[str]) -> str:
    counted: dict[str, int] = defaultdict(int)
    for name in systems:
        if name:
            counted[name] += 1
    return max(sorted(counted), key=lambda name: counted[name]) if counted else "EPSG:4490"


def _one_kind(shapes: np.ndarray) -> np.ndarray:
    """Give everything as multi-geometries: a layer has one kind."""
    make = {
        0: shapely.multipoints,
        1: shapely.multilinestrings,
        2: shapely.multilinestrings,
        3: shapely.multipolygons,
    }
    out = shapes.copy()
    for number, shape in enumerate(shapes):
        kind = int(shapely.get_type_id(shape))
        if kind in make:
            out[number] = make[kind]([shapely.linestrings(shape.coords) if kind == 2 else shape])
    return out


def _finish(path: Path, kinds: dict[str, GeometryKind]) -> None:
    """Add the styles, and set the moment of change, which GDAL takes from the clock."""
    with closing(sqlite3.connect(path)) as base, base:
        base.execute(
            "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT, f_table_catalog TEXT, "
            "f_table_schema TEXT, f_table_name TEXT, f_geometry_column TEXT, styleName TEXT, styleQML TEXT, "
            "styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT, ui TEXT, "
            "update_time DATETIME DEFAULT CURRENT_TIMESTAMP)"
        )
        for name, kind in kinds.items():
            base.execute(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, "
                "styleName, styleQML, styleSLD, useAsDefault, description, owner, ui, update_time) "
                "VALUES ('', '', ?, 'geom', 'severity', ?, '', 1, 'severity', '', NULL, ?)",
                (name, style(kind), _MOMENT),
            )
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change) "
            "VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?)",
            (_MOMENT,),
        )
        base.execute("UPDATE gpkg_contents SET last_change = ?", (_MOMENT,))
    _count_changes_once(path)


def _count_changes_once(path: Path) -> None:
    """Set SQLite's counters of change alike: how often pages were written depends on the machine's pace."""
    with path.open("r+b") as file:
        for at in (
            24,
            92,
        ):  # the counter, and the count at which the header's size was right: they must agree
            file.seek(at)
            file.write((1).to_bytes(4, "big"))
