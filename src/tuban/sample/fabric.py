"""The parcel fabric: the skeleton's faces cut down to blocks, hamlets and parcels, about as many as asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from tuban.sample import kinds, mesh, subdivide
from tuban.sample.mesh import Mesh
from tuban.sample.places import Places
from tuban.sample.skeleton import Skeleton
from tuban.sample.subdivide import Rule
from tuban.sample.terrain import Terrain

PLAIN, HILL, CITY, TOWN, PARK, HAMLET, FIELD, WOOD, HOME, CITY_LOT, WORKS, WHOLE, PIT = range(13)


@dataclass
class Fabric:
    """The mesh and, for every face, what it is: arrays with the mesh's room."""

    mesh: Mesh
    kind: NDArray[np.int16]
    use: NDArray[np.int16]
    village: NDArray[np.int32]
    place: NDArray[np.int16]
    block: NDArray[np.int32]
    settled: NDArray[np.bool_]

    @property
    def count(self) -> int:
        """How many faces there are."""
        return int(self.mesh.used[2])


def _rules(size: float) -> list[Rule]:
    """Give the rules for a county whose mean parcel is `size` times one hectare."""
    b = size**0.85
    ha = 1e4
    return [
        Rule(8.0 * ha * b, 2.2, 0, 60, 0.72, (3.5, 6.5), 60 * ha, (kinds.TRACK, kinds.DITCH), 0.33),
        Rule(26 * ha * b, 1.7, 0.09, 55),
        Rule(3.0 * ha * b, 1.7, 0, 60, 1.0, (13, 40), 90 * ha, (kinds.STREET, kinds.STREET), 0),
        Rule(1.8 * ha * b, 1.7, 0, 60, 1.0, (8, 20), 40 * ha, (kinds.STREET, kinds.STREET), 0),
        Rule(6.0 * ha * b, 1.9, 0, 60, 1.0, (16, 30), 60 * ha, (kinds.STREET, kinds.STREET), 0),
        Rule(1.3 * ha * b, 2.0, 0.01, 60, 0.6, (4, 5.5), 6 * ha, (kinds.LANE, kinds.LANE), 0),
        Rule(0.85 * ha * size, 3.4, 0.014, 50),
        Rule(4.2 * ha * size, 1.7, 0.10, 40),
        Rule(0.5 * ha * size, 1.9, 0.012, 40),
        Rule(0.75 * ha * size, 1.8),
        Rule(2.2 * ha * size, 1.9),
        Rule(1e12),
        Rule(2.0 * ha * size, 1.7, 0.08, 40),
    ]


def build(
    skeleton: Skeleton,
    places: Places,
    terrain: Terrain,
    parcels: int,
    homes_m2: float,
    fields_m2: float,
    rng: np.random.Generator,
) -> Fabric:
    """Cut the skeleton down to about `parcels` parcels."""
    total = float(np.sum([f.area for f in skeleton.faces]))
    size = total / parcels / 1.05e4
    m = mesh.from_polygons(skeleton.faces, int(1.25 * parcels) + 4 * len(skeleton.faces))
    room, n = len(m.first), len(skeleton.faces)

    def wide(values: NDArray, dtype: type) -> NDArray:
        out = np.zeros(room, dtype)
        out[:n] = values
        return out

    fabric = Fabric(
        m,
        wide(skeleton.kind, np.int16),
        np.zeros(room, np.int16),
        wide(skeleton.village, np.int32),
        wide(skeleton.place, np.int16),
        np.zeros(room, np.int32),
        np.zeros(room, bool),
    )
    state = np.array([rng.integers(1, 2**62)], np.uint64)
    rules = _rules(size)
    _first_uses(fabric, terrain)
    _cut(fabric, np.flatnonzero(fabric.use[:n] != WHOLE), rules, state)
    fabric.block[: fabric.count] = np.arange(fabric.count)
    _hamlets(fabric, places, terrain, homes_m2, rules, state, rng)
    _cover(fabric, terrain, fields_m2)
    _final(fabric, parcels, size, state)
    return fabric


def _first_uses(f: Fabric, terrain: Terrain) -> None:
    n = f.count
    _, x, y, _ = mesh.measures(f.mesh)
    height = terrain.sample("height", x, y)
    by_place = np.array([PLAIN, CITY, TOWN, PARK], np.int16)[f.place[:n]]
    f.use[:n] = np.where((by_place == PLAIN) & (height > 0.62), HILL, by_place)
    f.use[:n][f.kind[:n] != kinds.OPEN] = WHOLE


def _cut(f: Fabric, todo: NDArray[np.integer], rules: list[Rule], state: NDArray[np.uint64]) -> None:
    root = subdivide.subdivide(f.mesh, todo, rules, f.use, f.kind, state)
    n = len(root)
    for values in (f.village, f.place, f.block, f.settled):
        values[:n] = values[root]
    f.use[:n][f.kind[:n] != kinds.OPEN] = WHOLE


