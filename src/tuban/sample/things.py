"""Points and lines: roads, waters by name, public facilities, key projects, the tailings dam."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tuban.geo.area import length_m
from tuban.sample import dissolve, kinds
from tuban.sample.mesh import GRID_M
from tuban.sample.names import RIVERS, ROADS
from tuban.sample.places import ROAD_WIDTH_M
from tuban.sample.planned import Plan
from tuban.sample.writing import MARK

GRADE = {kinds.HIGHWAY: "干线公路", kinds.COUNTY_ROAD: "县乡公路", kinds.VILLAGE_ROAD: "村道"}


def _round(lines: list[NDArray[np.float64]]) -> NDArray[np.object_]:
    return np.array([shapely.linestrings(np.round(line / GRID_M) * GRID_M) for line in lines], object)


def roads(plan: Plan) -> gpd.GeoDataFrame:
    """Make the centre lines of roads between settlements (ZDJTJCSSX), railway included, cut at the rim."""
    county = plan.county
    laid = county.places
    lines = _round([line for line, _ in laid.roads] + ([laid.rail] if laid.rail is not None else []))
    rank = np.array([r for _, r in laid.roads] + ([kinds.RAILWAY] if laid.rail is not None else []))
    inside = shapely.intersection(lines, county.outline.shape)
    parts, owner = shapely.get_parts(inside, return_index=True)
    good = (shapely.get_type_id(parts) == 1) & (shapely.length(parts) > 1)
    parts, rank = parts[good], rank[owner[good]]
    grade = np.array([GRADE.get(int(r), "铁路") for r in rank])
    highway = np.cumsum(rank == kinds.HIGHWAY)
    name = np.where(
        rank == kinds.HIGHWAY,
        np.char.add("G9", np.char.zfill((highway % 6 + 1).astype("U2"), 2)),
        np.char.add("X0", np.char.zfill((np.arange(len(rank)) % 60).astype("U2"), 2)),
    )
    name = np.where(rank == kinds.RAILWAY, "云沧铁路", name)
    values = {
        "MC": name,
        "DLDJ": grade,
        "KD": np.array([ROAD_WIDTH_M.get(int(r), 22.0) for r in rank]),
        "CD": np.round(length_m(parts, county.crs), 2),
        "GHZT": "10",
    }
    return plan.frame("ZDJTJCSSX", parts, values)


def streets(plan: Plan) -> gpd.GeoDataFrame:
    """Make centre lines of the city's streets (ZXCQDLZXX): the long axis of every street strip, and the roads through."""
    g = plan.ground
    faces = np.flatnonzero(g["extent"] & (g["kind"] == kinds.STREET) & (g["place"] == kinds.CITY))
    box = shapely.oriented_envelope(plan.shapes[faces])
    corner = shapely.get_coordinates(shapely.get_exterior_ring(box)).reshape(-1, 5, 2)
    first = np.hypot(*(corner[:, 1] - corner[:, 0]).T)
    second = np.hypot(*(corner[:, 2] - corner[:, 1]).T)
    long_first = first >= second
    a = np.where(long_first[:, None], (corner[:, 0] + corner[:, 3]) / 2, (corner[:, 0] + corner[:, 1]) / 2)
    b = np.where(long_first[:, None], (corner[:, 1] + corner[:, 2]) / 2, (corner[:, 2] + corner[:, 3]) / 2)
    strips = shapely.linestrings(np.round(np.stack([a, b], 1) / GRID_M) * GRID_M)
    width = np.minimum(first, second)
    city = plan.county.places.city_ring
    through = shapely.intersection(
        _round([line for line, rank in plan.county.places.roads if rank <= kinds.COUNTY_ROAD]), city
    )
    parts = shapely.get_parts(through)
    parts = parts[(shapely.get_type_id(parts) == 1) & (shapely.length(parts) > 1)]
    lines = np.r_[strips, parts]
    width = np.r_[width, np.full(len(parts), 28.0)]
    grade = np.select([width >= 26, width >= 17], ["主干路", "次干路"], "支路")
    values = {
        "MC": np.array(ROADS)[(np.arange(len(lines)) * 7) % len(ROADS)],
        "DLDJ": grade,
        "KD": np.round(np.minimum(width, 60), 1),
        "CD": np.round(length_m(lines, plan.county.crs), 2),
        "GHZT": "10",
    }
    return plan.frame("ZXCQDLZXX", lines, values)


