"""Where things are: the city, towns, villages, mines, rivers, the reservoir, roads and the railway."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from tuban.sample import kinds, paths, units
from tuban.sample.figures import Figures
from tuban.sample.terrain import Terrain

Floats = NDArray[np.float64]
Point = tuple[float, float]


@dataclass
class Places:
    """The county's plan in outline: seats, rings and lines, in metres."""

    city: Point
    city_ring: shapely.Polygon
    town_rings: list[shapely.Polygon]
    park_rings: list[shapely.Polygon]
    villages: Floats
    township: NDArray[np.intp]
    heads: Floats
    village_lines: list[Floats]
    mines: Floats
    rivers: list[tuple[Floats, float]] = field(default_factory=list)
    reservoir: shapely.Geometry | None = None
    dam: Point = (0.0, 0.0)
    roads: list[tuple[Floats, int]] = field(default_factory=list)
    rail: Floats | None = None
    city_radius_m: float = 0.0


ROAD_WIDTH_M = {kinds.HIGHWAY: 28.0, kinds.COUNTY_ROAD: 15.0, kinds.VILLAGE_ROAD: 8.0}


def lay_out(
    terrain: Terrain, outline: shapely.Geometry, fig: Figures, parcels: int, rng: np.random.Generator
) -> Places:
    """Place everything: rivers first, then the lake, the settlements, and the roads between them."""
    share = shapely.area(outline) / (fig.total_ha * 1e4)
    free = 1.0 if abs(share - 1) < 0.02 else share
    # The city's rim holds the centre before and after, the river in it, and some land to spare.
    city_m2 = (max(fig.centre_total_ha.values()) + sum(fig.moved_in_ha.values())) * 1.09e4 * free
    others_m2 = max(fig.boundary_before_ha * share - fig.centre_total_ha["before"] * free, 0) * 1.06e4
    radius = float(np.sqrt(city_m2 / np.pi))
    city = choose_city(terrain, outline)
    count = int(np.clip(parcels / 60, 3 * (len(fig.streets) + len(fig.towns)), 208))
    heads, village, township, lines = seats(
        terrain, outline, city, radius, len(fig.streets), len(fig.towns), count, rng
    )
    laid = Places(
        city,
        shapely.Polygon(),
        [],
        [],
        village,
        township,
        heads,
        lines,
        np.zeros((0, 2)),
        city_radius_m=radius,
    )
    laid.rivers = make_rivers(terrain, city, radius, rng)
    laid.reservoir, laid.dam = make_reservoir(laid.rivers, terrain, city, radius, 8.5e6 * share, rng)
    laid.city_ring = ring(terrain, city, city_m2, rng, laid.reservoir)
    size = rng.uniform(0.7, 1.3, len(fig.towns))
    size *= others_m2 * 0.7 / max(size.sum(), 1e-9)
    laid.town_rings = [
        ring(terrain, (float(x), float(y)), float(m2), rng, laid.reservoir)
        for (x, y), m2 in zip(heads[len(fig.streets) :], size, strict=True)
    ]
    laid.park_rings = [_park(terrain, laid, others_m2 * 0.3, rng)]
    laid.roads, laid.rail = make_roads(terrain, laid, rng)
    return laid


def _park(terrain: Terrain, laid: Places, area_m2: float, rng: np.random.Generator) -> shapely.Polygon:
    """Set an industrial park in the plain a little way out of the city, clear of towns."""
    taken = shapely.union_all([laid.city_ring, *laid.town_rings])
    best, at = -1e9, laid.city
    for angle in np.linspace(0, 2 * np.pi, 24, endpoint=False):
        d = laid.city_radius_m * rng.uniform(1.5, 1.9)
        x, y = laid.city[0] + d * np.cos(angle), laid.city[1] + d * np.sin(angle)
        height = float(terrain.sample("height", np.array([x]), np.array([y]))[0])
        inside = float(terrain.sample_inside(np.array([x]), np.array([y]))[0])
        lake = shapely.distance(laid.reservoir, shapely.Point(x, y)) if laid.reservoir is not None else 9e9
        score = (
            3 * inside
            - height
            + 1.5 * min(shapely.distance(taken, shapely.Point(x, y)) / 1200, 1)
            + min(lake / 1500, 1)
        )
        if score > best:
            best, at = score, (x, y)
    park = shapely.difference(ring(terrain, at, area_m2, rng, laid.reservoir), shapely.buffer(taken, 60))
    parts = shapely.get_parts(park)
    return parts[int(np.argmax(shapely.area(parts)))]


