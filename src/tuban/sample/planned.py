"""Plan layers, and the before-change-after triples of their maintenance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tuban.domain.code import pad_class_code
from tuban.geo.area import area_m2
from tuban.sample import dissolve, kinds
from tuban.sample.model import County
from tuban.sample.survey import Survey, patch_values
from tuban.sample.writing import MARK, conform, numbers, to_degrees
from tuban.standards.load import land_use_classes, plan_zones, survey_to_plan

MAINTAINED_ON = date(2026, 5, 20)
APPROVED_ON = date(2024, 3, 28)
# Layer part of the identifiers: one for every layer, so that BSM is unique in the whole database.
NUMBER = {
    code: 300 + i
    for i, code in enumerate(
        [
            "GHFQ",
            "YDYHGHFQ",
            "CZKFBJ",
            "STBHHX",
            "YJJBNTBHTB",
            "YJJBNTCBQ",
            "HLFXKZX",
            "LSWHBHX",
            "ZXCQFW",
            "ZXCQGHYDYH",
            "ZXCQCSLVX",
            "ZXCQCSLX",
            "ZXCQCSHX",
            "ZXCQCSZX",
            "KCZYKCBHX",
            "CZKFBJ_",
            "HHSX",
            "WKK",
            "WKB",
            "ZDJTJCSSX",
            "ZXCQDLZXX",
            "GGFWSSD",
            "ZXCQGGFWSSD",
            "JQZDXMD",
        ]
    )
}
CHANGE = 500
YSDM = {
    "GHFQ": "2090020610",
    "YDYHGHFQ": "2090020610",
    "ZXCQGHYDYH": "2090020620",
    "LSWHBHX": "2090020227",
    "HLFXKZX": "2090020229",
    "ZXCQCSLX": "2090020231",
    "ZXCQCSLVX": "2090020232",
    "ZXCQCSZX": "2090020233",
    "ZXCQCSHX": "2090020234",
    "YJJBNTBHTB": "2005010300",
}


@dataclass
class Maintained:
    """A layer before and after, in the county's plane, and what changed (degrees come when writing)."""

    code: str
    before: gpd.GeoDataFrame
    after: gpd.GeoDataFrame
    change: gpd.GeoDataFrame


class Plan:
    """Builds plan layers from faces; keeps the county, the survey and the running identifiers together."""

    def __init__(self, county: County, survey: Survey) -> None:
        self.county = county
        self.ground = county.ground
        self.survey = survey
        self.shapes = survey.shapes
        self.serial: dict[int, int] = {}

    def ids(self, code: str, count: int, *, change: bool = False) -> NDArray[np.str_]:
        """Give the next identifiers of a layer."""
        layer = NUMBER[code] + (CHANGE if change else 0)
        start = self.serial.get(layer, 1)
        self.serial[layer] = start + count
        return numbers(self.county.code, layer, count, start)

    def frame(
        self, code: str, shapes: NDArray[np.object_], values: dict[str, object], ids: NDArray | None = None
    ) -> gpd.GeoDataFrame:
        """Make a frame with identifiers, the county's code and name, the area, and `values`."""
        base: dict[str, object] = {
            "BSM": self.ids(code, len(shapes)) if ids is None else ids,
            "YSDM": YSDM.get(code),
            "XZQDM": self.county.code,
            "XZQMC": self.county.name,
        }
        if code not in {"YJJBNTBHTB", "YJJBNTCBQ"} and len(shapes) and shapely.get_dimensions(shapes[0]) == 2:
            base["TBMJ" if code == "ZXCQGHYDYH" else "MJ"] = area_m2(shapes, self.county.crs)
        frame = conform(base | values, code, shapes, self.county.crs)
        assert isinstance(frame, gpd.GeoDataFrame)
        return frame

    def change(self, code: str, shapes: NDArray[np.object_], kind: object, why: object) -> gpd.GeoDataFrame:
        """Make the rows of a maintenance layer: 1 moved in, 2 attribute changed, 3 moved out."""
        n = len(shapes)
        serial = np.char.zfill(np.arange(1, n + 1).astype("U6"), 6)
        values = {
            "BSM": self.ids(code, n, change=True),
            "YSDM": YSDM.get(code),
            "XZQDM": self.county.code,
            "XZQMC": self.county.name,
            "WHLX": kind,
            "WHBH": np.char.add(f"{MAINTAINED_ON:%Y%m%d}", serial) if n else serial,
            "BZ": why,
        }
        frame = conform(values, f"WHC{code}", shapes, self.county.crs)
        assert isinstance(frame, gpd.GeoDataFrame)
        return frame

    def by_mask(self, code: str, mask: NDArray[np.bool_], **values: object) -> gpd.GeoDataFrame:
        """Make a layer of the single parts of the faces where `mask` holds."""
        faces = np.flatnonzero(mask)
        shapes, _ = dissolve.joined(self.shapes[faces], np.zeros(len(faces), np.int8))
        return self.frame(code, shapes, dict(values))

    def pair(
        self,
        code: str,
        before: tuple[NDArray, NDArray],
        after: tuple[NDArray, NDArray],
        change: gpd.GeoDataFrame,
        columns,
    ) -> Maintained:
        """Make before and after; what has not changed keeps its identifier."""
        first = self.frame(code, before[0], columns(before[1]))
        old = dissolve.same(before[0], after[0])
        ids = np.where(old >= 0, first["BSM"].to_numpy(str)[np.maximum(old, 0)], "")
        ids[old < 0] = self.ids(code, int((old < 0).sum()))
        return Maintained(code, first, self.frame(code, after[0], columns(after[1]), ids), change)


