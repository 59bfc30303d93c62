"""Survey layers: administrative areas and land patches, with every field of their tables."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tuban.geo.adjust import adjust, round_to_total
from tuban.geo.area import area_m2
from tuban.sample import dissolve, kinds, names
from tuban.sample.landuse import CULTIVATED, RIDGE_SHARE, STRIP_WIDTH_M
from tuban.sample.model import County
from tuban.sample.writing import MARK, conform, numbers
from tuban.standards.load import survey_classes

SURVEY_YEAR = 2024


@dataclass
class Units:
    """Villages and townships: codes and names by number, and which township a village belongs to."""

    town_code: NDArray[np.str_]
    town_name: NDArray[np.str_]
    village_code: NDArray[np.str_]
    village_name: NDArray[np.str_]
    town_of: NDArray[np.intp]
    present: NDArray[np.intp]
    urban: NDArray[np.bool_]


def name_units(county: County) -> Units:
    """Number and name townships and villages; villages that have no face are left out."""
    fig, places, ground = county.fig, county.places, county.ground
    streets, towns = len(fig.streets), len(fig.towns)
    town_name = np.array([*fig.streets, *fig.towns])
    town_code = np.array(
        [f"{county.code}{i + 1:03d}" for i in range(streets)]
        + [f"{county.code}{100 + i:03d}" for i in range(towns)]
    )
    n = len(places.villages)
    present = np.unique(ground["village"])
    area = np.bincount(ground["village"], ground["area"], n)
    built = np.bincount(ground["village"], ground["area"] * ground["centre_before"], n)
    urban = built > 0.35 * np.maximum(area, 1)
    name = np.array(names.villages(n, urban, county.rng))
    code = np.full(n, "", dtype="U12")
    for town in range(len(town_name)):
        mine = np.flatnonzero(places.township == town)
        mine = mine[np.argsort(-places.villages[mine, 1], kind="stable")]
        for community in (True, False):
            these = mine[urban[mine] == community]
            base = 1 if community else 200
            code[these] = [f"{town_code[town]}{base + i:03d}" for i in range(len(these))]
    return Units(town_code, town_name, code, name, places.township, present, urban)


@dataclass
class Survey:
    """Frames by layer code, the faces' polygons, and which row of DLTB each face is."""

    frames: dict[str, pd.DataFrame]
    shapes: NDArray[np.object_]
    order: NDArray[np.int64]
    tbmj: NDArray[np.float64]
    tbbh: NDArray[np.str_]
    units: Units


def make_survey(county: County) -> Survey:
    """Make XZQX, XZQXZ, XZQC and DLTB: areas adjusted so that patches sum to villages, and so on up."""
    ground, units, crs = county.ground, name_units(county), county.crs
    shapes = ground.polygons()
    village = ground["village"]
    town = units.town_of[village]
    village_shape, village_no = dissolve.whole(shapes, village)
    town_shape, town_no = dissolve.whole(village_shape, units.town_of[village_no])
    rim = shapely.coverage_union_all(town_shape)
    total = float(area_m2([rim], crs)[0])
    town_m2 = round_to_total(area_m2(town_shape, crs, rounding="none"), 2, total)
    village_m2 = np.zeros(len(village_no))
    raw = area_m2(village_shape, crs, rounding="none")
    for t, m2 in zip(town_no, town_m2, strict=True):
        mine = units.town_of[village_no] == t
        village_m2[mine] = adjust(raw[mine], float(m2)).areas
    control = {int(v): float(m2) for v, m2 in zip(village_no, village_m2, strict=True)}
    tbmj = adjust(area_m2(shapes, crs), control, by=village).areas
    frames: dict[str, pd.DataFrame] = {
        "XZQX": _unit_frame(
            county,
            "XZQX",
            101,
            np.array([county.code]),
            np.array([county.name]),
            np.array([rim]),
            np.array([total]),
        ),
        "XZQXZ": _unit_frame(
            county, "XZQXZ", 102, units.town_code[town_no], units.town_name[town_no], town_shape, town_m2
        ),
        "XZQC": _unit_frame(
            county,
            "XZQC",
            103,
            units.village_code[village_no],
            units.village_name[village_no],
            village_shape,
            village_m2,
        ),
    }
    # Numbered from the north-west within each village, as surveyors do.
    band = np.floor(-ground["y"] / 300)
    order = np.lexsort((ground["x"], band, units.village_code[village]))
    serial = np.empty(ground.count, np.int64)
    codes = village[order]
    first = np.r_[True, codes[1:] != codes[:-1]]
    start = np.flatnonzero(first)
    serial[order] = np.arange(len(order)) - np.repeat(start, np.diff(np.r_[start, len(order)])) + 1
    tbbh = np.char.zfill(serial.astype("U8"), 5)
    survey = Survey(frames, shapes, order, tbmj, tbbh, units)
    frames["DLTB"] = _patches(county, survey, town)
    return survey


