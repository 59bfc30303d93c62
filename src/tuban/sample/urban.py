"""The urban boundary and the central city's planned land use, before and after maintenance."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import KDTree

from tuban.sample import kinds
from tuban.sample.figures import Figures
from tuban.sample.ground import Ground, Index, speckle
from tuban.sample.places import Places

HA = 1e4
# Strips that are a street to whoever walks there.
STREETS = (kinds.HIGHWAY, kinds.COUNTY_ROAD, kinds.VILLAGE_ROAD, kinds.RAILWAY, kinds.STREET, kinds.LANE)
# Which classes give land up first to leave the boundary, and which take conversions first.
LEAVING = ("16", "07", "09", "14", "11", "13", "08", "10", "12")
TAKING = ("12", "08", "11", "13", "09", "14", "07", "16", "10")


def depth(ground: Ground, places: Places) -> NDArray[np.float64]:
    """Give how far inside its ring a face lies, as a share of the ring's size; -1 outside all rings."""
    out = np.full(ground.count, -1.0)
    x, y = ground["x"], ground["y"]
    for rings, place in (
        ([places.city_ring], kinds.CITY),
        (places.town_rings, kinds.TOWN),
        (places.park_rings, kinds.PARK),
    ):
        for ring in rings:
            near = shapely.buffer(ring, 400)
            shapely.prepare(near)
            mine = ground.where((ground["place"] == place) & shapely.contains_xy(near, x, y))
            size = np.sqrt(ring.area / np.pi)
            rim = shapely.boundary(ring)
            shapely.prepare(rim)
            out[mine] = np.maximum(out[mine], shapely.distance(rim, shapely.points(x[mine], y[mine])) / size)
    return out


def draw_boundary(ground: Ground, places: Places, fig: Figures, scale: float, free_scale: float) -> None:
    """Draw the boundary before maintenance, and within the city the land that the centre's table counts."""
    ground.add("depth", depth(ground, places) + 0.025 * speckle(ground, 21) + 0.05 * ground["patches"])
    ring = (ground["place"] != kinds.COUNTRY) & ~np.isin(ground["kind"], (kinds.RIVER, kinds.RESERVOIR))
    ground.add("ring", ring, np.bool_)
    total_m2 = fig.boundary_before_ha * HA * scale
    centre_m2 = fig.centre_total_ha["before"] * HA * free_scale
    city = ground.ranked(ground["ring"] & (ground["place"] == kinds.CITY), "depth", highest=True)
    centre = ground.take(city, centre_m2)
    ground.mark("centre_before", centre)
    ground.mark("udb_before", centre)
    for place in (kinds.CITY, kinds.TOWN, kinds.PARK, kinds.CITY):
        want = total_m2 - ground["area"][ground["udb_before"]].sum()
        if place == kinds.CITY and not ground["udb_before"][ground["place"] == kinds.TOWN].any():
            want = min(want, 0.008 * total_m2)
        left = ground["ring"] & (ground["place"] == place) & ~ground["udb_before"]
        ground.put("udb_before", ground.take(ground.ranked(left, "depth", highest=True), want), True)


def plan_centre(
    ground: Ground, places: Places, fig: Figures, free_scale: float, rng: np.random.Generator
) -> None:
    """Give every face of the centre its planned class; each class comes to its published area."""
    ground.add("plan_before", "", np.dtype("U6"))
    _scores(ground, places, rng)
    for code in ("12", "16", "10", "11", "09", "13", "14", "08", "07"):
        want = fig.centre_ha[code]["before"] * HA * free_scale
        free = ground["centre_before"] & (ground["plan_before"] == "")
        if code == "12":
            taken = _streets(ground, free, want)
        elif code == "07":
            taken = ground.where(free)
        else:
            taken = ground.take(ground.ranked(free, f"for_{code}", highest=True), want)
        ground.put("plan_before", taken, code)


