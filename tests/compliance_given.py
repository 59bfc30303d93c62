"""Tiny grounds whose answers can be done in the head; plane coordinates near the central meridian."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pyarrow as pa
import shapely

from tuban.compliance.ground import Absent, Ground, Layer
from tuban.compliance.site import site_of
from tuban.errors import Text
from tuban.geo.zone_index import ZoneIndex

CRS = "EPSG:4547"
X, Y = 500_000.0, 3_700_000.0


def box(west, south, east, north):
    return shapely.box(X + west, Y + south, X + east, Y + north)


def layer(code, shapes, **columns):
    shapes = list(shapes)
    columns.setdefault("BSM", [f"{code}{at}" for at in range(len(shapes))])
    array = np.asarray(shapes, dtype=object)
    polygons = all(shape.geom_type in {"Polygon", "MultiPolygon"} for shape in shapes)
    return Layer(
        code=code,
        title=Text(code, code),
        number=1,
        sha256=code * 2,
        crs=CRS,
        since=date(2021, 1, 1),
        attributes=pa.table(columns),
        id_field="BSM",
        index=ZoneIndex.of(gpd.GeoSeries(array, crs=CRS)) if polygons else None,
        shapes=None if polygons else array,
    )


def ground(*layers, absent=(), quotas=None, outline=None):
    held = {one.code: one for one in layers}

    def load(code):
        if code in held:
            return held[code]
        declared = code in absent
        return Absent(code, Text(f"没有 {code}", f"no {code}"), declared=declared)

    return Ground(load, quotas or {}, outline)


def site(*shapes, **attributes):
    return site_of(gpd.GeoSeries(list(shapes), crs=CRS), name="site", attributes=attributes)
