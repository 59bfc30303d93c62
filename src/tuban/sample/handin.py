"""The folder that is handed in: a survey and plan database, the maintenance database, tables, a shapefile."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from tuban.domain.progress import Progress, Step
from tuban.errors import Text
from tuban.geo.write import write_layer, write_layers
from tuban.sample import planned, tables, things
from tuban.sample.calibrate import compare
from tuban.sample.model import County
from tuban.sample.planned import APPROVED_ON, MAINTAINED_ON, Maintained, Plan
from tuban.sample.report import Produced
from tuban.sample.survey import make_survey
from tuban.standards.load import profile

SURVEYED_ON = date(2024, 12, 31)
SURVEY_ACT = "2024年度国土变更调查(示范)"
PLAN_ACT = "国土空间总体规划(2021—2035年)批复(示范)"
MAINTENANCE_ACT = "2026年度动态维护方案批复(示范)"
# Layers that the maintenance hand-in leaves out before the change: the plan database has them already.
LARGE = {"YJJBNTBHTB"}


def write(county: County, folder: Path, progress: Progress) -> tuple[Produced, ...]:
    """Write everything; give what was written, in the order in which it is best taken in."""
    stem = f"{county.code}{county.name}"
    progress(Step(0.0, Text("编制调查图层", "Making survey layers")))
    planned.fine_zones(county)
    survey = make_survey(county)
    plan = Plan(county, survey)
    progress(Step(0.25, Text("编制规划图层", "Making plan layers")))
    maintained = [*planned.zones(plan), planned.boundary(plan), planned.centre(plan)]
    farmland, reserve = planned.farmland(plan)
    maintained.append(farmland)
    maintained.append(planned.line(plan, "ZXCQCSLVX", "green_before", "green_after", "城市绿线"))
    maintained.append(planned.line(plan, "ZXCQCSLX", "blue_before", "blue_after", "城市蓝线"))
    fixed = _fixed(plan) | {"YJJBNTCBQ": reserve}
    projects = things.projects(plan)
    facilities = things.facilities(plan)
    listed = tables.indicators(plan)
    county.calibration = compare(county, survey.frames, maintained, fixed | {"JQZDXMD": projects}, listed)
    progress(Step(0.5, Text("写出调查与规划数据库", "Writing the survey and plan database")))
    out: list[Produced] = []
    present = {
        **survey.frames,
        "HHSX": things.waters(plan),
        "ZDJTJCSSX": things.roads(plan),
        "ZXCQDLZXX": things.streets(plan),
    }
    present["WKK"], present["WKB"] = things.tailings(plan)
    main = {**present, **fixed, **{m.code: m.before for m in maintained}}
    kept = projects[projects["XMZT"] == "保留"]
    main["JQZDXMD"] = kept
    file = folder / f"{stem}国土空间总体规划数据库.gdb"
    write_layers(main, file, format="gdb")
    for code, frame in main.items():
        surveyed = code in present and code not in {"ZDJTJCSSX", "ZXCQDLZXX"}
        out.append(
            Produced(
                file,
                code,
                code,
                SURVEYED_ON if surveyed else APPROVED_ON,
                SURVEY_ACT if surveyed else PLAN_ACT,
                len(frame),
            )
        )
    progress(Step(0.8, Text("写出动态维护数据库", "Writing the maintenance database")))
    out += _maintenance(county, folder, stem, maintained, projects)
    progress(Step(0.93, Text("写出表格", "Writing tables")))
    out += _tables(plan, folder, stem, projects, kept, facilities, listed)
    return tuple(out)


def _fixed(plan: Plan) -> dict[str, gpd.GeoDataFrame]:
    """Make the layers that maintenance leaves as they are."""
    g, county = plan.ground, plan.county
    redline = plan.by_mask("STBHHX", g["redline"], HXLX="水源涵养", LXBM="11", ZRBHDMC="云台山自然公园(示范)")
    n = len(redline)
    redline["HXBM"] = [f"{county.code}-11-{i + 1:03d}" for i in range(n)]
    redline["HXMC"] = [f"云台山水源涵养生态保护红线{i + 1}(示范)" for i in range(n)]
    for name, value in (
        ("XIAN", county.name),
        ("SZXJXZQDM", county.code),
        ("SZXJXZQMC", county.name),
        ("GKCS", "按生态保护红线管控(示范)"),
    ):
        redline[name] = value
    heritage = np.flatnonzero(g["heritage"] > 0)
    heritage = heritage[np.argsort(g["heritage"][heritage])]
    return {
        "STBHHX": redline,
        "HLFXKZX": plan.by_mask("HLFXKZX", g["flood"], MC="洪涝风险控制线"),
        "LSWHBHX": plan.frame(
            "LSWHBHX",
            plan.shapes[heritage],
            {"MC": np.array([f"文物保护单位{i + 1}(示范)" for i in range(len(heritage))])},
        ),
        "KCZYKCBHX": plan.by_mask("KCZYKCBHX", g["mine_after"], MC="铁矿资源控制线"),
        "ZXCQFW": plan.by_mask("ZXCQFW", g["extent"], XZQMC=county.name),
        "ZXCQCSHX": plan.by_mask("ZXCQCSHX", g["yellow"], MC="城市黄线"),
        "ZXCQCSZX": plan.by_mask("ZXCQCSZX", g["purple"], MC="城市紫线"),
    }


def _maintenance(
    county: County, folder: Path, stem: str, maintained: list[Maintained], projects: gpd.GeoDataFrame
) -> list[Produced]:
    file = folder / f"{stem}{MAINTAINED_ON.year}年度县级国土空间总体规划动态维护.gdb"
    layers: dict[str, gpd.GeoDataFrame] = {}
    out: list[Produced] = []
    for m in maintained:
        area = profile().layer(m.code).area_field if m.code not in LARGE else None
        for part, frame in (("WHQ", m.before), ("WHC", m.change), ("WHH", m.after)):
            if part == "WHQ" and m.code in LARGE:
                continue
            name = f"{part}{m.code}"
            layers[name] = planned.in_degrees(frame, county.crs, area)
            if part != "WHH" or m.code not in LARGE:
                out.append(Produced(file, name, name, MAINTAINED_ON, MAINTENANCE_ACT, len(frame)))
        # What is in force from now on is the layer after maintenance.
        out.append(Produced(file, f"WHH{m.code}", m.code, MAINTAINED_ON, MAINTENANCE_ACT, len(m.after)))
    layers["JQZDXMD"] = planned.in_degrees(projects, county.crs, None)
    out.append(Produced(file, "JQZDXMD", "JQZDXMD", MAINTAINED_ON, MAINTENANCE_ACT, len(projects)))
    write_layers(layers, file, format="gdb")
    return out


def _tables(
    plan: Plan,
    folder: Path,
    stem: str,
    projects: gpd.GeoDataFrame,
    kept: gpd.GeoDataFrame,
    facilities: dict[str, gpd.GeoDataFrame],
    listed: pd.DataFrame,
) -> list[Produced]:
    out: list[Produced] = []
    books: tuple[tuple[str, str, pd.DataFrame, date, str], ...] = (
        ("规划指标表(示范数据)", "ZBB", listed, MAINTAINED_ON, MAINTENANCE_ACT),
        ("分村人口表(示范数据)", "CJRK", tables.population(plan), SURVEYED_ON, "2024年人口统计(示范)"),
        ("重点建设项目清单2021(示范数据)", "ZDJSXM", tables.project_list(kept), APPROVED_ON, PLAN_ACT),
        (
            "重点建设项目清单2026(示范数据)",
            "ZDJSXM",
            tables.project_list(projects),
            MAINTAINED_ON,
            MAINTENANCE_ACT,
        ),
    )
    for title, code, frame, since, act in books:
        file = folder / f"{stem}{title}.xlsx"
        write_layer(frame, file, format="xlsx", layer_name=code)
        out.append(Produced(file, code, code, since, act, len(frame)))
    # Shapefiles in GBK without a .cpg, as many counties still hand them in.
    for code, frame in facilities.items():
        file = folder / f"{code}.shp"
        write_layer(frame, file, format="shp", layer_name=code, encoding="GBK")
        file.with_suffix(".cpg").unlink(missing_ok=True)
        out.append(
            Produced(file, code, code, SURVEYED_ON, "公共服务设施普查(示范)", len(frame), encoding="GBK")
        )
    return out
