"""Survey classes (DLBM) for every face: towns, villages, fields, woods, water, and the strips between."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuban.sample import kinds
from tuban.sample.fabric import HOME, wood_score
from tuban.sample.ground import Ground, speckle
from tuban.sample.terrain import Terrain

STRIP_CLASS = {
    kinds.RIVER: "1101",
    kinds.RESERVOIR: "1103",
    kinds.HIGHWAY: "1003",
    kinds.COUNTY_ROAD: "1003",
    kinds.VILLAGE_ROAD: "1006",
    kinds.RAILWAY: "1001",
    kinds.TRACK: "1006",
    kinds.DITCH: "1107",
    kinds.STREET: "1004",
    kinds.LANE: "1004",
}
STRIP_WIDTH_M = {
    kinds.RIVER: 40.0,
    kinds.HIGHWAY: 28.0,
    kinds.COUNTY_ROAD: 15.0,
    kinds.VILLAGE_ROAD: 8.0,
    kinds.RAILWAY: 22.0,
    kinds.TRACK: 5.0,
    kinds.DITCH: 5.0,
    kinds.STREET: 18.0,
    kinds.LANE: 4.5,
}
CULTIVATED = ("0101", "0102", "0103")
# Ridge shares by slope level (1: under 2°): invented for the sample, of the size that provinces use.
RIDGE_SHARE = np.array([0.0, 0.0, 0.0412, 0.0795, 0.1138, 0.1460])


def prepare(ground: Ground, terrain: Terrain) -> None:
    """Add the fields that later steps choose by, and an own number for every face."""
    x, y = ground["x"], ground["y"]
    ground.add("self", np.arange(ground.count), np.int64)
    ground.add("wood", wood_score(terrain, x, y))
    ground.add("height", terrain.sample("height", x, y))
    ground.add("patches", terrain.sample("patches", x, y))
    ground.add("groves", terrain.sample("groves", x, y))
    for i in range(4):
        ground.add(f"quarter{i}", terrain.sample(f"quarter{i}", x, y))
    ground.add("wet", terrain.sample("wet", x, y))
    ground.add("dlbm", "", np.dtype("U5"))
    tilt = ground["height"] + 0.06 * terrain.sample("edges", x, y)
    ground.add("slope", np.digitize(tilt, [0.44, 0.6, 0.76, 0.9]) + 1, np.int8)
    ground.add("net", 1 - RIDGE_SHARE[ground["slope"]])


def settle(ground: Ground, village_m2: float) -> None:
    """Say which faces are village land outside the urban boundary: exactly that area."""
    ground.add("homely", (ground["use"] != HOME) + speckle(ground, 3))
    free = (
        ground["settled"]
        & ~ground["udb_before"]
        & ~ground["udb_after"]
        & ~ground["inner"]
        & ~ground["control"]
    )
    ground.mark("is_village", ground.take(ground.ranked(free, "homely"), village_m2))


def classify(ground: Ground, cultivated_net_m2: float) -> None:
    """Give every face its class; cultivated land, ridges off, comes to the published area."""
    dlbm = ground["dlbm"]
    kind = ground["kind"]
    for k, code in STRIP_CLASS.items():
        dlbm[kind == k] = code
    _villages(ground)
    _urban(ground)
    empty = (ground["dlbm"] == "") & (kind == kinds.OPEN)
    _country(ground, empty, cultivated_net_m2)


def _villages(ground: Ground) -> None:
    d, s = ground["dlbm"], speckle(ground, 5, "self")
    home = ground["is_village"] & (ground["kind"] == kinds.OPEN)
    for low, code in (
        (0.0, "0702"),
        (0.90, "0601"),
        (0.925, "05H1"),
        (0.94, "08H1"),
        (0.95, "08H2"),
        (0.965, "0810"),
        (0.975, "1201"),
        (0.99, "0809"),
    ):
        d[home & (s >= low)] = code
    lane = (
        ground["is_village"]
        & (ground["kind"] != kinds.OPEN)
        & np.isin(ground["kind"], (kinds.TRACK, kinds.DITCH))
    )
    d[lane] = "1004"


PLAN_TO_SURVEY = {
    "07": "0701",
    "0801": "08H1",
    "08": "08H2",
    "09": "05H1",
    "10": "0601",
    "11": "0508",
    "12": "1005",
    "13": "0809",
    "14": "0810",
    "16": "1201",
}


def _urban(ground: Ground) -> None:
    """Inside the boundary land has the class of its plan where it is built, and is farmed where it is not."""
    d = ground["dlbm"]
    built = ground["udb_before"] & ~ground["unbuilt"] & (ground["kind"] == kinds.OPEN)
    plan = ground["plan_before"]
    for code, survey in PLAN_TO_SURVEY.items():
        d[built & (np.char.startswith(plan, code))] = survey
    d[built & (np.char.startswith(plan, "0801"))] = "08H1"
    s = (
        0.5
        + 0.2 * ground["quarter1"]
        + 0.45 * (speckle(ground, 9) - 0.5)
        + 0.1 * (speckle(ground, 9, "self") - 0.5)
    )
    rest = built & (d == "")
    for low, code in (
        (-9, "0601"),
        (0.33, "0701"),
        (0.72, "05H1"),
        (0.84, "08H2"),
        (0.93, "0810"),
        (0.99, "0809"),
    ):
        d[rest & (s >= low)] = code


def _country(ground: Ground, empty: NDArray[np.bool_], cultivated_net_m2: float) -> None:
    by_block, own = speckle(ground, 11), speckle(ground, 13, "self")
    height = ground["height"]
    ground.add("odd", "", np.dtype("U5"))
    odd = ground["odd"]
    small = ground["area"] < 2.2 * np.median(ground["area"][empty]) if empty.any() else empty
    odd[(own < np.where(ground["quarter0"] > 1.3, 0.16, 0.004)) & small] = "1104"
    odd[(own > np.where(ground["quarter1"] > 1.5, 0.90, 0.996)) & small] = "1202"
    odd[(own > 0.5) & (own < np.where(ground["quarter2"] > 1.7, 0.62, 0.503)) & small] = "0204"
    odd[(ground["groves"] > 1.75) & (height < 0.6)] = "0307"
    odd[(ground["patches"] < -1.35) & (height > 0.3) & (height < 0.72) & (by_block < 0.75)] = "0201"
    ground.add("tilth", ground["wood"] + 0.035 * (by_block - 0.5) + 0.02 * (own - 0.5))
    ground.add("empty", empty, np.bool_)
    fields = ground.take(
        ground.ranked(ground["empty"] & (ground["odd"] == ""), "tilth"), cultivated_net_m2, weight="net"
    )
    ground.mark("field", fields)
    _crops(ground)
    _wilds(ground)
    # Only cultivated land has ridges taken off.
    ground["net"][~ground["field"]] = 1.0


def _crops(ground: Ground) -> None:
    d, field, by_block = ground["dlbm"], ground["field"], speckle(ground, 11)
    d[field] = "0102"
    d[field & (ground["wet"] + 0.6 * (by_block - 0.5) > 1.15) & (ground["height"] < 0.45)] = "0101"
    d[field & (ground["height"] + 0.25 * (by_block - 0.5) > 0.52)] = "0103"


def _wilds(ground: Ground) -> None:
    d, height, by_block, own = (
        ground["dlbm"],
        ground["height"],
        speckle(ground, 11),
        speckle(ground, 13, "self"),
    )
    rest = ground["empty"] & ~ground["field"]
    odd = rest & (ground["odd"] != "")
    d[odd] = ground["odd"][odd]
    wild = rest & ~odd
    d[wild] = "0301"
    d[wild & (ground["groves"] + 0.9 * (by_block - 0.5) > 1.15)] = "0305"
    d[wild & (ground["quarter3"] + 0.9 * (by_block - 0.5) > 1.45)] = "0307"
    d[wild & (ground["groves"] + 0.5 * (by_block - 0.5) < -2.1)] = "0302"
    d[wild & (ground["patches"] + 0.8 * (by_block - 0.5) < -1.7)] = "0404"
    d[wild & (height < 0.55) & (own < 0.3)] = "0307"
    d[wild & (height > 0.965) & (own < 0.12)] = "1207"
    d[wild & (ground["place"] != kinds.COUNTRY) & (own < 0.3)] = "1201"
    ore = rest & (ground["ore"] < 0.18 * ground["ore"][ground["mine_before"]].max(initial=0.0))
    d[ore] = "0602"