def _streets(ground: Ground, free: NDArray[np.bool_], want_m2: float) -> Index:
    """Count the widest streets as transport land; what is narrower belongs to the blocks beside it."""
    ground.add(
        "as_street",
        np.isin(ground["kind"], STREETS) * 100 + ground["thin"] * np.isin(ground["kind"], STREETS),
    )
    street = ground.ranked(free & (ground["as_street"] > 0), "as_street", highest=True)
    taken = ground.take(street, want_m2)
    short = want_m2 - ground["area"][taken].sum()
    if short > 1:
        ground.put("plan_before", taken, "12")
        free = ground["centre_before"] & (ground["plan_before"] == "")
        taken = np.r_[taken, ground.take(ground.ranked(free, "for_12", highest=True), short)]
    return taken


def _scores(ground: Ground, places: Places, rng: np.random.Generator) -> None:
    x, y = ground["x"], ground["y"]
    radius = np.sqrt(places.city_ring.area / np.pi)
    cx, cy = places.city
    r = np.hypot(x - cx, y - cy) / radius
    works = rng.uniform(0, 2 * np.pi)
    first = ((x - cx) * np.cos(works) + (y - cy) * np.sin(works)) / radius
    second = ((x - cx) * np.cos(works + 2.5) + (y - cy) * np.sin(works + 2.5)) / radius
    side = np.maximum(first, 0.86 * second)
    quarter = [ground[f"quarter{i}"] for i in range(4)]
    water = distance_m(places.rivers, x, y) / radius
    roads = (
        distance_m([(line, 0.0) for line, rank in places.roads if rank <= kinds.COUNTY_ROAD], x, y) / radius
    )
    rail = distance_m([(places.rail, 0.0)], x, y) / radius if places.rail is not None else r
    block = [speckle(ground, 100 + i) for i in range(9)]
    own = [speckle(ground, 120 + i, "self") for i in range(9)]
    ground.add("for_09", -0.9 * r - 0.9 * roads + 0.34 * quarter[0] + 0.25 * block[0] + 0.1 * own[0])
    ground.add("for_10", 1.25 * side + 0.35 * r + 0.34 * quarter[1] + 0.2 * block[1] + 0.04 * own[1])
    ground.add("for_11", 1.0 * side - 1.8 * rail + 0.3 * quarter[2] + 0.35 * block[2] + 0.1 * own[2])
    ground.add("for_12", -2.5 * roads + 0.6 * own[3] + 0.2 * r)
    ground.add("for_13", 0.5 * r + 0.8 * own[4] + 0.2 * quarter[3])
    ground.add("for_14", -2.0 * water + 0.42 * quarter[3] + 0.5 * block[5] + 0.08 * own[5])
    ground.add("for_16", 0.8 * r - 0.2 * side + 0.4 * quarter[2] + 0.3 * block[6])
    ground.add("for_08", -0.55 * r + 0.3 * quarter[2] + 0.75 * block[7] + 0.08 * own[7])
    ground.add("for_07", -0.3 * np.abs(side) + 0.4 * block[8])


def distance_m(lines: list[tuple[NDArray[np.float64], float]], x: NDArray, y: NDArray) -> NDArray[np.float64]:
    """Give the distance to the nearest line, to a few metres: enough to choose by."""
    if not lines:
        return np.full(len(x), 1e6)
    every = shapely.segmentize(shapely.MultiLineString([shapely.LineString(line) for line, _ in lines]), 25.0)
    return KDTree(shapely.get_coordinates(every)).query(np.c_[x, y])[0]


