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
# Administrative units (行政区), the largest first.
PLACES = ("XZQDS", "XZQXS", "XZQX", "XZQXZ", "XZQC", "XZQ", "CJDCQ")
MOST_AT_A_POINT = 50


def identify(
    state: State, lon: float, lat: float, at: Moment, tolerance_m: float
) -> list[out.IdentifyLayerOut]:
    """Give the answer of every layer that has a map: found, nothing there, or no data.

    `no_data`: no version in force on the day; or the point lies outside the administrative areas, which is as
    far as a plan database goes; or, for a layer that divides all ground into classes (and for every layer where
    there are no administrative areas), outside the box of what it holds.
    """
    in_force = state.workspace.in_force(on=at.on, known=at.known)
    inside = _inside(state, in_force, lon, lat)
    answers = []
    for code, versions in state.versions_by_code().items():
        if versions[-1].geometry == "table":
            continue
        version = in_force.get(code)
        found: list[out.IdentifyFeatureOut] = []
        near = version is not None and _covers(version, lon, lat, tolerance_m)
        if version is not None and near:
            rows = state.rows_of(version)
            fids, distances = at_point(rows, lon, lat, tolerance_m)
            found = _features(rows, fids[:MOST_AT_A_POINT], distances)
        spec = state.spec(code)
        divides = spec.class_field is not None and spec.class_field == spec.paint.by
        known = near if divides or inside is None else version is not None
        status = "found" if found else "nothing" if known and inside is not False else "no_data"
        answers.append(_answer(state, version or versions[-1], version, status, found))
    return answers


def _inside(state: State, in_force: dict[str, LayerVersion], lon: float, lat: float) -> bool | None:
    """Say whether an administrative area holds the point; None where the workspace has no such areas."""
    areas = [in_force[code] for code in PLACES if code in in_force and in_force[code].geometry == "polygon"]
    for version in areas:
        if _covers(version, lon, lat, 0.0) and len(at_point(state.rows_of(version), lon, lat, 0.0)[0]):
            return True
    return False if areas else None


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
    if polygons:
        hit = rows.holding(near, x, y)
        return near[hit], np.zeros(int(hit.sum()))
    shapes = rows.geometries(near)
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
            area_mu=present.mu(area),
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
