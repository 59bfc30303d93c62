"""Plan zones, redline and farmland, before and after maintenance, as sets of faces with the published areas."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from tuban.sample import kinds
from tuban.sample.figures import CONTROL, ECOLOGY, FARMLAND, MINING, RURAL, URBAN, Figures
from tuban.sample.ground import Ground, speckle
from tuban.sample.landuse import CULTIVATED
from tuban.sample.places import Places
from tuban.sample.terrain import Terrain

HA = 1e4


def draw_mining(ground: Ground, terrain: Terrain, places: Places, fig: Figures, scale: float) -> None:
    """Draw the mining zone round the ore fields: what stays, and what is given back."""
    size = np.array([1.0, 0.72, 0.5])
    d = np.min(
        [
            np.hypot(ground["x"] - x, ground["y"] - y) / s
            for (x, y), s in zip(places.mines, size, strict=False)
        ],
        axis=0,
    )
    rough = terrain.sample("edges", ground["x"], ground["y"])
    wide = terrain.sample("patches", ground["x"], ground["y"])
    ground.add("ore", d * np.exp(0.34 * rough + 0.2 * wide))
    able = (ground["place"] == kinds.COUNTRY) & (ground["kind"] != kinds.RESERVOIR)
    ground.add("country", able, np.bool_)
    after_m2 = fig.zones_ha[MINING]["after"] * HA * scale
    ground.mark("mine_after", ground.take(ground.ranked(ground["country"], "ore"), after_m2))
    given = ground.ranked(ground["country"] & ~ground["mine_after"], "ore")
    piece = ground.take(given, fig.zones_ha[MINING]["before"] * HA * scale - after_m2)
    ground.add("mine_before", ground["mine_after"], np.bool_)[piece] = True


def draw_ecology(ground: Ground, terrain: Terrain, fig: Figures, scale: float) -> None:
    """Draw protection zone and redline from the summits and the lake outward, then the control zone."""
    rough = terrain.sample("edges", ground["x"], ground["y"])
    lake = ground["kind"] == kinds.RESERVOIR
    score = (
        ground["height"] + 0.05 * rough - 0.4 * ground["settled"] + 0.02 * speckle(ground, 33) + 3.0 * lake
    )
    if lake.any():
        lx, ly = ground["x"][lake].mean(), ground["y"][lake].mean()
        radius = np.sqrt(ground["area"][lake].sum() / np.pi)
        score += 0.35 * np.exp(-((np.hypot(ground["x"] - lx, ground["y"] - ly) / (1.6 * radius)) ** 2))
    ground.add("wild", score)
    able = (ground["place"] == kinds.COUNTRY) & ~ground["mine_before"]
    ground.add("wilds", able, np.bool_)
    zone = fig.zones_ha[ECOLOGY]
    # Three nested areas that differ by a few hectares: each next one adds a rim to the one before.
    wanted = sorted(
        (("eco_after", zone["after"]), ("eco_before", zone["before"]), ("redline", fig.red_line_ha)),
        key=lambda p: p[1],
    )
    ground.add("inner", 0, np.bool_)
    done_m2 = 0.0
    for name, area_ha in wanted:
        piece = ground.take(
            ground.ranked(ground["wilds"] & ~ground["inner"], "wild", highest=True),
            area_ha * HA * scale - done_m2,
        )
        ground.put("inner", piece, True)
        done_m2 = area_ha * HA * scale
        ground.add(name, ground["inner"], np.bool_)
    rest = ground.ranked(ground["wilds"] & ~ground["inner"], "wild", highest=True)
    ground.mark("control", ground.take(rest, fig.zones_ha[CONTROL]["before"] * HA * scale))


def _elsewhere(ground: Ground) -> NDArray[np.bool_]:
    """Say where another zone or line stands against basic farmland, before or after."""
    out = np.zeros(ground.count, bool)
    for name in ("udb_before", "udb_after", "eco_before", "eco_after", "redline", "control", "mine_before"):
        out |= ground[name]
    return out


def draw_farmland(ground: Ground, fig: Figures, free_scale: float) -> None:
    """Draw basic farmland: kept (1), moved out (2), moved in out of the reserve (3), reserve (4); ridges off."""
    ground.add("plough", ground["wood"] + 0.05 * speckle(ground, 41) + 0.02 * ground["patches"])
    ground.add("farmable", np.isin(ground["dlbm"], CULTIVATED) & ~_elsewhere(ground), np.bool_)
    ground.add("pbf", 0, np.int8)
    ground.add("good", ground["plough"] - 0.08 * ground["wet"])
    ground.add("poor", ground["plough"] + 0.5 * speckle(ground, 43, "self"))
    steps = (
        (1, "plough", fig.farmland_after_ha - fig.farmland_in_ha),
        (3, "good", fig.farmland_in_ha),
        (4, "good", fig.farmland_reserve_ha - fig.farmland_in_ha),
        (2, "poor", fig.farmland_out_ha),
    )
    for value, by, area_ha in steps:
        free = ground.ranked(ground["farmable"] & (ground["pbf"] == 0), by)
        ground.put("pbf", ground.take(free, area_ha * HA * free_scale, weight="net"), value)


def draw_farmland_zone(ground: Ground, fig: Figures, scale_before: float, scale_after: float) -> None:
    """Draw the farmland zone after (basic farmland and the tracks within it) and, out of it, the one before."""
    ground.add("lowland", ~_elsewhere(ground) & ~ground["is_village"], np.bool_)
    protected = np.isin(ground["pbf"], (1, 3))
    left, right, length = ground.borders()
    n = ground.count
    shared = np.bincount(left, length * protected[right], n) + np.bincount(right, length * protected[left], n)
    share = shared / np.maximum(np.bincount(left, length, n) + np.bincount(right, length, n), 1e-9)
    strip = np.isin(ground["kind"], (kinds.TRACK, kinds.DITCH))
    minor = np.isin(ground["dlbm"], ("1104", "1202", "1107A", "0404", "0307", *CULTIVATED)) & (
        ground["pbf"] != 2
    )
    # First the farmland itself, then tracks along it, then what lies among it.
    key = np.full(n, 99.0)
    key = np.where(minor, 4 - 2 * share + 0.3 * ground["plough"], key)
    key = np.where(strip & (share > 0.35), 2 - share, key)
    key = np.where(protected, 0.1 * ground["plough"] - 1, key)
    ground.add("zone_key", key)
    able = ground.ranked(ground["lowland"] & (ground["zone_key"] < 90), "zone_key")
    ground.mark("farm_after", ground.take(able, fig.zones_ha[FARMLAND]["after"] * HA * scale_after))
    ground.add("late_key", (ground["pbf"] == 3) * 50.0 + ground["plough"])
    kept = ground.ranked(ground["farm_after"], "late_key")
    ground.mark("farm_before", ground.take(kept, fig.zones_ha[FARMLAND]["before"] * HA * scale_before))
    for when in ("before", "after"):
        zone = np.full(ground.count, RURAL, np.int16)
        for code, name in (
            (FARMLAND, f"farm_{when}"),
            (CONTROL, "control"),
            (MINING, f"mine_{when}"),
            (ECOLOGY, f"eco_{when}"),
            (URBAN, f"udb_{when}"),
        ):
            zone[ground[name]] = code
        ground.add(f"zone_{when}", zone, np.int16)


def choose_mines(
    terrain: Terrain, places: Places, city_radius_m: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Choose three ore fields at the foot of the hills, away from city, lake and rim."""
    rows, cols = np.nonzero(terrain.inside & (terrain.height > 0.5) & (terrain.height < 0.8))
    x, y = terrain.centre(rows, cols)
    d = np.hypot(x - places.city[0], y - places.city[1])
    lake = places.reservoir
    far = shapely.distance(lake, shapely.points(x, y)) if lake is not None else np.full(len(x), 9e9)
    rim = terrain.distance_m(~terrain.inside)[rows, cols]
    fit = (d > 1.45 * city_radius_m) & (far > 0.4 * city_radius_m) & (rim > 0.35 * city_radius_m)
    x, y = (x[fit], y[fit]) if fit.any() else (x, y)
    chosen: list[int] = [int(rng.integers(len(x)))]
    for _ in range(2):
        gap = np.min([np.hypot(x - x[k], y - y[k]) for k in chosen], axis=0)
        chosen.append(int(np.argmax(np.minimum(gap, 3.5 * city_radius_m) + 500 * rng.random(len(x)))))
    return np.c_[x[chosen], y[chosen]]
