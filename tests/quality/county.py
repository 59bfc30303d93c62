"""A whole small hand-in on disk, as an institute writes it with ordinary tools; tests break one thing in it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from docx import Document as Docx
from openpyxl import Workbook
from shapely import unary_union

from given import CRS, square
from tuban.geo.area import area_m2
from tuban.quality.check import check
from tuban.quality.package import open_package
from tuban.quality.result import Result
from tuban.standards.load import profile
from tuban.standards.rulebook import quality_rules
from tuban.workflows.quality import delivery_words

CODE, NAME = "410481", "舞钢市"
STEM = f"{CODE}{NAME}国土空间总体规划"
SIDE_M = 1000.0
Layers = dict[str, gpd.GeoDataFrame]
# Zone of each of the nine squares: ecology, farmland, town, and general farming for the rest.
ZONES = ["100", "300", "410", "520", "520", "520", "520", "520", "520"]


def _layer(code: str, serial: int, shapes: list, **columns: object) -> gpd.GeoDataFrame:
    spec = profile().layer(code)
    n = len(shapes)
    base: dict[str, object] = {
        "BSM": [f"{CODE}{serial:04d}{i:08d}" for i in range(1, n + 1)],
        "YSDM": ["2090020610" if "GHFQ" in code else "2001010100" if code == "DLTB" else "2090020000"] * n,
        "XZQDM": [CODE] * n,
        "XZQMC": [NAME] * n,
    }
    names = {field.name for field in spec.fields}
    base = {k: v for k, v in base.items() if k in names} | columns
    areas = np.round(area_m2(np.array(shapes, dtype=object), CRS), 2)
    if spec.area_field and spec.area_field not in base:
        base[spec.area_field] = areas
    return gpd.GeoDataFrame(base, geometry=shapes, crs=CRS)


def layers() -> Layers:
    """A sound plan database: one county of nine square kilometres."""
    cells = [square(SIDE_M * i, SIDE_M * j, SIDE_M) for j in range(3) for i in range(3)]
    zones = profile().zones
    made = {
        "XZQX": _layer("XZQX", 1, [unary_union(cells)]),
        "YDYHGHFQ": _layer("YDYHGHFQ", 2, cells, GHFQDM=ZONES, GHFQMC=[zones[z].name.zh for z in ZONES]),
        "STBHHX": _layer("STBHHX", 3, [cells[0]], HXMC=["红线"]),
        "YJJBNTBHTB": _layer("YJJBNTBHTB", 4, [cells[1]], DLBM=["0101"], DLMC=["水田"]),
        "CZKFBJ": _layer("CZKFBJ", 5, [cells[2]], GHFQDM=["410"], GHFQMC=[zones["410"].name.zh]),
    }
    made["YJJBNTBHTB"]["YJJBNTMJ"] = made["YJJBNTBHTB"]["YJJBNTTBMJ"]
    areas = np.round(area_m2(np.array(cells, dtype=object), CRS), 2)
    unit = f"{CODE}0010010000000"
    made["DLTB"] = _layer(
        "DLTB", 6, cells, TBBH=[str(i) for i in range(9)], DLBM=["0301", "0101", "0701", *["0103"] * 6],
        DLMC=["乔木林地", "水田", "城镇住宅用地", *["旱地"] * 6], QSXZ=["30"] * 9, QSDWDM=[unit] * 9, QSDWMC=["村"] * 9,
        ZLDWDM=[unit] * 9, ZLDWMC=["村"] * 9, TBMJ=areas, TBDLMJ=areas, KCXS=[0.0] * 9, KCMJ=[0.0] * 9,
        CZCSXM=["", "", "201", *[""] * 6], SJNF=[2020] * 9, MSSM=["00"] * 9,
    )  # fmt: skip
    return made


def write(made: Layers, path: Path) -> Path:
    """Write layers as .gpkg, .gdb or a folder of shapefiles, by the path's ending."""
    if path.suffix == "":
        path.mkdir(parents=True, exist_ok=True)
    for code, frame in made.items():
        if path.suffix == ".gpkg":
            frame.to_file(path, layer=code, driver="GPKG")
        elif path.suffix == ".gdb":
            frame.to_file(path, layer=code, driver="OpenFileGDB")
        else:
            frame.to_file(path / f"{code}.shp", encoding="UTF-8")
    return path