def maintain(ground: Ground, fig: Figures, scale: float, free_scale: float) -> None:
    """Move land out of the boundary and in, and change the centre's classes by the published amounts."""
    in_m2 = sum(fig.moved_in_ha.values()) * HA * scale
    out_m2 = sum(fig.moved_out_ha.values()) * HA * scale
    change = {c: (v["after"] - v["before"]) * HA * free_scale for c, v in fig.centre_ha.items()}
    ground.add("udb_out", 0, np.int8)
    ground.add("udb_in", 0, np.int8)
    ground.add("plan_after", ground["plan_before"], np.dtype("U6"))
    come = ground["ring"] & ~ground["udb_before"] & (ground["place"] == kinds.CITY)
    come = ground.ranked(come, "depth", highest=True)
    if ground["area"][come].sum() < in_m2:
        come = ground.ranked(ground["ring"] & ~ground["udb_before"], "depth", highest=True)
    joined = ground.take(come, in_m2)
    ground.put("udb_in", joined, 2)
    in_centre_m2 = float(ground["area"][joined][ground["place"][joined] == kinds.CITY].sum())
    leave_m2 = max(in_centre_m2 - sum(change.values()), 0.0)
    give = {c: -min(v, 0.0) for c, v in change.items()}
    take = {c: max(v, 0.0) for c, v in change.items()}
    _leave(ground, give, leave_m2)
    rest = out_m2 - ground["area"][ground["udb_out"] > 0].sum()
    ground.add("edge", -ground["depth"] - 0.35 * speckle(ground, 23))
    others = ground.ranked(ground["udb_before"] & ~ground["centre_before"], "edge", highest=True)
    ground.put("udb_out", ground.take(others, rest), 1)
    _convert(ground, give, take)
    _label_stock_and_new(ground, fig, scale)
    after = (ground["udb_before"] & (ground["udb_out"] == 0)) | (ground["udb_in"] > 0)
    ground.add("udb_after", after, np.bool_)
    inside = (ground["centre_before"] & (ground["udb_out"] == 0)) | (
        (ground["udb_in"] > 0) & (ground["place"] == kinds.CITY)
    )
    ground.add("centre_after", inside, np.bool_)
    ground["plan_after"][~inside] = ""
    _unbuilt(ground, fig, scale)


def _leave(ground: Ground, give: dict[str, float], leave_m2: float) -> None:
    """Let land leave the boundary from the rim of the centre, class by class; `give` is used up."""
    ground.add("rim", -ground["depth"])
    for code in LEAVING:
        amount = min(give.get(code, 0.0), leave_m2)
        mine = ground["centre_before"] & (ground["udb_out"] == 0) & (ground["plan_before"] == code)
        ground.put("udb_out", ground.take(ground.ranked(mine, "rim", highest=True), amount), 1)
        give[code] = give.get(code, 0.0) - amount
        leave_m2 -= amount


def _convert(ground: Ground, give: dict[str, float], take: dict[str, float]) -> None:
    """Change classes in place as far as classes still give; what has joined takes the rest."""
    for to in TAKING:
        for source in LEAVING:
            amount = min(give.get(source, 0.0), take.get(to, 0.0))
            if amount < 1:
                continue
            mine = ground["centre_before"] & (ground["udb_out"] == 0) & (ground["plan_after"] == source)
            mine &= ground["plan_before"] == source
            piece = ground.take(ground.ranked(mine, f"for_{to}", highest=True), amount)
            ground.put("plan_after", piece, to)
            give[source] -= amount
            take[to] -= amount
    for to in TAKING:
        fresh = (ground["udb_in"] > 0) & (ground["place"] == kinds.CITY) & (ground["plan_after"] == "")
        if take.get(to, 0.0) > 1:
            piece = ground.take(ground.ranked(fresh, f"for_{to}", highest=True), take[to])
            ground.put("plan_after", piece, to)


def _label_stock_and_new(ground: Ground, fig: Figures, scale: float) -> None:
    """Say what of the moved land counts as stock (1) and what as new space (2)."""
    out = ground.ranked(ground["udb_out"] > 0, "rim", highest=True)
    new = ground.take(out, fig.moved_out_ha["new"] * HA * scale)
    ground.put("udb_out", new, 2)
    joined = ground.ranked(ground["udb_in"] > 0, "rim")
    stock = ground.take(joined, fig.moved_in_ha["stock"] * HA * scale)
    ground.put("udb_in", stock, 1)


def _unbuilt(ground: Ground, fig: Figures, scale: float) -> None:
    """Leave the published new space unbuilt: what moves out as new, then the rim."""
    ground.add("late", np.where(ground["udb_out"] == 2, 9.0, 0.3 * speckle(ground, 31) - ground["depth"]))
    able = ground["udb_before"] & (ground["udb_out"] != 1) & (ground["kind"] == kinds.OPEN)
    ground.mark(
        "unbuilt", ground.take(ground.ranked(able, "late", highest=True), fig.new_space_ha * HA * scale)
    )