def choose_city(terrain: Terrain, outline: shapely.Geometry) -> Point:
    """Find a middling height near the middle: where the hills end."""
    c = shapely.centroid(outline)
    rows, cols = np.nonzero(terrain.inside)
    x, y = terrain.centre(rows, cols)
    span = np.sqrt(shapely.area(outline))
    score = np.hypot(x - c.x, y - c.y) / span + 2.2 * np.abs(terrain.height[rows, cols] - 0.5)
    rim = terrain.distance_m(~terrain.inside)[rows, cols]
    score += np.where(rim < 0.16 * span, 5.0, 0.0)
    k = int(np.argmin(score))
    return float(x[k]), float(y[k])


def ring(
    terrain: Terrain,
    at: Point,
    area_m2: float,
    rng: np.random.Generator,
    avoid: shapely.Geometry | None = None,
) -> shapely.Polygon:
    """Grow a settlement's rim outward from `at`: slower uphill, not into `avoid`."""
    angle = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    reach = 2.4 * np.sqrt(area_m2 / np.pi)
    r = np.linspace(0, reach, 160)[1:]
    x, y = at[0] + np.outer(np.cos(angle), r), at[1] + np.outer(np.sin(angle), r)
    height = terrain.sample("height", x.ravel(), y.ravel()).reshape(x.shape)
    slow = (
        1
        + 7 * np.clip(height - 0.66, 0, None)
        + 40 * (1 - terrain.sample_inside(x.ravel(), y.ravel()).reshape(x.shape))
    )
    if avoid is not None:
        shapely.prepare(avoid)
        slow += 60 * shapely.contains_xy(avoid, x.ravel(), y.ravel()).reshape(x.shape)
    wave = np.zeros(len(angle))
    for k in range(2, 16):
        wave += rng.normal() / k**0.75 * np.sin(k * angle + rng.uniform(0, 6.28))
    ease = 1 + 0.38 * wave / max(np.abs(wave).max(), 1e-9)
    spent = np.cumsum(slow, axis=1) * (r[1] - r[0])
    low, high = 0.0, float(reach)
    radius = np.full(len(angle), reach)
    for _ in range(40):
        mid = (low + high) / 2
        hit = np.argmax(spent > mid * ease[:, None], axis=1)
        hit = np.where((spent > mid * ease[:, None]).any(1), hit, len(r) - 1)
        radius = np.convolve(np.r_[r[hit][-3:], r[hit], r[hit][:3]], np.ones(7) / 7, "valid")
        area = 0.5 * np.sum(radius * np.roll(radius, -1)) * np.sin(2 * np.pi / len(angle))
        low, high = (mid, high) if area < area_m2 else (low, mid)
    return shapely.Polygon(np.c_[at[0] + radius * np.cos(angle), at[1] + radius * np.sin(angle)])


