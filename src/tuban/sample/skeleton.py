"""From lines to faces: roads and rivers as strips, villages and rings as borders, all noded into one coverage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tuban.sample import kinds, mesh
from tuban.sample.places import ROAD_WIDTH_M, Places

Faces = NDArray[np.object_]


@dataclass
class Skeleton:
    """Faces without holes that tile the outline; what each is, its village, and the ring it lies in."""

    faces: Faces
    kind: NDArray[np.int16]
    village: NDArray[np.int32]
    place: NDArray[np.int16]


def strips(
    places: Places, outline: shapely.Geometry, every_m: float
) -> tuple[dict[int, shapely.Geometry], list[shapely.Geometry]]:
    """Give the ground of each kind of strip, later kinds giving way to earlier ones, and lines across them."""
    ground: dict[int, Any] = {}
    across: list[shapely.Geometry] = []
    for kind in (kinds.HIGHWAY, kinds.COUNTY_ROAD, kinds.VILLAGE_ROAD):
        lines = [line for line, rank in places.roads if rank == kind]
        if lines:
            geoms = np.array([shapely.LineString(line) for line in lines])
            ground[kind] = shapely.union_all(shapely.buffer(geoms, ROAD_WIDTH_M[kind] / 2, quad_segs=3))
            across += _across(lines, [ROAD_WIDTH_M[kind]] * len(lines), every_m)
    if places.rail is not None:
        ground[kinds.RAILWAY] = shapely.buffer(shapely.LineString(places.rail), 11, quad_segs=3)
        across += _across([places.rail], [22.0], every_m)
    river_lines = [line for line, _ in places.rivers]
    widths = [w for _, w in places.rivers]
    wet = [shapely.buffer(shapely.LineString(line), w / 2, quad_segs=3) for line, w in places.rivers]
    ground[kinds.RIVER] = shapely.union_all(wet)
    across += _across(river_lines, widths, every_m * 1.5)
    if places.reservoir is not None:
        ground[kinds.RESERVOIR] = places.reservoir
    order = (
        kinds.RESERVOIR,
        kinds.HIGHWAY,
        kinds.RAILWAY,
        kinds.RIVER,
        kinds.COUNTY_ROAD,
        kinds.VILLAGE_ROAD,
    )
    taken: shapely.Geometry = shapely.Polygon()
    for kind in order:
        if kind in ground:
            whole = ground[kind]
            ground[kind] = shapely.intersection(
                shapely.difference(whole, taken, grid_size=1e-3), outline, grid_size=1e-3
            )
            taken = shapely.union(taken, whole, grid_size=1e-3)
    return ground, across


def _across(lines: list[NDArray[np.float64]], widths: list[float], every_m: float) -> list[shapely.Geometry]:
    out = []
    for line, width in zip(lines, widths, strict=True):
        geom = shapely.LineString(line)
        length = shapely.length(geom)
        n = max(int(length / every_m), 1)
        s = (np.arange(n) + 0.5) * length / n
        p = shapely.get_coordinates(shapely.line_interpolate_point(geom, s))
        q = shapely.get_coordinates(shapely.line_interpolate_point(geom, np.minimum(s + 1, length)))
        d = q - p
        d /= np.maximum(np.hypot(d[:, 0], d[:, 1]), 1e-9)[:, None]
        normal = np.c_[-d[:, 1], d[:, 0]] * (width / 2 + 0.3)
        out += [shapely.LineString(pair) for pair in np.stack([p - normal, p + normal], 1)]
    return out


def build(places: Places, outline: shapely.Geometry, mean_parcel_m2: float) -> Skeleton:
    """Node everything and give the faces, small slivers joined to their neighbours."""
    every = float(np.clip(1200 * np.sqrt(mean_parcel_m2 / 1e4), 500, 6000))
    ground, across = strips(places, outline, every)
    rings = [places.city_ring, *places.town_rings, *places.park_rings]
    dry = outline
    if places.reservoir is not None:
        dry = shapely.difference(outline, places.reservoir)
    solid = shapely.union_all([*ground.values()], grid_size=1e-3)
    village_lines = shapely.intersection(
        shapely.MultiLineString([shapely.LineString(line) for line in places.village_lines]), dry
    )
    ring_lines = shapely.difference(
        shapely.intersection(shapely.boundary(shapely.union_all(rings)), outline), solid
    )
    lines = [shapely.boundary(outline), village_lines, ring_lines]
    lines += [shapely.boundary(g) for g in ground.values()] + [shapely.intersection(a, solid) for a in across]
    faces = _faces(lines)
    # Faces of ground outside a ring of many parts come out as well: keep what lies in the outline.
    shapely.prepare(outline)
    point = shapely.point_on_surface(faces)
    faces = faces[shapely.contains(outline, point)]
    faces = faces[np.lexsort(np.round(shapely.get_coordinates(shapely.point_on_surface(faces))).T)]
    skeleton = _describe(faces, places, ground)
    return _tidy(skeleton, mean_parcel_m2)


def _faces(lines: list[shapely.Geometry]) -> Faces:
    """Polygonize; where a face has a hole, lead a line to it and polygonize again."""
    for _ in range(8):
        noded = shapely.union_all(np.array(lines), grid_size=mesh.SKELETON_GRID_M)
        faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
        holed = faces[shapely.get_num_interior_rings(faces) > 0]
        if not len(holed):
            return faces
        lines = [noded]
        for face in holed:
            rim = [shapely.get_exterior_ring(face)]
            holes = sorted(shapely.get_rings(face)[1:], key=lambda r, rim=rim: shapely.distance(r, rim[0]))
            for hole in holes:
                lines += _two_links(hole, shapely.multilinestrings(rim))
                rim.append(hole)
    raise ValueError("the skeleton keeps holes")


def _two_links(hole: shapely.Geometry, rim: shapely.Geometry) -> list[shapely.Geometry]:
    """Lead lines from two sides of a hole to the rim: one line would leave the face touching itself."""
    xy = shapely.get_coordinates(hole)
    k = int(np.argmin(shapely.distance(shapely.points(xy), rim)))
    away = int(np.argmax(np.hypot(*(xy - xy[k]).T)))
    return [shapely.shortest_line(shapely.points(xy[i]), rim) for i in (k, away)]


def _describe(faces: Faces, places: Places, ground: dict[int, shapely.Geometry]) -> Skeleton:
    point = shapely.point_on_surface(faces)
    x, y = shapely.get_x(point), shapely.get_y(point)
    kind = np.zeros(len(faces), np.int16)
    for code, geom in ground.items():
        shapely.prepare(geom)
        kind[shapely.contains_xy(geom, x, y) & (kind == 0)] = code
    place = np.zeros(len(faces), np.int16)
    for code, geoms in (
        (kinds.PARK, places.park_rings),
        (kinds.TOWN, places.town_rings),
        (kinds.CITY, [places.city_ring]),
    ):
        for geom in geoms:
            place[shapely.contains_xy(geom, x, y)] = code
    village = _villages(x, y, places)
    return Skeleton(faces, kind, village, place)


def _villages(x: NDArray[np.float64], y: NDArray[np.float64], places: Places) -> NDArray[np.int32]:
    noded = shapely.get_parts(shapely.union_all([shapely.LineString(line) for line in places.village_lines]))
    areas = shapely.get_parts(shapely.polygonize(noded))
    tree = shapely.STRtree(areas)
    seat, area = tree.query(shapely.points(places.villages), predicate="within")
    owner = np.full(len(areas), -1)
    owner[area] = seat
    face, area = tree.query(shapely.points(x, y), predicate="within")
    village = np.full(len(x), -1, np.int32)
    village[face] = owner[area]
    lost = np.flatnonzero(village < 0)
    if len(lost):
        d = np.hypot(x[lost, None] - places.villages[:, 0], y[lost, None] - places.villages[:, 1])
        village[lost] = np.argmin(d, axis=1)
    return village


def _tidy(s: Skeleton, mean_parcel_m2: float) -> Skeleton:
    """Join slivers to the neighbour with the longest common border; of a strip, along the strip."""
    for _ in range(4):
        m = mesh.from_polygons(s.faces, 16)
        area, _, _, length = mesh.measures(m)
        strip = s.kind != kinds.OPEN
        thin = 2 * area / length
        least = float(np.clip(0.06 * mean_parcel_m2, 250, 2500))
        bad = np.where(strip, area < 120, (area < least) | (thin < 7))
        if not bad.any():
            break
        left, right, edge = mesh.borders(m)
        inner = (left >= 0) & (right >= 0)
        left, right, edge = left[inner], right[inner], edge[inner]
        score = edge * np.where(s.kind[left] == s.kind[right], 3.0, 1.0)
        n = len(s.faces)
        both = coo_array(
            (np.r_[score, score], (np.r_[left, right], np.r_[right, left])), shape=(n, n)
        ).tocsr()
        target = np.arange(n)
        for f in np.flatnonzero(bad):
            row = slice(both.indptr[f], both.indptr[f + 1])
            if row.start == row.stop:
                continue
            to = int(both.indices[row][int(np.argmax(both.data[row]))])
            if not bad[to] or to < f:
                target[f] = to
        graph = coo_array((np.ones(n), (np.arange(n), target)), shape=(n, n))
        _, label = connected_components(graph, directed=False)
        s, changed = _join(s, label, area)
        if not changed:
            break
    return s


def _join(s: Skeleton, label: NDArray[np.int32], area: NDArray[np.float64]) -> tuple[Skeleton, bool]:
    order = np.lexsort((-area, label))
    heads = order[np.r_[True, label[order][1:] != label[order][:-1]]]
    size = np.bincount(label)
    faces, keep, changed = [], [], False
    for head in heads[np.argsort(heads)]:
        if size[label[head]] == 1:
            faces.append(s.faces[head])
            keep.append(head)
            continue
        members = np.flatnonzero(label == label[head])
        whole = shapely.coverage_union_all(s.faces[members])
        parts = shapely.get_parts(whole)
        if len(parts) == 1 and shapely.get_num_interior_rings(parts[0]) == 0:
            faces.append(parts[0])
            keep.append(head)
            changed = True
        else:
            faces += list(s.faces[members])
            keep += list(members)
    k = np.array(keep)
    return Skeleton(np.array(faces), s.kind[k], s.village[k], s.place[k]), changed
