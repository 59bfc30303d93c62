"""Tables without geometry: indicators, population by village, key projects, land-use structure."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from tuban.geo.adjust import round_to_total
from tuban.sample.figures import CENTRE_CODES, ZONE_CODES, Figures
from tuban.sample.planned import Plan
from tuban.sample.writing import MARK, conform


def indicators(plan: Plan) -> pd.DataFrame:
    """Make the indicator table (ZBB): published indicators, lines, zones and the centre's land use."""
    fig = plan.county.fig
    rows: list[dict[str, Any]] = [
        {
            "XH": str(item.get("no", "")),
            "ZBMC": item["label"],
            "ZBDW": item.get("unit", ""),
            "ZBSX": item.get("kind", "预期性"),
            "ZBCJ": item.get("level", "全域"),
            "ZBFX": item.get("op", ""),
            "XZJQN": item.get("base"),
            "JQMBZ": item.get("target_2025"),
            "GHMBN": item.get("target_2035"),
            "WHQZ": item.get("before"),
            "WHHZ": item.get("after"),
        }
        for item in fig.indicators
    ]
    rows += _areas(fig)
    frame = pd.DataFrame(rows)
    values: dict[str, Any] = {
        name: frame[name] for name in frame.columns if frame[name].dtype == object or name not in {"XZJQN"}
    }
    for name in ("XZJQN", "JQMBZ", "GHMBN", "WHQZ", "WHHZ"):
        values[name] = pd.to_numeric(frame[name])
    return conform(values | {"SJLY": f"已公布规划数据,地名虚构({MARK})"}, "ZBB", None, None)


# Quota kept for later stands in the table of indicators: it has an area and no place.
RESERVES = {"stock": "城镇开发边界预留机动指标(存量,不落图)", "new": "城镇开发边界预留机动指标(新增,不落图)"}


def _areas(fig: Figures) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []

    def row(
        name: str,
        before: float | None,
        after: float | None,
        sort: str = "约束性",
        level: str = "全域",
        base: float | None = None,
    ) -> None:
        rows.append(
            {
                "ZBMC": name,
                "ZBDW": "公顷",
                "ZBSX": sort,
                "ZBCJ": level,
                "XZJQN": base,
                "WHQZ": before,
                "WHHZ": after,
            }
        )

    row(
        "永久基本农田面积",
        round(fig.farmland_after_ha - fig.farmland_in_ha + fig.farmland_out_ha, 4),
        fig.farmland_after_ha,
    )
    row("永久基本农田储备区面积", None, fig.farmland_reserve_ha)
    row("耕地现状面积", None, None, base=round(fig.cultivated_ha, 2))
    row("生态保护红线面积", fig.red_line_ha, fig.red_line_ha)
    row("城镇开发边界面积(含预留机动指标)", fig.boundary_before_ha, fig.boundary_after_ha)
    row("城镇开发边界面积(落图)", fig.boundary_before_ha, round(fig.drawn_after_ha, 2))
    for kind, name in RESERVES.items():
        row(name, None, fig.reserved_ha[kind])
    row("洪涝风险控制线面积", fig.flood_ha, fig.flood_ha)
    row("城市绿线面积", fig.green_line_ha["before"], fig.green_line_ha["after"], level="中心城区")
    row("城市蓝线面积", fig.blue_line_ha["before"], fig.blue_line_ha["after"], level="中心城区")
    for name, code in ZONE_CODES.items():
        row(name, fig.zones_ha[code]["before"], fig.zones_ha[code]["after"], "规划分区")
    for name, code in CENTRE_CODES.items():
        row(name, fig.centre_ha[code]["before"], fig.centre_ha[code]["after"], "用地结构", "中心城区")
    return rows


def population(plan: Plan) -> pd.DataFrame:
    """Make population by village (CJRK): the published residents shared out by homes."""
    units, g, fig = plan.survey.units, plan.ground, plan.county.fig
    n = len(units.village_code)
    home = np.bincount(g["village"], g["area"] * (g["dlbm"] == "0702"), n)
    town = np.bincount(g["village"], g["area"] * (g["dlbm"] == "0701"), n)
    rural = fig.resident_persons - fig.urban_persons
    persons = np.zeros(n)
    for area, total in ((home, rural), (town, fig.urban_persons)):
        if area.sum() > 0:
            persons += area / area.sum() * total
    persons = persons[units.present]
    persons = np.maximum(persons, 0)
    whole = round_to_total(persons, 0, round(float(persons.sum()))).astype(np.int64)
    order = np.argsort(units.village_code[units.present])
    v = units.present[order]
    count = whole[order]
    registered = np.floor(count * np.where(units.urban[v], 0.86, 1.24)).astype(np.int64)
    values = {
        "XZQDM": units.village_code[v],
        "XZQMC": units.village_name[v],
        "XJXZQDM": units.town_code[units.town_of[v]],
        "XJXZQMC": units.town_name[units.town_of[v]],
        "NF": 2024,
        "CZRK": count,
        "HJRK": registered,
        "HS": np.maximum(np.floor(registered / 3.1).astype(np.int64), (registered > 0).astype(np.int64)),
        "SJLY": f"按居住用地分摊({MARK})",
    }
    return conform(values, "CJRK", None, None)


def project_list(points: gpd.GeoDataFrame) -> pd.DataFrame:
    """Make the key-project table (ZDJSXM) from the points."""
    return conform(
        {name: points[name].to_numpy() for name in points.columns if name not in {"geometry", "BSM", "YSDM"}},
        "ZDJSXM",
        None,
        None,
    )
