"""5101–5111: packages whose layers contradict one another."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

from tuban.errors import Text
from tuban.sample.corpus.change import add, box, drawn, new_layer, put, reshape, widened
from tuban.sample.corpus.ground import CODE, CRS, NAME, SOUTH, WEST, cell, clockwise, object_id
from tuban.sample.corpus.model import Expect, Sample, World

_PLACE = {"XZQDM": CODE, "XZQMC": NAME}


def _zone(world: World, code: str) -> int:
    """Give the serial number of the zone of a code."""
    return world.layers["YDYHGHFQ"]["GHFQDM"].tolist().index(code) + 1


def _redline_in_town(world: World) -> list[Expect]:
    # 20 m × 20 m: more than 1 m², but less than a thousandth of the redline, so that zones still match lines.
    own = add(world, "STBHHX", box(1300, 500, 1320, 520), like=1)
    return [Expect("5101", "STBHHX", (own, object_id("CZKFBJ", 1)))]


def _redline_touches_town(world: World) -> list[Expect]:
    # 0.9 m² is within the square metre that coordinates may cost.
    add(world, "STBHHX", box(1300, 500, 1300.9, 501), like=1)
    return []


def _farmland_in_town(world: World) -> list[Expect]:
    own = add(world, "YJJBNTBHTB", box(1500, 500, 1520, 520), like=1)
    return [Expect("5101", "YJJBNTBHTB", (own, object_id("CZKFBJ", 1)))]


def _zones_overlap(world: World) -> list[Expect]:
    forest = object_id("YDYHGHFQ", _zone(world, "100"))
    own = reshape(world, "YDYHGHFQ", _zone(world, "200"), box(1199, 1200, 2000, 1600))
    return [Expect(rule, "YDYHGHFQ", (forest, own)) for rule in ("4201", "5102")]


def _zones_open(world: World) -> list[Expect]:
    own = reshape(world, "YDYHGHFQ", _zone(world, "520"), box(401, 0, 1200, 400))
    near = (own, *(object_id("YDYHGHFQ", _zone(world, code)) for code in ("300", "510")))
    return [Expect(rule, "YDYHGHFQ", near) for rule in ("4203", "5102")]


def _redline_beyond_zone(world: World) -> list[Expect]:
    # 3 m × 400 m = 1,200 m² of 481,200: 0.25 %.
    own = reshape(world, "STBHHX", 2, box(400, 1200, 1203, 1600))
    return [Expect("5103", "STBHHX", (own,))]


def _redline_almost_in_zone(world: World) -> list[Expect]:
    # 1 m × 400 m = 400 m² of 480,400: 0.08 %.
    reshape(world, "STBHHX", 2, box(400, 1200, 1201, 1600))
    return []


def _boundary_smaller_than_zone(world: World) -> list[Expect]:
    # A skylight (天窗) of 1,000 m² that the zones do not have: 0.16 % of the boundary.
    opened = shapely.difference(cell(4, 0), box(1700, 100, 1800, 110))
    reshape(world, "CZKFBJ", 2, clockwise(opened))
    return [Expect("5103", "YDYHGHFQ", (object_id("YDYHGHFQ", _zone(world, "420")),))]


def _line_outside_county(world: World) -> list[Expect]:
    own = reshape(world, "STBHHX", 1, widened(0, 3, north=1))
    return [Expect("5104", "STBHHX", (own,))]


def _sub_zones_overlap(world: World) -> list[Expect]:
    own = reshape(world, "CZKFBJ", 2, widened(4, 0, north=1))
    return [Expect(rule, "CZKFBJ", (object_id("CZKFBJ", 1), own)) for rule in ("4201", "5105")]


def _no_sub_zone(world: World) -> list[Expect]:
    own = put(world, "CZKFBJ", 2, "GHFQDM", "510")
    put(world, "CZKFBJ", 2, "GHFQMC", "村庄建设区")
    return [Expect("5105", "CZKFBJ", (own,))]


def _flood_storage(world: World) -> list[Expect]:
    (risk,) = new_layer(world, "XZHQ", 23, [box(1250, 450, 1350, 550)], **_PLACE)
    return [Expect("5106", "CZKFBJ", (object_id("CZKFBJ", 1), risk))]


def _flood_storage_beside(world: World) -> list[Expect]:
    new_layer(world, "XZHQ", 23, [box(1100, 450, 1200, 550)], **_PLACE)
    return []


def _line(*points: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([(WEST + x, SOUTH + y) for x, y in points])


def _below_dam(world: World) -> list[Expect]:
    # The pond lies west of the dam, so the kilometre below it lies east, where the town is.
    new_layer(world, "WKK", 24, [box(600, 500, 700, 600)], WKKMC="一号库(示范)", **_PLACE)
    (dam,) = new_layer(world, "WKB", 25, [_line((700, 500), (700, 600))], WKKMC="一号库(示范)", **_PLACE)
    # The second part is nearer than a kilometre, too: √(900² + 100²) = 906 m to its nearest corner.
    return [Expect("5107", "CZKFBJ", (object_id("CZKFBJ", serial), dam)) for serial in (1, 2)]


def _above_dam(world: World) -> list[Expect]:
    # The same distance, but the town lies on the pond's side: a circle around the dam would be wrong.
    new_layer(world, "WKK", 24, [box(700, 500, 800, 600)], WKKMC="一号库(示范)", **_PLACE)
    new_layer(world, "WKB", 25, [_line((700, 500), (700, 600))], WKKMC="一号库(示范)", **_PLACE)
    return []


def _levee(world: World, river_east: bool) -> str:
    river = box(1190, 400, 1195, 800) if not river_east else box(1196, 400, 1199, 800)
    new_layer(world, "HHSX", 26, [river], MC="黄河", **_PLACE)
    # A layer that the standard does not have (name inferred): it is reported as unregistered, too.
    (levee,) = new_layer(world, "WKB", 27, [_line((1195.5, 400), (1195.5, 800))], name="HHDD")
    return levee


def _at_levee(world: World) -> list[Expect]:
    levee = _levee(world, river_east=False)
    own = object_id("YDYHGHFQ", _zone(world, "410"))
    return [Expect("1203", "HHDD"), Expect("5108", "YDYHGHFQ", (own, levee))]


def _use_in_redline(world: World) -> list[Expect]:
    (own,) = new_layer(
        world, "GHYDYH", 28, [box(100, 1300, 200, 1400)],
        YDYHFLDM="070100", YDYHFLMC="城镇住宅用地", GHZT="20", **_PLACE,
    )  # fmt: skip
    _planned_area(world)
    return [Expect("5110", "GHYDYH", (own, object_id("STBHHX", 1)))]


def _forest_in_redline(world: World) -> list[Expect]:
    new_layer(
        world, "GHYDYH", 28, [box(100, 1300, 200, 1400)],
        YDYHFLDM="030100", YDYHFLMC="乔木林地", GHZT="20", **_PLACE,
    )  # fmt: skip
    _planned_area(world)
    return []


def _planned_area(world: World) -> None:
    world.layers["GHYDYH"]["TBDLMJ"] = world.layers["GHYDYH"]["TBMJ"]


def _maintenance(world: World, recorded: shapely.Polygon) -> list[str]:
    """Make the urban boundary's triple: 20 m × 400 m moved in at the north of the town, recorded as given."""
    before = drawn(world, "CZKFBJ").copy()
    after = gpd.GeoDataFrame(
        pd.concat([before, before.iloc[[0]]], ignore_index=True), geometry="geometry", crs=CRS
    )
    world.layers = {"WHQCZKFBJ": before, "WHHCZKFBJ": after}
    reshape(world, "WHHCZKFBJ", 3, box(1200, 800, 1600, 820))
    put(world, "WHHCZKFBJ", 3, "BSM", object_id("CZKFBJ", 3))
    return new_layer(
        world, "WHCCZKFBJ", 29, [recorded], YSDM=str(before["YSDM"].iloc[0]), WHLX="1", WHBH="20260101000001",
        **_PLACE,
    )  # fmt: skip


