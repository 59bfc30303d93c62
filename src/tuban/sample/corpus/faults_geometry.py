"""4101–4205: packages whose shapes are at fault, and their neighbours that only look so."""

from __future__ import annotations

import shapely

from tuban.errors import Text
from tuban.sample.corpus.change import add, box, drop, new_layer, polygon, reshape, settle, widened
from tuban.sample.corpus.ground import CODE, NAME, cell, clockwise, object_id
from tuban.sample.corpus.model import Expect, Sample, World


def _no_geometry(world: World) -> list[Expect]:
    return [Expect("4101", "STBHHX", (reshape(world, "STBHHX", 2, None),))]


def _self_touching(world: World) -> list[Expect]:
    # The ring comes down from the top and touches its own lower side: not valid, though its area is plain.
    shape = polygon(
        (0, 1200), (200, 1200), (400, 1200), (400, 1600), (300, 1600), (200, 1200), (100, 1600), (0, 1600)
    )
    return [Expect("4102", "STBHHX", (reshape(world, "STBHHX", 1, shape),))]


def _many_parts(world: World) -> list[Expect]:
    drop(world, "YJJBNTBHTB", 3)
    shape = clockwise(shapely.MultiPolygon([cell(0, 2), cell(2, 2)]))
    return [Expect("4104", "YJJBNTBHTB", (reshape(world, "YJJBNTBHTB", 1, shape),))]


def _acute(world: World) -> list[Expect]:
    # arctan(40 / 400) = 5.7°
    shape = polygon((0, 1200), (400, 1240), (400, 1200))
    return [Expect("4105", "STBHHX", (reshape(world, "STBHHX", 1, shape),))]


def _not_acute(world: World) -> list[Expect]:
    # arctan(80 / 400) = 11.3°
    reshape(world, "STBHHX", 1, polygon((0, 1200), (400, 1280), (400, 1200)))
    return []


def _small(world: World) -> list[Expect]:
    # 15 m × 10 m of built land: 150 m², below the 200 m² at which a survey draws it.
    piece = box(1200, 400, 1215, 410)
    reshape(world, "DLTB", 9, clockwise(shapely.difference(cell(3, 1), piece)))
    own = add(world, "DLTB", piece, like=9)
    settle(world)
    return [Expect("4106", "DLTB", (own,))]


def _thin(world: World) -> list[Expect]:
    # 400 m × 2 m: 4π·800 / 804² = 0.016.
    piece = box(400, 798, 800, 800)
    reshape(world, "DLTB", 7, widened(1, 1, north=-2))
    own = add(world, "DLTB", piece, like=7)
    settle(world)
    return [Expect("4106", "DLTB", (own,))]


def _near_vertices(world: World) -> list[Expect]:
    shape = polygon((0, 1200), (0, 1600), (400, 1600), (400, 1200), (200.0005, 1200), (200, 1200))
    return [Expect("4107", "STBHHX", (reshape(world, "STBHHX", 1, shape),))]


def _hole(world: World) -> list[Expect]:
    around = [(1210, 10), (1210, 790), (1990, 790), (1990, 10)]
    inside = [(1500, 500), (1600, 500), (1600, 600), (1500, 600)]
    ids = new_layer(world, "ZXCQFW", 21, [polygon(*around, holes=[inside])], XZQDM=CODE, XZQMC=NAME)
    return [Expect("4108", "ZXCQFW", (ids[0],))]


def _overlap(world: World) -> list[Expect]:
    own = reshape(world, "YJJBNTBHTB", 1, widened(0, 2, east=2))
    return [Expect("4201", "YJJBNTBHTB", (own, object_id("YJJBNTBHTB", 2)))]


def _overlap_thin(world: World) -> list[Expect]:
    # 400 m × 2 mm = 0.8 m²: no one sees it on a screen.
    own = reshape(world, "YJJBNTBHTB", 1, widened(0, 2, east=0.002))
    return [Expect("4201", "YJJBNTBHTB", (own, object_id("YJJBNTBHTB", 2)))]


def _overlap_allowed(world: World) -> list[Expect]:
    # 400 m × 0.01 mm = 0.004 m²: below 0.01 m².
    reshape(world, "YJJBNTBHTB", 1, widened(0, 2, east=0.00001))
    return []


def _inside(world: World) -> list[Expect]:
    own = add(world, "YJJBNTBHTB", box(500, 900, 600, 1000), like=2)
    return [Expect("4201", "YJJBNTBHTB", (object_id("YJJBNTBHTB", 2), own))]


def _equal(world: World) -> list[Expect]:
    own = add(world, "YJJBNTBHTB", cell(1, 2), like=2)
    return [Expect("4201", "YJJBNTBHTB", (object_id("YJJBNTBHTB", 2), own))]


def _corner_touch(world: World) -> list[Expect]:
    # A patch that meets another at one corner only.
    add(world, "YJJBNTBHTB", cell(1, 1), like=6)
    drop(world, "YJJBNTBHTB", 2)
    return []


def _gap(world: World) -> list[Expect]:
    return _apart(world, 1.0)


def _gap_thin(world: World) -> list[Expect]:
    # 400 m × 2 mm = 0.8 m².
    return _apart(world, 0.001)


def _apart(world: World, half_m: float) -> list[Expect]:
    """Move two neighbours apart; above and below, the gap lies along two parcels each."""
    reshape(world, "DLTB", 7, widened(1, 1, east=-half_m))
    reshape(world, "DLTB", 8, widened(2, 1, west=-half_m))
    settle(world)
    return [Expect("4202", "DLTB", tuple(object_id("DLTB", serial) for serial in (7, 8, 2, 3, 12, 13)))]