def seats(
    terrain: Terrain,
    outline: shapely.Geometry,
    city: Point,
    city_radius_m: float,
    streets: int,
    towns: int,
    villages: int,
    rng: np.random.Generator,
) -> tuple[Floats, Floats, NDArray[np.intp], list[Floats]]:
    """Place township heads and villages, and group the villages."""
    rows, cols = np.nonzero(terrain.inside)
    x, y = terrain.centre(rows, cols)
    d = np.hypot(x - city[0], y - city[1])
    density = (
        1.0
        + 1.6 * np.exp(-((d / (1.1 * city_radius_m)) ** 2))
        - 0.45 * np.clip(terrain.height[rows, cols] - 0.6, 0, 1)
    )
    pick = rng.choice(len(x), min(60 * villages, len(x)), replace=True, p=density / density.sum())
    points = np.c_[x[pick], y[pick]] + rng.uniform(-0.5, 0.5, (len(pick), 2)) * terrain.cell_m
    village = units.spread(points, villages, rng)
    far = points[np.hypot(points[:, 0] - city[0], points[:, 1] - city[1]) > 1.75 * city_radius_m]
    town = units.spread(far, towns, rng)
    angle = rng.uniform(0, 6.28) + 2 * np.pi * np.arange(max(streets - 1, 1)) / max(streets - 1, 1)
    street = np.array(city) + city_radius_m * 0.85 * np.c_[np.cos(angle), np.sin(angle)] * rng.uniform(
        0.8, 1.2, (len(angle), 1)
    )
    street = np.r_[[city], street][:streets]
    heads = np.r_[street, town]
    lines, pairs = units.cells(village, outline, rng)
    pull = np.r_[np.zeros(streets), np.full(towns, city_radius_m * 0.55)]
    return heads, village, units.group(village, pairs, heads, pull), lines


def _grid(terrain: Terrain, step: int) -> tuple[Floats, NDArray[np.bool_]]:
    return terrain.height[::step, ::step], terrain.inside[::step, ::step]


def _xy(cells: list[int], cols: int, terrain: Terrain, step: int) -> Floats:
    r, c = np.divmod(np.array(cells), cols)
    return np.c_[
        terrain.west + (c * step + 0.5) * terrain.cell_m, terrain.south + (r * step + 0.5) * terrain.cell_m
    ]


def _cell(at: Point | Floats, terrain: Terrain, step: int) -> tuple[int, int]:
    return (
        int((at[1] - terrain.south) / terrain.cell_m / step),
        int((at[0] - terrain.west) / terrain.cell_m / step),
    )


def make_rivers(
    terrain: Terrain, city: Point, city_radius_m: float, rng: np.random.Generator, count: int = 7
) -> list[tuple[Floats, float]]:
    """Lead rivers from the hills through the plain to the lowest point of the rim."""
    step = 2
    height, inside = _grid(terrain, step)
    rough = 1 + 0.5 * np.clip(terrain.fields["wet"][::step, ::step], -1.5, 2)
    cost = 0.25 + 3 * height**2 + 0.35 * rough
    rows, cols = np.nonzero(inside)
    x, y = terrain.centre(rows * step, cols * step)
    d_city = np.hypot(x - city[0], y - city[1])
    rim = terrain.distance_m(~terrain.inside)[::step, ::step][rows, cols]
    low = np.where((rim < 3 * step * terrain.cell_m), height[rows, cols], 9.0)
    mouth = int(np.argmin(low + 0.02 * rng.random(len(low))))
    # The main river passes the city at half its radius: towns grow on rivers.
    side = rng.uniform(0, 6.28)
    near = (city[0] + 0.55 * city_radius_m * np.cos(side), city[1] + 0.55 * city_radius_m * np.sin(side))
    way = paths.Way(cost, inside, 0.35)
    out: list[tuple[Floats, float]] = []
    _, back = way.field((int(rows[mouth]), int(cols[mouth])))
    way.walk(back, _cell(near, terrain, step), 0)
    springs = np.flatnonzero((height[rows, cols] > 0.86) & (rim > 0.04 * d_city.max()))
    chosen: list[int] = []
    for _ in range(count):
        if not len(springs):
            break
        gap = (
            np.min([np.hypot(x[springs] - x[k], y[springs] - y[k]) for k in chosen], axis=0)
            if chosen
            else -d_city[springs]
        )
        chosen.append(int(springs[int(np.argmax(gap + rng.random(len(springs))))]))
    lowlands = np.flatnonzero(
        (height[rows, cols] > 0.35) & (height[rows, cols] < 0.6) & (d_city > 1.5 * city_radius_m)
    )
    for _ in range(min(4, len(lowlands))):
        gap = (
            np.min([np.hypot(x[lowlands] - x[k], y[lowlands] - y[k]) for k in chosen], axis=0)
            if chosen
            else d_city[lowlands]
        )
        chosen.append(int(lowlands[int(np.argmax(gap))]))
    for i, k in enumerate(chosen):
        start = _cell(near, terrain, step) if i == 0 else (int(rows[mouth]), int(cols[mouth]))
        _, back = way.field(start)
        way.walk(back, (int(rows[k]), int(cols[k])), 0 if i == 0 else 1)
    for chain, rank in paths.chains(way.edges):
        line = _xy(chain, height.shape[1], terrain, step)
        line = paths.smooth(line, 0.8 * step * terrain.cell_m, 3)
        h = float(np.mean(terrain.sample("height", line[:, 0], line[:, 1])))
        line = paths.meander(line, rng, 70.0 * (1 - 0.6 * h), 900.0)
        width = (78.0 if rank == 0 else 30.0) * (1.1 - 0.75 * h)
        out.append((line, width))
    return out