def _hamlets(
    f: Fabric,
    places: Places,
    terrain: Terrain,
    homes_m2: float,
    rules: list[Rule],
    state: NDArray[np.uint64],
    rng: np.random.Generator,
) -> None:
    """Settle the ground round hamlet seats: first cut it fine, then take the nearest until it is enough."""
    seat, weight = hamlet_seats(places, terrain, rng)
    tree = KDTree(seat)

    def nearness() -> tuple[NDArray, NDArray, NDArray]:
        area, x, y, _ = mesh.measures(f.mesh)
        d, k = tree.query(np.c_[x, y], k=3)
        score = (d / weight[k]).min(axis=1)
        free = (f.place[: f.count] == kinds.COUNTRY) & (terrain.sample("height", x, y) < 0.93)
        free &= ~np.isin(
            f.kind[: f.count], (kinds.RIVER, kinds.RESERVOIR, kinds.HIGHWAY, kinds.RAILWAY, kinds.COUNTY_ROAD)
        )
        return area, np.where(free, score, np.inf), free

    area, score, _ = nearness()
    order = np.argsort(score, kind="stable")
    enough = order[
        : np.searchsorted(np.cumsum(np.where(np.isfinite(score[order]), area[order], 0)), 1.55 * homes_m2)
    ]
    near = enough[(f.kind[enough] == kinds.OPEN) & np.isfinite(score[enough])]
    f.use[near] = HAMLET
    _cut(f, near, rules, state)
    area, score, _ = nearness()
    order = np.argsort(score, kind="stable")
    taken = order[: np.searchsorted(np.cumsum(area[order]), homes_m2)]
    taken = taken[np.isfinite(score[taken])]
    f.settled[taken] = True


def hamlet_seats(places: Places, terrain: Terrain, rng: np.random.Generator) -> tuple[NDArray, NDArray]:
    """Give hamlets' places and how large each may grow; the village's own seat is the largest."""
    main = places.villages
    spots, weight = [main], [rng.uniform(0.9, 1.5, len(main))]
    gap = float(np.median(KDTree(main).query(main, k=2)[0][:, 1]))
    for _ in range(2):
        angle = rng.uniform(0, 2 * np.pi, len(main))
        r = gap * rng.uniform(0.32, 0.5, len(main))
        spots.append(main + np.c_[r * np.cos(angle), r * np.sin(angle)])
        weight.append(rng.uniform(0.35, 0.95, len(main)))
    at, w = np.concatenate(spots), np.concatenate(weight)
    high = terrain.sample("height", at[:, 0], at[:, 1])
    return at, w * np.where(high > 0.75, 0.5, 1.0)


def _cover(f: Fabric, terrain: Terrain, fields_m2: float) -> None:
    """Say of every piece of open ground how it will be cut: the lowest `fields_m2` as fields, the rest as woods."""
    n = f.count
    area, x, y, _ = mesh.measures(f.mesh)
    open_ground = (f.kind[:n] == kinds.OPEN) & (f.place[:n] == kinds.COUNTRY) & ~f.settled[:n]
    score = wood_score(terrain, x, y)
    order = np.flatnonzero(open_ground)[np.argsort(score[open_ground], kind="stable")]
    f.use[:n][open_ground] = FIELD
    f.use[order[np.searchsorted(np.cumsum(area[order]), fields_m2) :]] = WOOD
    f.use[:n][(f.kind[:n] == kinds.OPEN) & f.settled[:n]] = HOME
    f.use[:n][(f.kind[:n] == kinds.OPEN) & np.isin(f.place[:n], (kinds.CITY, kinds.TOWN))] = CITY_LOT
    f.use[:n][(f.kind[:n] == kinds.OPEN) & (f.place[:n] == kinds.PARK)] = WORKS


def wood_score(terrain: Terrain, x: NDArray, y: NDArray) -> NDArray:
    """Give where woods rather than fields are found: uphill, and in groves."""
    return (
        terrain.sample("height", x, y)
        + 0.09 * terrain.sample("patches", x, y)
        + 0.05 * terrain.sample("groves", x, y)
    )


def _final(f: Fabric, parcels: int, size: float, state: NDArray[np.uint64]) -> None:
    """Cut to parcels; the sizes are tried on a copy first until the number comes out."""
    todo = np.flatnonzero(f.use[: f.count] != WHOLE)
    before = f.count
    scale = 1.0
    for _ in range(3):
        trial = Mesh(*(a.copy() for a in f.mesh))
        subdivide.subdivide(trial, todo, _scaled(size, scale), f.use.copy(), f.kind.copy(), state.copy())
        got = int(trial.used[2])
        if abs(got - parcels) < 0.015 * parcels:
            break
        scale *= max(got - 0.6 * before, 1) / max(parcels - 0.6 * before, 0.05 * parcels)
        scale = min(max(scale, 0.05), 20.0)
    _cut(f, todo, _scaled(size, scale), state)


def _scaled(size: float, scale: float) -> list[Rule]:
    return _rules(size * scale)