def _unit_frame(
    county: County, code: str, number: int, codes: NDArray, titles: NDArray, shapes: NDArray, m2: NDArray
) -> gpd.GeoDataFrame:
    order = np.argsort(codes)
    values = {
        "BSM": numbers(county.code, number, len(codes)),
        "YSDM": "1000600100",
        "XZQDM": codes[order],
        "XZQMC": titles[order],
        "MJ": m2[order],
    }
    frame = conform(values, code, shapes[order], county.crs)
    assert isinstance(frame, gpd.GeoDataFrame)
    return frame


def class_names(codes: NDArray) -> NDArray[np.str_]:
    """Give the survey's name of each class code."""
    table = survey_classes()
    values, inverse = np.unique(codes, return_inverse=True)
    return np.array([table[str(v)].name.zh for v in values])[inverse]


def patch_values(county: County, survey: Survey, faces: NDArray[np.int64]) -> dict[str, object]:
    """Give the columns that land patches and farmland patches share, for those faces."""
    ground, units = county.ground, survey.units
    dlbm = ground["dlbm"][faces]
    field = np.isin(dlbm, CULTIVATED)
    slope = ground["slope"][faces]
    share = np.where(field, RIDGE_SHARE[slope], 0.0)
    tbmj = survey.tbmj[faces]
    ridges = np.floor(tbmj * share * 100 + 0.5) / 100
    village = ground["village"][faces]
    unit = np.char.add(units.village_code[village], "0000000")
    blank = np.full(len(faces), None, object)
    return {
        "TBBH": survey.tbbh[faces],
        "DLBM": dlbm,
        "DLMC": class_names(dlbm),
        "QSXZ": np.where(ground["place"][faces] == kinds.CITY, "20", "30"),
        "QSDWDM": unit,
        "QSDWMC": units.village_name[village],
        "ZLDWDM": unit,
        "ZLDWMC": units.village_name[village],
        "KCDLBM": np.where(share > 0, "1203", blank),
        "KCXS": share,
        "KCMJ": ridges,
        "GDLX": np.where(field & (slope > 1), np.where(slope > 3, "TT", "PD"), blank),
        "GDPDJB": np.where(field, slope.astype("U1"), blank),
        "ZZSXDM": np.where(field, "LS", blank),
        "ZZSXMC": np.where(field, "种植粮食作物", blank),
        "GDDB": pd.Series(np.where(field, 6 + slope, np.nan)).astype("Int32"),
        "FRDBS": "0",
        "SJNF": SURVEY_YEAR,
    }


def _patches(county: County, survey: Survey, town: NDArray[np.intp]) -> gpd.GeoDataFrame:
    ground, faces = county.ground, survey.order
    values = patch_values(county, survey, faces)
    tbmj = survey.tbmj[faces]
    kind, dlbm = ground["kind"][faces], ground["dlbm"][faces]
    width = np.full(len(faces), np.nan)
    for k, metres in STRIP_WIDTH_M.items():
        width[kind == k] = metres
    width[~np.isin(dlbm, ("1001", "1003", "1004", "1006", "1101", "1107"))] = np.nan
    values |= {
        "BSM": numbers(county.code, 2001, len(faces)),
        "YSDM": "2001010100",
        "TBYBH": np.char.add(survey.units.village_code[ground["village"][faces]], survey.tbbh[faces]),
        "TBMJ": tbmj,
        "TBDLMJ": np.round(tbmj - np.asarray(values["KCMJ"], float), 2),
        "XZDWKD": width,
        "CZCSXM": _settlement(county, faces),
        "MSSM": "00",
        "BZ": MARK,
    }
    frame = conform(values, "DLTB", survey.shapes[faces], county.crs)
    assert isinstance(frame, gpd.GeoDataFrame)
    return frame


BUILT = ("05H1", "0508", "0601", "0701", "0702", "0809", "0810", "08H1", "08H2", "1004", "1005", "1201")


def _settlement(county: County, faces: NDArray[np.int64]) -> NDArray[np.object_]:
    ground = county.ground
    out = np.full(ground.count, None, object)
    built = np.isin(ground["dlbm"], BUILT)
    works = ground["dlbm"] == "0601"
    place = ground["place"]
    out[built & ground["is_village"]] = "203"
    out[built & ground["is_village"] & works] = "203A"
    out[built & (place == kinds.TOWN)] = "202"
    out[built & np.isin(place, (kinds.CITY, kinds.PARK))] = "201"
    out[built & works & (place == kinds.PARK)] = "201A"
    # A street lies in a settlement by its definition (1004), also where the hamlet is too small to be one here.
    out[built & pd.isna(out)] = "203"
    # Mines and vacant land stand by themselves (204), wherever they lie.
    out[np.isin(ground["dlbm"], ("0602", "1201"))] = "204"
    return out[faces]