def make_reservoir(
    rivers: list[tuple[Floats, float]],
    terrain: Terrain,
    city: Point,
    city_radius_m: float,
    area_m2: float,
    rng: np.random.Generator,
) -> tuple[shapely.Geometry | None, Point]:
    """Dam the widest upland river: the valley and its side arms fill up."""
    best, at = -np.inf, None
    for line, width in rivers:
        h = terrain.sample("height", line[:, 0], line[:, 1])
        d = np.hypot(line[:, 0] - city[0], line[:, 1] - city[1])
        good = (h > 0.5) & (d > 1.3 * city_radius_m) & (d < 3.4 * city_radius_m)
        if good.any():
            k = int(np.flatnonzero(good)[np.argmin(d[good])])
            score = width - d[k] / city_radius_m * 10
            if score > best:
                best, at = score, (float(line[k, 0]), float(line[k, 1]))
    if at is None:
        return None, city
    unit = np.sqrt(area_m2)
    valley = shapely.union_all([shapely.LineString(line) for line, _ in rivers])
    near = shapely.intersection(valley, shapely.Point(at).buffer(1.25 * unit))
    axis = shapely.segmentize(shapely.multilinestrings(shapely.get_parts(near)), 50.0)
    xy = shapely.get_coordinates(axis)
    off = np.hypot(xy[:, 0] - at[0], xy[:, 1] - at[1])
    away = np.hypot(xy[:, 0] - city[0], xy[:, 1] - city[1])
    xy = xy[(away > np.hypot(at[0] - city[0], at[1] - city[1]) - 120) | (off < 80)]
    xy = np.concatenate([xy, *_arms(xy, at, unit, rng)])
    off = np.hypot(xy[:, 0] - at[0], xy[:, 1] - at[1]) / unit
    swell = terrain.sample("wet", xy[:, 0], xy[:, 1]) + 0.7 * terrain.sample("groves", xy[:, 0], xy[:, 1])
    low, high = 0.01, 0.6
    lake: shapely.Geometry = shapely.Point(at).buffer(200)
    for _ in range(18):
        width = (low + high) / 2
        radius = unit * width * np.clip(1.15 - off / 1.3, 0.05, None) * np.exp(0.28 * np.clip(swell, -2, 2))
        blob = shapely.union_all(shapely.buffer(shapely.points(xy), radius, quad_segs=5))
        parts = shapely.get_parts(shapely.buffer(shapely.buffer(blob, 55), -70))
        if not len(parts):
            low = width
            continue
        lake = parts[int(np.argmax(shapely.area(parts)))]
        low, high = (width, high) if shapely.area(lake) < area_m2 else (low, width)
    return shapely.simplify(shapely.Polygon(shapely.get_exterior_ring(lake)), 5.0), at


def _arms(axis: Floats, at: Point, unit: float, rng: np.random.Generator) -> list[Floats]:
    """Draw drowned side valleys that leave the main one at odd angles and wander."""
    out = []
    spots = axis[rng.choice(len(axis), 11)]
    for x, y in spots:
        heading = rng.uniform(0, 2 * np.pi)
        length = unit * rng.uniform(0.18, 0.55)
        steps = max(int(length / 45), 2)
        turn = heading + np.cumsum(rng.normal(0, 0.16, steps))
        out.append(np.c_[x + np.cumsum(np.cos(turn)) * 45, y + np.cumsum(np.sin(turn)) * 45])
    return out