def zone_names(codes: NDArray) -> NDArray[np.str_]:
    """Give the zones' names."""
    table = plan_zones()
    return np.array([table[str(c)].name.zh for c in codes.astype(str)]) if len(codes) else np.array([], "U1")


def _zone_columns(codes: NDArray) -> dict[str, object]:
    return {
        "GHFQDM": codes.astype(str),
        "GHFQMC": zone_names(codes),
        "GKZY": "见规划文本分区管控要求(示范)",
        "BZ": MARK,
    }


def zones(plan: Plan) -> list[Maintained]:
    """Make plan zones (level 1) and land-use plan zones (level 2), each with its triple."""
    g = plan.ground
    out = []
    for code, when in (("GHFQ", ("zone_before", "zone_after")), ("YDYHGHFQ", ("fine_before", "fine_after"))):
        before, after = g[when[0]], g[when[1]]
        moved = np.flatnonzero(before != after)
        pair = before[moved].astype(np.int64) * 1000 + after[moved]
        shapes, key = dissolve.joined(plan.shapes[moved], pair)
        why = (
            np.char.add(np.char.add(zone_names(key // 1000), "→"), zone_names(key % 1000))
            if len(key)
            else key
        )
        change = plan.change(code, shapes, "2", why)
        out.append(
            plan.pair(
                code,
                dissolve.joined(plan.shapes, before),
                dissolve.joined(plan.shapes, after),
                change,
                _zone_columns,
            )
        )
    return out


def fine_zones(county: County) -> None:
    """Split urban and rural zones into level 2 where the faces tell which."""
    g = county.ground
    wood = np.isin(g["dlbm"], ("0301", "0302", "0305", "0307", "0404"))
    for when in ("before", "after"):
        zone = g[f"zone_{when}"].copy()
        rural = zone == 500
        zone[rural] = 520
        zone[rural & wood] = 530
        zone[rural & g["is_village"]] = 510
        urban = zone == 400
        zone[urban] = 410
        zone[urban & (g["place"] == kinds.CITY) & ~g[f"centre_{when}"]] = 430
        g.add(f"fine_{when}", zone, np.int16)


def boundary(plan: Plan) -> Maintained:
    """Make the urban development boundary with its triple: moved out and in, stock and new apart."""
    g = plan.ground
    before, after = g["udb_before"], g["udb_after"]
    kind = np.where(g["udb_out"] > 0, 30 + g["udb_out"], np.where(g["udb_in"] > 0, 10 + g["udb_in"], 0))
    moved = np.flatnonzero(kind)
    shapes, key = dissolve.joined(plan.shapes[moved], kind[moved])
    word = {31: "调出存量空间", 32: "调出新增空间", 11: "调入存量空间", 12: "调入新增空间"}
    change = plan.change(
        "CZKFBJ", shapes, (key // 10).astype(str), np.array([f"{word[int(k)]}({MARK})" for k in key])
    )
    return plan.pair(
        "CZKFBJ",
        dissolve.joined(plan.shapes[before], g["fine_before"][before]),
        dissolve.joined(plan.shapes[after], g["fine_after"][after]),
        change,
        lambda codes: {"GHFQDM": codes.astype(str), "GHFQMC": zone_names(codes)},
    )


def line(plan: Plan, code: str, before: str, after: str, title: str) -> Maintained:
    """Make a line with its triple of parts moved in and out."""
    g = plan.ground
    was, now = g[before], g[after]
    kind = np.where(was & ~now, 3, np.where(now & ~was, 1, 0))
    moved = np.flatnonzero(kind)
    shapes, key = dissolve.joined(plan.shapes[moved], kind[moved])
    zero = np.zeros(plan.ground.count, np.int8)
    return plan.pair(
        code,
        dissolve.joined(plan.shapes[was], zero[was]),
        dissolve.joined(plan.shapes[now], zero[now]),
        plan.change(code, shapes, key.astype(str), f"{title}优化({MARK})"),
        lambda codes: {"MC": np.array([f"{title}{i + 1}" for i in range(len(codes))])},
    )


def centre(plan: Plan) -> Maintained:
    """Make the central city's planned land use, which tiles its extent, with its triple."""
    g = plan.ground
    faces = np.flatnonzero(g["extent"])
    codes = {when: _plan_codes(g, faces, when) for when in ("before", "after")}
    differ = codes["before"] != codes["after"]
    pair = np.char.add(np.char.add(codes["before"][differ], ">"), codes["after"][differ])
    shapes, key = dissolve.joined(plan.shapes[faces[differ]], pair)
    change = plan.change("ZXCQGHYDYH", shapes, "2", key)
    survey_class = g["dlbm"][faces]
    ids = plan.ids("ZXCQGHYDYH", len(faces))
    table = land_use_classes("2023")
    frames = []
    for when in ("before", "after"):
        code = codes[when]
        values = {
            "YDYHFLDM": np.array([pad_class_code(c) for c in code]),
            "YDYHFLMC": np.array([table[c].name.zh for c in code]),
            "TBMJ": survey_area(plan, faces),
            "TBDLMJ": np.where(np.char.startswith(code, "01"), survey_area(plan, faces), np.nan),
            "GHZT": np.where(g["unbuilt"][faces] | differ, "20", "10"),
            "JQDLDM": survey_class,
        }
        frames.append(plan.frame("ZXCQGHYDYH", plan.shapes[faces], values, ids))
    return Maintained("ZXCQGHYDYH", frames[0], frames[1], change)


def survey_area(plan: Plan, faces: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give the surveyed area of the faces."""
    return plan.survey.tbmj[faces]


DETAIL = {
    "07": ("070102", "070102", "070102", "0702"),
    "08": ("0801", "0803", "080403", "080403", "080404", "080601", "0807", "0805", "0802"),
    "09": ("0901", "0901", "0902", "0903"),
    "10": ("100101", "100102", "100102", "100103"),
    "11": ("110101", "1102"),
    "13": ("1301", "1302", "1303", "1305", "1309", "1310"),
    "14": ("1401", "1401", "1402", "1403"),
    "16": ("16",),
}


def _plan_codes(g, faces: NDArray[np.int64], when: str) -> NDArray[np.str_]:
    """Give detailed plan classes: the published first level refined, elsewhere the present class."""
    from tuban.sample.ground import speckle

    plan, spice = g[f"plan_{when}"][faces], speckle(g, 61, "self")[faces]
    code = np.full(len(faces), "", dtype="U6")
    for major, minor in DETAIL.items():
        mine = plan == major
        code[mine] = np.array(minor)[(spice[mine] * len(minor)).astype(int)]
    road = plan == "12"
    code[road] = np.where(np.isin(g["kind"][faces][road], (kinds.OPEN,)), "1208", "1207")
    code[road & (g["kind"][faces] == kinds.RAILWAY)] = "1201"
    code[road & (g["kind"][faces] == kinds.HIGHWAY)] = "1202"
    rest = code == ""
    values, inverse = np.unique(g["dlbm"][faces][rest], return_inverse=True)
    present = (
        np.array([survey_to_plan(str(v))[0] for v in values], dtype="U6")[inverse]
        if len(values)
        else code[:0]
    )
    code[rest] = present
    # Built land that the table of the centre does not count is to be given back: fields.
    given = rest & np.isin(
        np.char.ljust(code, 2).astype("U2"), ("07", "08", "09", "10", "11", "12", "13", "14", "15", "16")
    )
    left = given & ~g["is_village"][faces] & (g["kind"][faces] == kinds.OPEN)
    code[left] = "0102"
    return code


def farmland(plan: Plan) -> tuple[Maintained, gpd.GeoDataFrame]:
    """Make basic farmland patches with their triple, and the reserve (which the moved-in land came from)."""
    g = plan.ground
    pbf = g["pbf"]
    number = np.zeros(g.count, np.int64)
    every = plan.survey.order[pbf[plan.survey.order] > 0]
    number[every] = np.arange(1, len(every) + 1)
    ids = plan.ids("YJJBNTBHTB", len(every))

    def rows(values: tuple[int, ...]) -> gpd.GeoDataFrame:
        faces = plan.survey.order[np.isin(pbf[plan.survey.order], values)]
        shared = patch_values(plan.county, plan.survey, faces)
        gross = plan.survey.tbmj[faces]
        village = plan.survey.units.village_code[g["village"][faces]]
        serial = np.char.zfill(number[faces].astype("U6"), 6)
        return plan.frame(
            "YJJBNTBHTB",
            plan.shapes[faces],
            shared
            | {
                "XZQDM": village,
                "XZQMC": plan.survey.units.village_name[g["village"][faces]],
                "YJJBNTTBBH": np.char.add(village, serial),
                "YJJBNTTBMJ": gross,
                "YJJBNTMJ": np.round(gross - np.asarray(shared["KCMJ"], float), 2),
                "GDDJ": pd.Series(6 + g["slope"][faces].astype(int)).astype("Int32"),
                "GGBZL": "充分满足",
                "WDGD": "1",
                "BHKSSJ": pd.Series(np.full(len(faces), np.datetime64("2022-11-07", "ms"))),
            },
            ids[number[faces] - 1],
        )

    faces = np.flatnonzero(np.isin(pbf, (2, 3)))
    change = plan.change(
        "YJJBNTBHTB",
        plan.shapes[faces],
        np.where(pbf[faces] == 2, "3", "1"),
        np.where(pbf[faces] == 2, f"调出:零星破碎({MARK})", f"调入:由储备区补划({MARK})"),
    )
    reserve = plan.survey.order[np.isin(pbf[plan.survey.order], (3, 4))]
    shared = patch_values(plan.county, plan.survey, reserve)
    gross = plan.survey.tbmj[reserve]
    village = plan.survey.units.village_code[g["village"][reserve]]
    serial = np.char.zfill(np.arange(1, len(reserve) + 1).astype("U6"), 6)
    kept = plan.frame(
        "YJJBNTCBQ",
        plan.shapes[reserve],
        {k: v for k, v in shared.items() if k not in {"ZZSXDM", "ZZSXMC"}}
        | {
            "CBQTBBH": np.char.add(np.char.add("B", village), serial),
            "CBQTBMJ": gross,
            "CBQMJ": np.round(gross - np.asarray(shared["KCMJ"], float), 2),
            "SXDM": "LS",
            "SXMC": "种植粮食作物",
        },
    )
    return Maintained("YJJBNTBHTB", rows((1, 2)), rows((1, 3)), change), kept


def in_degrees(frame: gpd.GeoDataFrame, crs: str, area_field: str | None) -> gpd.GeoDataFrame:
    """Give the frame in longitude and latitude, its area measured there, as the maintenance hand-in wants."""
    moved = frame.copy()
    shapes = to_degrees(frame.geometry.to_numpy(), crs)
    moved = moved.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs="EPSG:4490"))
    if area_field in moved.columns:
        moved[area_field] = area_m2(shapes, "EPSG:4490")
    return moved
