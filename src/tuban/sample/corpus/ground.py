"""The good plan that every package starts from: twenty square parcels, their zones, lines and county."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tuban.geo.area import area_m2
from tuban.sample.corpus.model import Frame
from tuban.sample.writing import conform, numbers
from tuban.standards.load import profile

# The fictional county of all samples, whose code no code table has; Gauss-Krüger zone 38 with its number.
CODE, NAME = "999001", "云栖县(示范)"
CRS = "EPSG:4526"
WEST, SOUTH, SIDE = 38_460_000.0, 3_880_000.0, 400.0
COLUMNS, ROWS = 5, 4
VILLAGE = f"{CODE}001001"
# Survey class of each parcel, rows from the south: a village, fields, a town, farmland, forest.
CLASSES = (
    ("0702", "0103", "0103", "0701", "0701"),
    ("0103", "0103", "0103", "0701", "0701"),
    ("0103", "0103", "0103", "0103", "0103"),
    ("0301", "0301", "0301", "0301", "0301"),
)
# Plan zone of each parcel; neighbours of one zone become one polygon.
ZONES = (
    ("510", "520", "520", "410", "420"),
    ("300", "300", "300", "410", "410"),
    ("300", "300", "300", "300", "300"),
    ("100", "100", "100", "200", "200"),
)
SETTLEMENT = {"0701": "201", "0702": "203"}
# Layer number in the identifiers, after the county's six digits.
LAYER_NUMBER = {"XZQX": 1, "DLTB": 2, "YDYHGHFQ": 3, "STBHHX": 4, "YJJBNTBHTB": 5, "CZKFBJ": 6, "JQZDXMD": 7}
YSDM = {
    "XZQX": "1000600100",
    "DLTB": "2001010100",
    "YDYHGHFQ": "2090020610",
    "STBHHX": "2090020210",
    "YJJBNTBHTB": "2005010300",
    "CZKFBJ": "2090020220",
    "JQZDXMD": "2090020900",
}
Cells = Sequence[tuple[int, int]]


def cell(column: int, row: int) -> shapely.Polygon:
    """Give the square of a parcel: column from the west, row from the south."""
    west, south = WEST + SIDE * column, SOUTH + SIDE * row
    return shapely.box(west, south, west + SIDE, south + SIDE, ccw=False)


def region(cells: Cells) -> shapely.Geometry:
    """Give squares dissolved into one shape, outer rings clockwise as shapefiles and FileGDB have them."""
    return clockwise(shapely.union_all([cell(*at) for at in cells]))


def clockwise(shape: shapely.Geometry) -> shapely.Geometry:
    """Give a shape with outer rings clockwise."""
    return shapely.orient_polygons(shape, exterior_cw=True)


def areas(shapes: Sequence[shapely.Geometry]) -> NDArray[np.float64]:
    """Measure on the ellipsoid, in square metres of two decimals."""
    return np.round(area_m2(np.asarray(shapes, dtype=object), CRS), 2)


def object_id(layer: str, serial: int) -> str:
    """Give the identifier (BSM) of the n-th object of a layer, n from 1."""
    return str(numbers(CODE, LAYER_NUMBER[layer], 1, serial)[0])


def _frame(code: str, shapes: Sequence[Any], **values: Any) -> gpd.GeoDataFrame:
    n = len(shapes)
    values = {"BSM": numbers(CODE, LAYER_NUMBER[code], n), "YSDM": YSDM[code], **values}
    frame = conform(values, code, np.asarray(list(shapes), dtype=object), CRS)
    assert isinstance(frame, gpd.GeoDataFrame)
    return frame


def parcels() -> gpd.GeoDataFrame:
    """Make the survey parcels (DLTB), from the south-west, row by row: number 1 to 20."""
    at = [(column, row) for row in range(ROWS) for column in range(COLUMNS)]
    shapes = [cell(*place) for place in at]
    codes = [CLASSES[row][column] for column, row in at]
    survey = profile().survey
    field = [code.startswith("01") for code in codes]
    measured = areas(shapes)
    return _frame(
        "DLTB",
        shapes,
        TBBH=[str(number + 1) for number in range(len(at))],
        DLBM=codes,
        DLMC=[survey[code].name.zh for code in codes],
        QSXZ=["20" if code.startswith("07") else "30" for code in codes],
        QSDWDM=f"{VILLAGE}0000000",
        QSDWMC="云溪村(示范)",
        ZLDWDM=f"{VILLAGE}0000000",
        ZLDWMC="云溪村(示范)",
        TBMJ=measured,
        KCXS=np.zeros(len(at)),
        KCMJ=np.zeros(len(at)),
        TBDLMJ=measured,
        GDLX=["PD" if one else None for one in field],
        GDPDJB=["1" if one else None for one in field],
        ZZSXDM=["LS" if one else None for one in field],
        ZZSXMC=["种植粮食作物" if one else None for one in field],
        CZCSXM=[SETTLEMENT.get(code) for code in codes],
        FRDBS="0",
        SJNF=np.full(len(at), 2024),
        MSSM="00",
    )


def zones() -> gpd.GeoDataFrame:
    """Make the plan zones (YDYHGHFQ), by code: one polygon each."""
    table = profile().zones
    codes = sorted({code for row in ZONES for code in row})
    shapes = [
        region([(c, r) for r in range(ROWS) for c in range(COLUMNS) if ZONES[r][c] == code]) for code in codes
    ]
    return _frame(
        "YDYHGHFQ",
        shapes,
        XZQDM=CODE,
        XZQMC=NAME,
        GHFQDM=codes,
        GHFQMC=[table[code].name.zh for code in codes],
        MJ=areas(shapes),
        GKZY="按规划分区管控(示范)",
    )


def county() -> gpd.GeoDataFrame:
    """Make the county (XZQX)."""
    whole = region([(c, r) for r in range(ROWS) for c in range(COLUMNS)])
    return _frame("XZQX", [whole], XZQDM=CODE, XZQMC=NAME, MJ=[round(float(parcels()["TBMJ"].sum()), 2)])


def redline() -> gpd.GeoDataFrame:
    """Make the ecological redline (STBHHX): two polygons in the forest of the north-west."""
    shapes = [region([(0, 3)]), region([(1, 3), (2, 3)])]
    return _frame(
        "STBHHX",
        shapes,
        XZQDM=CODE,
        XZQMC=NAME,
        XIAN=NAME,
        HXBM=[f"{CODE}-11-{n:03d}" for n in (1, 2)],
        HXMC=[f"水源涵养生态保护红线{n}(示范)" for n in (1, 2)],
        HXLX="水源涵养",
        LXBM="11",
        MJ=areas(shapes),
    )


def farmland() -> gpd.GeoDataFrame:
    """Make the permanent basic farmland (YJJBNTBHTB): the six patches of the second row and one below it."""
    at = [(column, 2) for column in range(COLUMNS)] + [(0, 1)]
    shapes = [cell(*place) for place in at]
    measured = areas(shapes)
    return _frame(
        "YJJBNTBHTB",
        shapes,
        XZQDM=VILLAGE,
        XZQMC="云溪村(示范)",
        YJJBNTTBBH=[f"{VILLAGE}{n:05d}" for n in range(1, len(at) + 1)],
        TBBH=[str(row * COLUMNS + column + 1) for column, row in at],
        DLBM="0103",
        DLMC=profile().survey["0103"].name.zh,
        QSXZ="30",
        QSDWDM=f"{VILLAGE}0000000",
        QSDWMC="云溪村(示范)",
        ZLDWDM=f"{VILLAGE}0000000",
        ZLDWMC="云溪村(示范)",
        YJJBNTTBMJ=measured,
        KCXS=np.zeros(len(at)),
        KCMJ=np.zeros(len(at)),
        YJJBNTMJ=measured,
        GDLX="PD",
        GDPDJB="1",
        ZZSXDM="LS",
        ZZSXMC="种植粮食作物",
        FRDBS="0",
    )


def boundary() -> gpd.GeoDataFrame:
    """Make the urban development boundary (CZKFBJ): its concentrated and its elastic part."""
    table = profile().zones
    shapes = [region([(3, 0), (3, 1), (4, 1)]), region([(4, 0)])]
    codes = ["410", "420"]
    return _frame(
        "CZKFBJ",
        shapes,
        XZQDM=CODE,
        XZQMC=NAME,
        GHFQDM=codes,
        GHFQMC=[table[code].name.zh for code in codes],
        MJ=areas(shapes),
    )


def layers() -> dict[str, Frame]:
    """Give all layers of the good plan, each the caller's own."""
    return {name: frame.copy() for name, frame in _layers().items()}


@cache
def _layers() -> dict[str, Frame]:
    return {
        "XZQX": county(),
        "DLTB": parcels(),
        "YDYHGHFQ": zones(),
        "STBHHX": redline(),
        "YJJBNTBHTB": farmland(),
        "CZKFBJ": boundary(),
    }


def empty_like(frame: pd.DataFrame) -> pd.DataFrame:
    """Give a frame of the same columns without rows."""
    return frame.iloc[:0]
