"""What is here: every layer's answer at one point."""

from __future__ import annotations

import math

import numpy as np
import shapely

from tuban.domain.version import LayerVersion
from tuban.service import present
from tuban.service import schemas as out
from tuban.service.deps import Moment
from tuban.service.state import State
from tuban.service.tables import Rows, point_from_degrees

# Metres in a degree of latitude; only to turn a click's tolerance into a search box for degrees.
METRES_A_DEGREE = 111_320.0
MOST_AT_A_POINT = 50


def identify(
    state: State, lon: float, lat: float, at: Moment, tolerance_m: float
) -> list[out.IdentifyLayerOut]:
    """Give the answer of every layer that has a map: found, nothing there, or no data.

    `no_data`: no version in force on the day, or the point lies outside the box the layer covers.
    """
    in_force = state.workspace.in_force(on=at.on, known=at.known)
    answers = []
    for code in state.workspace.codes():
        versions = state.workspace.versions(code)
        if not versions or versions[-1].geometry == "table":
            continue
        version = in_force.get(code)
        if version is None:
            answers.append(_answer(state, versions[-1], None, "no_data", []))
            continue
        if not _covers(version, lon, lat, tolerance_m):
            answers.append(_answer(state, version, version, "no_data", []))
            continue
        rows = state.rows_of(version)
        fids, distances = at_point(rows, lon, lat, tolerance_m)
        found = _features(rows, fids[:MOST_AT_A_POINT], distances)
        answers.append(_answer(state, version, version, "found" if found else "nothing", found))
    return answers


def at_point(rows: Rows, lon: float, lat: float, tolerance_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Give the rows at a point, nearest first, with their distances in metres.

    Polygons must hold the point; lines and points may be `tolerance_m` away.
    """
    crs = rows.version.crs
    if crs is None or rows.boxes is None:
        return np.empty(0, dtype=np.int64), np.empty(0)
    x, y = point_from_degrees(lon, lat, crs)
    if not (math.isfinite(x) and math.isfinite(y)):
        return np.empty(0, dtype=np.int64), np.empty(0)
    polygons = rows.version.geometry == "polygon"
    dx, dy = (0.0, 0.0) if polygons else (tolerance_m, tolerance_m)
    metres_x = metres_y = 1.0
    if _in_degrees(crs):
        metres_x, metres_y = METRES_A_DEGREE * max(math.cos(math.radians(lat)), 1e-6), METRES_A_DEGREE
        dx, dy = dx / metres_x, dy / metres_y
    west, south, east, north = rows.boxes
    near = np.flatnonzero((west <= x + dx) & (east >= x - dx) & (south <= y + dy) & (north >= y - dy))
    shapes = rows.geometries(near)
    if polygons:
        hit = shapely.intersects(shapes, shapely.points(x, y))
        return near[hit], np.zeros(int(hit.sum()))
    here = shapely.points(x * metres_x, y * metres_y)
    distances = shapely.distance(shapely.transform(shapes, lambda xy: xy * [metres_x, metres_y]), here)
    order = np.argsort(distances, kind="stable")
    order = order[distances[order] <= tolerance_m]
    return near[order], distances[order]


def _covers(version: LayerVersion, lon: float, lat: float, tolerance_m: float) -> bool:
    if version.bounds is None:
        return False
    margin = tolerance_m / METRES_A_DEGREE
    margin_x = margin / max(math.cos(math.radians(lat)), 1e-6)
    west, south, east, north = version.bounds
    return west - margin_x <= lon <= east + margin_x and south - margin <= lat <= north + margin


def _features(rows: Rows, fids: np.ndarray, distances: np.ndarray) -> list[out.IdentifyFeatureOut]:
    areas = [None] * len(fids) if rows.area_m2 is None else rows.area_m2[fids].tolist()
    return [
        out.IdentifyFeatureOut(
            fid=int(fid),
            properties=present.properties(row),
            bounds=bounds,
            area_ha=present.ha(area),
            distance_m=round(float(distance), 2),
        )
        for fid, row, bounds, area, distance in zip(
            fids, rows.properties(fids), present.bounds_of(rows, fids), areas, distances, strict=False
        )
    ]


def _answer(
    state: State,
    of: LayerVersion,
    version: LayerVersion | None,
    status: str,
    features: list[out.IdentifyFeatureOut],
) -> out.IdentifyLayerOut:
    spec = state.spec(of.code)
    return out.IdentifyLayerOut(
        code=of.code,
        title=present.text(spec.title),
        group=spec.group,
        geometry=of.geometry,  # pyright: ignore[reportArgumentType]
        status=status,  # pyright: ignore[reportArgumentType]
        version=version
        and out.IdentifyVersionOut(
            number=version.number,
            valid_from=version.valid.start,
            valid_to=version.valid.end,
            act=version.valid.act,
            recorded_at=version.recorded_at,
        ),
        features=features,
    )


def _in_degrees(crs: str) -> bool:
    return crs == "EPSG:4490"