def _maintained(world: World) -> list[Expect]:
    _maintenance(world, box(1200, 800, 1600, 820))
    return []


def _maintained_wrongly(world: World) -> list[Expect]:
    # Only half of what was moved in is recorded.
    _maintenance(world, box(1200, 800, 1400, 820))
    return [Expect("5111", "WHCCZKFBJ")]


def _recorded_only(world: World) -> list[Expect]:
    # Recorded as moved in over 40 m, moved in over 20 m.
    own = _maintenance(world, box(1200, 800, 1600, 840))
    return [Expect("5111", "WHCCZKFBJ", (own[0],))]


SAMPLES: tuple[Sample, ...] = (
    Sample(
        "5101-redline-in-town",
        Text("红线与开发边界交叉", "Redline inside the urban boundary"),
        "gpkg",
        ("5101",),
        _redline_in_town,
    ),
    Sample(
        "5101-good-touch",
        Text("交叉 0.9 平方米,在容差内", "0.9 m² shared: within tolerance"),
        "gpkg",
        ("5101",),
        _redline_touches_town,
    ),
    Sample(
        "5101-farmland-in-town",
        Text("永农与开发边界交叉", "Basic farmland inside the urban boundary"),
        "shp",
        ("5101",),
        _farmland_in_town,
    ),
    Sample(
        "5102-zones-overlap", Text("规划分区重叠", "Zones overlap"), "gdb", ("4201", "5102"), _zones_overlap
    ),
    Sample(
        "5102-zones-open",
        Text("规划分区未铺满", "Zones leave the county open"),
        "gpkg",
        ("4203", "5102"),
        _zones_open,
    ),
    Sample(
        "5103-redline-beyond-zone",
        Text("红线超出生态保护区", "Redline beyond its zone"),
        "gpkg",
        ("5103",),
        _redline_beyond_zone,
    ),
    Sample(
        "5103-good",
        Text("超出 0.08%,合格", "0.08 % beyond: allowed"),
        "gpkg",
        ("5103",),
        _redline_almost_in_zone,
    ),
    Sample(
        "5103-boundary-smaller",
        Text("开发边界小于城镇发展区", "Boundary smaller than its zone"),
        "gpkg",
        ("5103",),
        _boundary_smaller_than_zone,
    ),
    Sample(
        "5104-outside-county",
        Text("红线超出县界", "Redline outside the county"),
        "gpkg",
        ("5104",),
        _line_outside_county,
    ),
    Sample(
        "5105-sub-zones-overlap",
        Text("开发边界分区重叠", "Sub-zones overlap"),
        "gdb.zip",
        ("4201", "5105"),
        _sub_zones_overlap,
    ),
    Sample(
        "5105-no-sub-zone", Text("不属于任何开发边界分区", "In no sub-zone"), "gpkg", ("5105",), _no_sub_zone
    ),
    Sample(
        "5106-flood-storage",
        Text("开发边界占用蓄滞洪区", "Boundary in flood storage"),
        "gpkg",
        ("5106",),
        _flood_storage,
    ),
    Sample(
        "5106-good",
        Text("蓄滞洪区与开发边界相邻", "Flood storage beside the boundary"),
        "gpkg",
        ("5106",),
        _flood_storage_beside,
    ),
    Sample(
        "5107-below-dam",
        Text("开发边界在尾矿坝下游", "Town below a tailings dam"),
        "gpkg",
        ("5107",),
        _below_dam,
    ),
    Sample(
        "5107-good-above",
        Text("开发边界在尾矿坝上游", "Town above a tailings dam"),
        "gpkg",
        ("5107",),
        _above_dam,
    ),
    Sample(
        "5108-at-levee",
        Text("城镇发展区在黄河大堤外 100 米内", "Town at a Yellow River levee"),
        "gpkg",
        ("5108",),
        _at_levee,
    ),
    Sample(
        "5110-town-in-redline",
        Text("红线内规划住宅用地", "Housing planned in the redline"),
        "gpkg",
        ("5110",),
        _use_in_redline,
    ),
    Sample(
        "5110-good",
        Text("红线内规划林地,合格", "Forest planned in the redline: allowed"),
        "gpkg",
        ("5110",),
        _forest_in_redline,
    ),
    Sample("5111-good", Text("维护前后可复现", "Maintenance that adds up"), "gdb", ("5111",), _maintained),
    Sample(
        "5111-not-recorded",
        Text("调入一半没有记录", "Half of what moved in is not recorded"),
        "gdb",
        ("5111",),
        _maintained_wrongly,
    ),
    Sample(
        "5111-recorded-only",
        Text("有记录而无变化", "Recorded but not changed"),
        "gpkg",
        ("5111",),
        _recorded_only,
    ),
)