def _missing(world: World) -> list[Expect]:
    own = reshape(world, "DLTB", 20, widened(4, 3, north=-1))
    settle(world)
    return [Expect("4203", "DLTB", (own, object_id("DLTB", 19)))]


def _beyond(world: World) -> list[Expect]:
    bump = shapely.union(cell(4, 3), box(1700, 1600, 1900, 1601))
    own = reshape(world, "DLTB", 20, clockwise(bump))
    settle(world)
    return [Expect("4203", "DLTB", (own,))]


def _edge_off(world: World) -> list[Expect]:
    # Halfway along, the border between village and farmland zone bends 5 mm away from the parcels' edge.
    at = (400.005, 200.0)
    by_code = {code: serial for serial, code in enumerate(world.layers["YDYHGHFQ"]["GHFQDM"], 1)}
    village = polygon((0, 0), (0, 400), (400, 400), at, (400, 0))
    fields = polygon((400, 0), at, (400, 400), (1200, 400), (1200, 0))
    one = reshape(world, "YDYHGHFQ", by_code["510"], village)
    reshape(world, "YDYHGHFQ", by_code["520"], fields)
    # Both zones and both parcels share the border: it is one fault, told of the first of each.
    return [Expect("4204", "YDYHGHFQ", (one, object_id("DLTB", 1)))]


def _towns(world: World, gap: float) -> list[str]:
    shapes = [box(0, 0, 800, 1600), box(800 + gap, 0, 2000, 1600)]
    return new_layer(
        world,
        "XZQXZ",
        22,
        shapes,
        XZQDM=[f"{CODE}001", f"{CODE}002"],
        XZQMC=["云溪镇(示范)", "石门镇(示范)"],
    )


def _towns_apart(world: World) -> list[Expect]:
    ids = tuple(_towns(world, 0.5))
    # Open to the county's border on both sides: the towns do not fill the county, and do not meet.
    return [Expect("4203", "XZQXZ", ids), Expect("4205", "XZQXZ", ids)]


def _towns_meet(world: World) -> list[Expect]:
    _towns(world, 0)
    return []


SAMPLES: tuple[Sample, ...] = (
    Sample(
        "4101-no-geometry",
        Text("对象没有图形", "An object without geometry"),
        "gpkg",
        ("4101",),
        _no_geometry,
    ),
    Sample(
        "4102-self-touching",
        Text("外环自接触", "A ring that touches itself"),
        "gpkg",
        ("4102",),
        _self_touching,
    ),
    Sample("4104-two-parts", Text("多部件图斑", "A patch of two parts"), "gpkg", ("4104",), _many_parts),
    Sample("4105-acute", Text("5.7 度尖锐角", "An angle of 5.7°"), "gdb", ("4105",), _acute),
    Sample("4105-good", Text("11.3 度角,合格", "An angle of 11.3°: allowed"), "gpkg", ("4105",), _not_acute),
    Sample(
        "4106-small",
        Text("建设用地图斑 150 平方米", "A built parcel of 150 m²"),
        "gdb.zip",
        ("4106",),
        _small,
    ),
    Sample("4106-thin", Text("宽 2 米的耕地条", "A field 2 m wide"), "gpkg", ("4106",), _thin),
    Sample(
        "4107-near-vertices",
        Text("节点相距 0.5 毫米", "Vertices 0.5 mm apart"),
        "gpkg",
        ("4107",),
        _near_vertices,
    ),
    Sample("4108-hole", Text("中心城区范围内有孔洞", "A hole in the central city"), "gpkg", ("4108",), _hole),
    Sample(
        "4201-overlap", Text("相邻图斑重叠 2 米", "Neighbours overlap by 2 m"), "shp", ("4201",), _overlap
    ),
    Sample("4201-overlap-thin", Text("重叠 2 毫米", "Overlap of 2 mm"), "gpkg", ("4201",), _overlap_thin),
    Sample(
        "4201-good-tolerance",
        Text("重叠在容差内", "Overlap within tolerance"),
        "gpkg",
        ("4201",),
        _overlap_allowed,
    ),
    Sample("4201-inside", Text("图斑被另一图斑包含", "A patch inside another"), "gdb", ("4201",), _inside),
    Sample("4201-equal", Text("两个图斑完全相同", "Two patches of one shape"), "gpkg", ("4201",), _equal),
    Sample(
        "4201-good-corner",
        Text("仅角点相接,合格", "Touching at a corner: allowed"),
        "gpkg",
        ("4201",),
        _corner_touch,
    ),
    Sample("4202-gap", Text("图斑之间有 2 米缝隙", "A gap of 2 m between parcels"), "gpkg", ("4202",), _gap),
    Sample("4202-gap-thin", Text("图斑之间有 2 毫米细缝", "A gap of 2 mm"), "gpkg", ("4202",), _gap_thin),
    Sample(
        "4203-missing",
        Text("县界处缺 1 米", "A metre missing at the county's border"),
        "gpkg",
        ("4203",),
        _missing,
    ),
    Sample(
        "4203-beyond", Text("超出县界 1 米", "A metre beyond the county's border"), "gdb", ("4203",), _beyond
    ),
    Sample(
        "4204-edge-off",
        Text("分区界线偏离图斑边 5 毫米", "Zone border 5 mm off"),
        "gpkg",
        ("4204",),
        _edge_off,
    ),
    Sample(
        "4205-towns-apart",
        Text("两镇之间有 0.5 米缝隙", "Two towns 0.5 m apart"),
        "gpkg",
        ("4205",),
        _towns_apart,
    ),
    Sample("4205-good", Text("两镇接边,合格", "Two towns that meet"), "gpkg", ("4205",), _towns_meet),
)
