"""The central city's extent, the four city lines, flood and historic lines, and the tailings pond."""

from __future__ import annotations

import numpy as np

from tuban.sample import kinds
from tuban.sample.figures import Figures
from tuban.sample.ground import Ground, speckle
from tuban.sample.places import Places
from tuban.sample.urban import distance_m

HA = 1e4
POND_HA = 26.0


def draw_lines(
    ground: Ground, places: Places, fig: Figures, free_scale: float, rng: np.random.Generator
) -> None:
    """Mark the faces of every line; those with published areas meet them."""
    ground.add("river_m", distance_m(places.rivers, ground["x"], ground["y"]))
    _extent(ground, places, fig, free_scale)
    _green(ground, fig, free_scale)
    _blue(ground, fig, free_scale)
    ground.add("yellow", (ground["plan_before"] == "13") & (ground["plan_after"] == "13"), np.bool_)
    _purple(ground, places)
    wet = np.isin(ground["kind"], (kinds.RIVER, kinds.RESERVOIR))
    ground.add("flood_key", np.where(wet, -1.0, ground["river_m"]) + 2e4 * ground["centre_before"])
    every = np.ones(ground.count, bool)
    ground.mark("flood", ground.take(ground.ranked(every, "flood_key"), fig.flood_ha * HA * free_scale))
    _tailings(ground, places)
    # Last: a face that is cut after this would count twice.
    _heritage(ground, fig, rng)


def _extent(ground: Ground, places: Places, fig: Figures, free_scale: float) -> None:
    city = (ground["place"] == kinds.CITY) | ground["centre_before"] | ground["centre_after"]
    away = np.hypot(ground["x"] - places.city[0], ground["y"] - places.city[1])
    ground.add("outward", np.where(city, -1.0, away) + 1e6 * (ground["kind"] == kinds.RESERVOIR))
    near = ground.ranked(np.ones(ground.count, bool), "outward")
    ground.mark("extent", ground.take(near, fig.centre_extent_ha * HA * free_scale))


def _green(ground: Ground, fig: Figures, free_scale: float) -> None:
    ground.add("green_key", speckle(ground, 51) + 0.01 * speckle(ground, 52, "self"))
    park = (ground["plan_before"] == "14") & (ground["plan_after"] == "14")
    before = ground.take(ground.ranked(park, "green_key"), fig.green_line_ha["before"] * HA * free_scale)
    ground.mark("green_before", before)
    park = (ground["plan_after"] == "14") & ~ground["green_before"]
    more = (fig.green_line_ha["after"] - fig.green_line_ha["before"]) * HA * free_scale
    ground.add("green_after", ground["green_before"], np.bool_)
    ground.put("green_after", ground.take(ground.ranked(park, "green_key"), more), True)


def _blue(ground: Ground, fig: Figures, free_scale: float) -> None:
    ground.add("blue_key", np.where(ground["kind"] == kinds.RIVER, -1.0, ground["river_m"]))
    able = ground["extent"] & ((ground["kind"] == kinds.RIVER) | (ground["kind"] == kinds.OPEN))
    able &= (ground["kind"] == kinds.RIVER) | ~ground["centre_before"] | (ground["plan_before"] == "14")
    ground.add("bank", able, np.bool_)
    before = ground.take(
        ground.ranked(ground["bank"], "blue_key"), fig.blue_line_ha["before"] * HA * free_scale
    )
    ground.mark("blue_before", before)
    rest = ground.ranked(ground["bank"] & ~ground["blue_before"], "blue_key")
    more = (fig.blue_line_ha["after"] - fig.blue_line_ha["before"]) * HA * free_scale
    ground.add("blue_after", ground["blue_before"], np.bool_)
    ground.put("blue_after", ground.take(rest, more), True)


def _purple(ground: Ground, places: Places) -> None:
    """Mark three small historic blocks near the old centre."""
    old = ground["centre_before"] & ground["centre_after"] & (ground["kind"] == kinds.OPEN)
    away = np.hypot(ground["x"] - places.city[0], ground["y"] - places.city[1])
    ground.add("old_key", away / places.city_radius_m + 0.5 * speckle(ground, 55))
    blocks = ground["block"][ground.ranked(old, "old_key")]
    _, first = np.unique(blocks, return_index=True)
    chosen = blocks[np.sort(first)][:3]
    ground.add("purple", np.isin(ground["block"], chosen) & old, np.bool_)


def _heritage(ground: Ground, fig: Figures, rng: np.random.Generator) -> None:
    """Give each protected site a face of its own, numbered from 1."""
    size = ground["area"]
    able = (
        (ground["kind"] == kinds.OPEN)
        & ~ground["pond"]
        & (size > np.quantile(size, 0.3))
        & (size < np.quantile(size, 0.8))
    )
    faces = ground.where(able)
    left, right, _ = ground.borders()
    chosen: list[int] = []
    closed = np.zeros(ground.count, bool)
    for f in rng.permutation(faces):
        if len(chosen) == fig.heritage:
            break
        if not closed[f]:
            chosen.append(int(f))
            closed[left[right == f]] = True
            closed[right[left == f]] = True
    ground.add("heritage", 0, np.int16)[chosen] = np.arange(1, len(chosen) + 1)


def _tailings(ground: Ground, places: Places) -> None:
    """Put one pond into the first ore field; it is mining land."""
    x, y = places.mines[0]
    away = np.hypot(ground["x"] - x - 350, ground["y"] - y - 250)
    ground.add("pond_key", away)
    able = (
        ground["mine_after"] & (ground["kind"] == kinds.OPEN) & ~ground["is_village"] & (ground["pbf"] == 0)
    )
    pond = ground.take(ground.ranked(able, "pond_key"), POND_HA * HA)
    ground.mark("pond", pond)
    wild = pond[~np.isin(ground["dlbm"][pond], ("0101", "0102", "0103"))]
    ground["dlbm"][wild] = "0602"