def waters(plan: Plan) -> gpd.GeoDataFrame:
    """Make rivers and the reservoir as polygons (HHSX)."""
    g = plan.ground
    faces = np.flatnonzero(np.isin(g["kind"], (kinds.RIVER, kinds.RESERVOIR)))
    shapes, kind = dissolve.joined(plan.shapes[faces], g["kind"][faces])
    lake = kind == kinds.RESERVOIR
    name = np.where(lake, "云栖湖水库", np.array(RIVERS)[np.arange(len(kind)) % len(RIVERS)])
    return plan.frame("HHSX", shapes, {"MC": name, "LX": np.where(lake, "水库", "河流")})


def tailings(plan: Plan) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Make the tailings pond (WKK) and its dam (WKB) on the downhill side."""
    g = plan.ground
    faces = np.flatnonzero(g["pond"])
    pond = shapely.get_parts(shapely.coverage_union_all(plan.shapes[faces]))
    pond = pond[np.argsort(-shapely.area(pond))]
    xy = shapely.get_coordinates(shapely.get_exterior_ring(pond[0]))[:-1]
    height = plan.county.terrain.sample("height", xy[:, 0], xy[:, 1])
    xy = np.roll(xy, -int(np.argmin(height)), axis=0)
    step = np.hypot(*np.diff(xy, axis=0, append=xy[:1]).T)
    back = np.cumsum(step[::-1])
    ahead = np.cumsum(step)
    dam = np.r_[
        xy[len(xy) - int(np.searchsorted(back, 180.0)) - 1 :], xy[: int(np.searchsorted(ahead, 180.0)) + 2]
    ]
    name = "望岭铁矿尾矿库(示范)"
    frame = plan.frame("WKK", pond, {"WKKMC": name, "WKKDB": "三等", "SFTDK": "1", "BG": 42.0, "KR": 860.0})
    line = np.array([shapely.linestrings(dam)])
    return frame, plan.frame(
        "WKB", line, {"WKKMC": name, "BG": 42.0, "CD": np.round(length_m(line, plan.county.crs), 2)}
    )


# Facility type, its class in the facility table, level, persons per facility, and where it stands.
FACILITIES = (
    ("F06", "医院", "县级", 60_000, "08"),
    ("F01", "初中", "15分钟", 25_000, "08"),
    ("F02", "小学", "10分钟", 12_000, "08"),
    ("F03", "幼儿园", "5分钟", 6_000, "07"),
    ("F04", "社区卫生服务中心", "15分钟", 25_000, "08"),
    ("F05", "社区卫生服务站", "5-10分钟", 9_000, "07"),
    ("F07", "社区养老服务设施", "5分钟", 9_000, "07"),
    ("F08", "社区文化活动设施", "15分钟", 20_000, "08"),
    ("F09", "菜市场", "10分钟", 14_000, "09"),
    ("F10", "社区体育设施", "15分钟", 18_000, "14"),
    ("F12", "公园绿地、广场", "5分钟", 8_000, "14"),
    ("S01", "消防站", "一级", 90_000, "13"),
)
RURAL = (
    ("F02", "小学", 0.30),
    ("F03", "幼儿园", 0.4),
    ("F05", "村卫生室", 1.0),
    ("F08", "综合性文化服务中心", 1.0),
    ("F07", "农村幸福院", 0.45),
)


def facilities(plan: Plan) -> dict[str, gpd.GeoDataFrame]:
    """Make public facilities: in the centre (ZXCQGGFWSSD) and in towns and villages (GGFWSSD)."""
    g, county, units = plan.ground, plan.county, plan.survey.units
    rng = np.random.default_rng([7, plan.ground.count])
    inside: list[tuple[str, str, str, int]] = []
    for code, title, level, persons, use in FACILITIES:
        able = np.flatnonzero(g["centre_after"] & (g["plan_after"] == use) & (g["kind"] == kinds.OPEN))
        count = min(max(int(county.fig.centre_persons / persons), 1), len(able))
        chosen = rng.choice(able, count, replace=False) if count else able[:0]
        inside += [(code, title, level, int(f)) for f in chosen]
    outside: list[tuple[str, str, str, int]] = []
    for v in units.present:
        home = np.flatnonzero((g["village"] == v) & g["is_village"] & (g["kind"] == kinds.OPEN))
        for code, title, share in RURAL:
            if len(home) and not units.urban[v] and rng.random() < share:
                outside.append((code, title, "村级", int(rng.choice(home))))
    return {
        "ZXCQGGFWSSD": _facility_frame(plan, "ZXCQGGFWSSD", inside),
        "GGFWSSD": _facility_frame(plan, "GGFWSSD", outside),
    }


def _facility_frame(plan: Plan, code: str, items: list[tuple[str, str, str, int]]) -> gpd.GeoDataFrame:
    faces = np.array([f for *_, f in items], np.int64)
    units, village = plan.survey.units, plan.ground["village"][faces]
    point = shapely.point_on_surface(plan.shapes[faces])
    point = shapely.transform(point, lambda xy: np.round(xy / GRID_M) * GRID_M)
    title = np.array([t for _, t, _, _ in items])
    place = np.char.replace(np.char.replace(units.village_name[village].astype("U12"), "社区", ""), "村", "")
    count = pd.Series(title).groupby(title).cumcount().to_numpy() + 1
    name = np.char.add(np.char.add(place, title), "")
    twice = pd.Series(name).duplicated().to_numpy()
    name = np.where(twice, np.char.add(name, np.char.add("(", np.char.add(count.astype("U4"), ")"))), name)
    values = {
        "XZQDM": units.village_code[village],
        "XZQMC": units.village_name[village],
        "MC": name,
        "SSLXDM": np.array([c for c, *_ in items]),
        "SSLX": title,
        "SSJB": np.array([level for _, _, level, _ in items]),
        "GHZT": "10",
        "BZ": MARK,
    }
    return plan.frame(code, point, values)


KINDS = (
    ("交通", "公路改建工程", "12"),
    ("水利", "河道治理工程", "13"),
    ("能源", "光伏发电项目", "10"),
    ("产业", "特种材料产业园", "10"),
    ("产业", "纺织服装产业园", "10"),
    ("民生", "中学建设项目", "08"),
    ("民生", "卫生院提升项目", "08"),
    ("市政", "供水管网工程", "13"),
    ("生态", "矿山生态修复工程", "14"),
    ("城建", "老旧小区改造项目", "07"),
    ("乡村", "和美乡村建设项目", "07"),
    ("物流", "冷链仓储项目", "11"),
)


def projects(plan: Plan) -> gpd.GeoDataFrame:
    """Make the key-project list as points (JQZDXMD): kept ones first, then those added by maintenance."""
    g, fig, units = plan.ground, plan.county.fig, plan.survey.units
    rng = np.random.default_rng([11, plan.ground.count])
    kept, added = fig.projects["before"] - fig.projects["removed"], fig.projects["added"]
    n = kept + added
    outside = int(plan.county.fig.raw.get("projects", {}).get("outside_boundary", round(0.09 * n)))
    inner = np.flatnonzero(g["udb_after"] & (g["kind"] == kinds.OPEN))
    outer = np.flatnonzero(~g["udb_after"] & ~g["redline"] & (g["pbf"] == 0) & (g["kind"] == kinds.OPEN))
    faces = np.r_[rng.choice(inner, n - outside), rng.choice(outer, outside)]
    faces = faces[rng.permutation(n)]
    out_here = ~g["udb_after"][faces]
    kind = rng.integers(len(KINDS), size=n)
    village = g["village"][faces]
    place = np.char.replace(np.char.replace(units.village_name[village].astype("U12"), "社区", ""), "村", "")
    title = np.array([t for _, t, _ in KINDS])[kind]
    number = np.arange(1, n + 1)
    name = np.char.add(np.char.add(place, title), np.char.add("(", np.char.add(number.astype("U4"), "号)")))
    area = np.round(np.exp(rng.normal(9.6, 0.9, n)), 2)
    separate = out_here & (rng.random(n) < 0.7)
    xy = np.c_[g["x"][faces], g["y"][faces]] + rng.uniform(-3, 3, (n, 2))
    values = {
        "XMBH": np.char.add("SF", np.char.zfill(number.astype("U4"), 4)),
        "XMMC": name,
        "XMLX": np.array([k for k, _, _ in KINDS])[kind],
        "JSXZ": np.where(rng.random(n) < 0.75, "新建", "改扩建"),
        "XMYJ": np.where(rng.random(n) < 0.7, "“十五五”规划纲要(示范)", "省重点项目清单(示范)"),
        "YDWZLX": np.select([~out_here, separate], ["边界内", "单独选址"], "边界外独立城镇用地"),
        "XMZT": np.where(number <= kept, "保留", "新增"),
        "XZQDM": units.village_code[village],
        "XZQMC": units.village_name[village],
        "YDMJ": area,
        "JSGM": "示范数据,无实际规模",
        "JSNX": np.where(number <= kept, "2021-2026", "2026-2030"),
        "TZE": np.round(area * rng.uniform(0.05, 0.4, n), 2),
    }
    return plan.frame("JQZDXMD", shapely.points(np.round(xy / GRID_M) * GRID_M), values)