PLAN_TEXT = f"""第一章 总则
{NAME}国土空间总体规划。规划基期为2020年,近期目标年为2025年,规划目标年为2035年。
文本中下划线部分为强制性内容。落实约束性指标,统筹三条控制线,构建生态屏障和生态安全格局。
保护历史文化遗产,建设绿地和公共服务设施,完善综合交通和综合防灾体系。依据《第三次全国国土调查技术规程》(TD/T 1055-2019)编制。
"""


def table(path: Path, rows: list[list[object]], title: str = "") -> Path:
    """Write a workbook of one sheet, with a merged title row where there is a title."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    if title:
        sheet.append([title, *[None] * (len(rows[0]) - 1)])
        sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(rows[0]))
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


ZONE_TABLE = [
    ["规划分区", "面积(公顷)", "占比(%)"],
    ["生态保护区", 100.00, 11.11],
    ["农田保护区", 100.00, 11.11],
    ["城镇集中建设区", 100.00, 11.11],
    ["一般农业区", 600.00, 66.67],
    ["合计", 900.00, 100.00],
]


def deliver(root: Path, made: Layers | None = None, text: str = PLAN_TEXT) -> Path:
    """Write the whole folder of a hand-in: texts, drawings, tables, database, metadata."""
    folder = root / f"{STEM}成果"
    for name in ("1规划文本", "2规划图件", "3规划说明", "4专题研究报告", "5数据库", "6其他材料"):
        (folder / name).mkdir(parents=True)
    for place, name in (
        ("1规划文本", "规划文本"),
        ("3规划说明", "规划说明"),
        ("4专题研究报告", "专题研究报告"),
    ):
        doc = Docx()
        for line in text.splitlines():
            doc.add_paragraph(line)
        doc.save(str(folder / place / f"{name}.docx"))
    for drawing in (
        "三条控制线图",
        "国土空间总体格局图",
        "城镇体系图",
        "公共服务设施图",
        "综合交通图",
        "规划分区图",
    ):
        (folder / "2规划图件" / f"{drawing}.jpg").write_bytes(b"\xff\xd8\xff\xe0 picture")
    write(made or layers(), folder / "5数据库" / f"{STEM}数据库.gdb")
    (folder / "5数据库" / "元数据.xml").write_text(
        f"<?xml version='1.0' encoding='UTF-8'?><md><XZQDM>{CODE}</XZQDM><crs>CGCS2000</crs></md>",
        encoding="utf-8",
    )
    table(folder / "5数据库" / "规划分区统计表.xlsx", ZONE_TABLE, "规划分区统计表 单位:公顷")
    (folder / "6其他材料" / "会议纪要.txt").write_text("会议纪要", encoding="utf-8")
    return folder


def judged(path: Path, *rules: str) -> Result:
    """Judge what lies at a path by some rules, or by all of files, structure, values, numbers and texts."""
    definitions, book = profile(), quality_rules()
    with open_package(path, definitions, delivery=delivery_words(book)) as package:
        return check(package, definitions, book, only=rules or [r.id for r in book if r.id[0] in "1237"])


def found(path: Path, rule: str) -> list[str]:
    """Give the sentences of what one rule finds at a path; it must have run to its end."""
    result = judged(path, rule)
    assert result.complete, result.incomplete
    return [finding.message.zh for finding in result.findings]


def with_change(
    tmp: Path, code: str, change: Callable[[gpd.GeoDataFrame], object], suffix: str = ".gpkg"
) -> Path:
    """Write the sound database with one layer changed; `change` works in place, or gives the new frame."""
    made = layers()
    new = change(made[code])
    if isinstance(new, pd.DataFrame):
        made[code] = new  # type: ignore[assignment]
    return write(made, tmp / f"plan{suffix}")


def packed(folder: Path, archive: Path) -> Path:
    """Pack a folder as a zip, names in UTF-8."""
    with zipfile.ZipFile(archive, "w") as pack:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                pack.write(file, file.relative_to(folder.parent).as_posix())
    return archive