def make_roads(
    terrain: Terrain, places: Places, rng: np.random.Generator
) -> tuple[list[tuple[Floats, int]], Floats]:
    """Lay roads from the city to the towns, over the rim to neighbours, and to every village; and a railway."""
    step = 2
    height, inside = _grid(terrain, step)
    cost = 1 + 5 * height**3 + 0.5 * np.abs(terrain.fields["patches"][::step, ::step])
    gy, gx = np.gradient(height)
    cost += 30 * np.hypot(gx, gy)
    if places.reservoir is not None:
        rows, cols = np.indices(height.shape)
        x, y = terrain.centre(rows.ravel() * step, cols.ravel() * step)
        wet = shapely.contains_xy(shapely.buffer(places.reservoir, 120), x, y).reshape(height.shape)
        cost = np.where(wet, cost * 25, cost)
    open_everywhere = inside | (
        terrain.distance_m(terrain.inside)[::step, ::step] < 3 * step * terrain.cell_m
    )
    way = paths.Way(cost, open_everywhere, 0.3)
    _, back = way.field(_cell(places.city, terrain, step))
    exits = _exits(terrain, places.city, step, 6)
    for cell in exits:
        way.walk(back, cell, kinds.HIGHWAY)
    _, back = way.field(_cell(places.city, terrain, step))
    for head in places.heads:
        way.walk(back, _cell(head, terrain, step), kinds.COUNTY_ROAD)
    towns = places.heads[len(places.heads) // 2 :]
    for i, head in enumerate(towns):
        _, back = way.field(_cell(head, terrain, step))
        near = np.argsort(np.hypot(*(towns - head).T))[1:3]
        for k in near:
            if k > i:
                way.walk(back, _cell(towns[k], terrain, step), kinds.COUNTY_ROAD)
    roots = [places.city, *towns[rng.permutation(len(towns))[:3]]]
    for i, root in enumerate(roots):
        _, back = way.field(_cell(root, terrain, step))
        for k in range(len(places.villages)):
            if i == 0 or (k + i) % 4 == 0:
                way.walk(back, _cell(places.villages[k], terrain, step), kinds.VILLAGE_ROAD)
    out = []
    for chain, rank in paths.chains(way.edges):
        line = paths.smooth(_xy(chain, height.shape[1], terrain, step), 0.75 * step * terrain.cell_m, 3)
        out.append((line, rank))
    track = paths.Way(1 + 12 * height**2 + 60 * np.hypot(gx, gy), open_everywhere, 1.0)
    a, b = exits[0], exits[len(exits) // 2]
    keep = shapely.contains_xy(
        shapely.buffer(places.city_ring, -0.25 * places.city_radius_m), *_centres(terrain, step)
    )
    track.cost = np.where(keep.reshape(height.shape), track.cost * 30, track.cost)
    track.build()
    _, back = track.field((a[0] + 6, a[1]))
    rail = _xy(track.walk(back, (b[0] - 6, b[1]), 0), height.shape[1], terrain, step)
    return out, paths.smooth(rail, 2.6 * step * terrain.cell_m, 4)


def _centres(terrain: Terrain, step: int) -> tuple[Floats, Floats]:
    rows, cols = np.indices(terrain.height[::step, ::step].shape)
    return terrain.centre(rows.ravel() * step, cols.ravel() * step)


def _exits(terrain: Terrain, city: Point, step: int, count: int) -> list[tuple[int, int]]:
    """Give cells just over the rim, one in each direction from the city."""
    out = []
    for angle in np.arange(count) * 2 * np.pi / count + 0.3:
        for r in np.arange(1000.0, 90000.0, 150.0):
            row, col = _cell((city[0] + r * np.cos(angle), city[1] + r * np.sin(angle)), terrain, 1)
            rows, cols = terrain.inside.shape
            if not (4 <= row < rows - 4 and 4 <= col < cols - 4) or not terrain.inside[row, col]:
                out.append((min(max(row, 8), rows - 9) // step, min(max(col, 8), cols - 9) // step))
                break
    return out
