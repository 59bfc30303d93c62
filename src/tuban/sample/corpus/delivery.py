"""The good hand-in: folder tree, text with tables, maps, metadata and the database of the good plan."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from tuban.reports.docx import add_table, new_document, to_bytes
from tuban.reports.map_layer import MapLayer
from tuban.reports.map_picture import map_picture
from tuban.sample.corpus import ground
from tuban.sample.corpus.model import World
from tuban.sample.writing import conform
from tuban.standards.load import profile

STEM = f"{ground.CODE}云栖县"
ROOT = f"{STEM}国土空间总体规划成果"
TEXT = f"1规划文本/{STEM}国土空间总体规划文本.docx"
FOLDERS = ("1规划文本", "2规划图件", "3规划说明", "4专题研究报告", "5数据库", "6其他材料")
DATABASE = f"5数据库/{STEM}国土空间总体规划数据库.gpkg"
INDICATORS = f"5数据库/{STEM}规划指标表.xlsx"
METADATA = f"5数据库/{STEM}元数据.xml"
MAPS = (
    "控制线图",
    "国土空间总体格局图",
    "城镇体系规划图",
    "公共服务设施规划图",
    "综合交通规划图",
    "规划分区图",
)


@dataclass
class Words:
    """The plan's text before it is written: paragraphs, and tables as heads and rows, in their order."""

    parts: list[str | tuple[str, list[str], list[list[str]]]] = field(default_factory=list)

    def change(self, old: str, new: str) -> None:
        """Write `new` wherever a paragraph or cell has `old`; it must be there."""
        found = False
        for number, one in enumerate(self.parts):
            if isinstance(one, str):
                found |= old in one
                self.parts[number] = one.replace(old, new)
            else:
                title, heads, rows = one
                found |= any(old in cell for row in rows for cell in row)
                self.parts[number] = (
                    title,
                    heads,
                    [[cell.replace(old, new) for cell in row] for row in rows],
                )
        assert found, old

    def cell(self, table: int, row: int, column: int, value: str) -> None:
        """Write into a cell of the n-th table, all counted from 0."""
        tables = [one for one in self.parts if not isinstance(one, str)]
        tables[table][2][row][column] = value

    def docx(self) -> bytes:
        """Give the document."""
        document = new_document("云栖县国土空间总体规划(2021-2035年)文本(示范)")
        for one in self.parts:
            if isinstance(one, str):
                document.add_paragraph(one)
            else:
                title, heads, rows = one
                document.add_paragraph(title)
                add_table(document, heads, rows, [17 / len(heads)] * len(heads))
        return to_bytes(document)


def hectares(square_metres: float) -> float:
    """Give hectares of two decimals, half up."""
    return float(np.floor(square_metres / 100 + 0.5) / 100)


@cache
def zone_areas() -> dict[str, float]:
    """Give hectares by plan zone of the first level, in the order of the codes."""
    zones, names = ground.zones(), profile().zones
    out: dict[str, float] = {}
    for code, area in zip(zones["GHFQDM"], zones["MJ"], strict=True):
        name = names[f"{code[0]}00"].name.zh
        out[name] = out.get(name, 0.0) + float(area)
    return {name: hectares(area) for name, area in out.items()}


@cache
def line_areas() -> dict[str, float]:
    """Give hectares of the three lines."""
    return {
        "永久基本农田": hectares(float(ground.farmland()["YJJBNTMJ"].sum())),
        "生态保护红线": hectares(float(ground.redline()["MJ"].sum())),
        "城镇开发边界": hectares(float(ground.boundary()["MJ"].sum())),
    }


def shares(parts: list[float]) -> list[str]:
    """Give percentages of two decimals that sum to 100.00: the largest takes what rounding leaves."""
    total = sum(parts)
    rounded = [round(100 * part / total, 2) for part in parts]
    largest = parts.index(max(parts))
    rounded[largest] = round(rounded[largest] + 100 - sum(rounded), 2)
    return [f"{share:.2f}" for share in rounded]


def words() -> Words:
    """Write the plan's text."""
    lines, zones = line_areas(), zone_areas()
    red, farm, town = lines["生态保护红线"], lines["永久基本农田"], lines["城镇开发边界"]
    total = round(sum(zones.values()), 2)
    parts: list[str | tuple[str, list[str], list[list[str]]]] = [
        "云栖县国土空间总体规划(2021-2035年)文本(示范)",
        "第1条 规划期限为2021年至2035年,基期为2020年,近期目标年为2025年,远期目标年为2035年。",
        "第2条 强制性内容:本文本中标明“强制性内容”的条款不得擅自修改。",
        "第3条 落实约束性指标及其分解。【强制性内容】",
        (
            f"第4条 统筹划定三条控制线。到2035年,划定永久基本农田{farm:.2f}公顷,生态保护红线{red:.2f}公顷,"
            f"城镇开发边界{town:.2f}公顷。【强制性内容】"
        ),
        "第5条 构建生态屏障和生态廊道,保护自然保护地。【强制性内容】",
        "第6条 加强历史文化保护,划定历史文化保护线。【强制性内容】",
        "第7条 中心城区构建蓝绿空间网络,划定绿线和蓝线。【强制性内容】",
        "第8条 完善公共服务设施和住房保障。【强制性内容】",
        "第9条 布局重大交通枢纽、线性工程和综合防灾设施。【强制性内容】",
        (
            "表1 规划分区面积表",
            ["规划分区", "面积(公顷)", "占比(%)"],
            [
                *(
                    [name, f"{area:.2f}", share]
                    for (name, area), share in zip(zones.items(), shares(list(zones.values())), strict=True)
                ),
                ["合计", f"{total:.2f}", "100.00"],
            ],
        ),
        (
            "表2 三条控制线面积表",
            ["控制线", "面积(公顷)"],
            [[name, f"{area:.2f}"] for name, area in lines.items()],
        ),
    ]
    return Words(parts)


@cache
def indicators() -> bytes:
    """Write the indicator table as a workbook."""
    return workbook({"ZBB": indicator_rows()})


def indicator_rows() -> list[list[object]]:
    """Give the indicator table, names of the columns first."""
    lines = line_areas()
    farm = hectares(float(ground.parcels().query("DLBM == '0103'")["TBMJ"].sum()))
    rows = [
        ("耕地保有量", "约束性", farm, ">="),
        ("永久基本农田", "约束性", lines["永久基本农田"], ">="),
        ("生态保护红线", "约束性", lines["生态保护红线"], ">="),
        ("城镇开发边界", "约束性", lines["城镇开发边界"], "<="),
    ]
    frame = conform(
        {
            "XH": [str(number) for number in range(1, len(rows) + 1)],
            "ZBMC": [row[0] for row in rows],
            "ZBDW": "公顷",
            "ZBSX": [row[1] for row in rows],
            "ZBCJ": "全域",
            "ZBFX": [row[3] for row in rows],
            "XZJQN": [row[2] for row in rows],
            "JQMBZ": [row[2] for row in rows],
            "GHMBN": [row[2] for row in rows],
            "SJLY": "示范数据",
        },
        "ZBB", None, None,
    )  # fmt: skip
    cells = frame.astype(object).where(frame.notna(), None).to_numpy().tolist()
    return [list(frame.columns), *cells]


def workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    """Write sheets of cells; the same cells give the same bytes."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        from datetime import datetime

        book.set_properties({"created": datetime(2020, 1, 1)})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    if value is not None:
                        sheet.write(number, column, value)
    return out.getvalue()


def metadata(crs: str = "EPSG:4526", code: str = ground.CODE) -> bytes:
    """Write the metadata file."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Metadata>\n'
        f"  <title>云栖县国土空间总体规划数据库(示范)</title>\n  <XZQDM>{code}</XZQDM>\n"
        f"  <coordinateSystem>2000国家大地坐标系 {crs}</coordinateSystem>\n"
        "  <heightDatum>1985国家高程基准</heightDatum>\n  <date>2026-01-01</date>\n</Metadata>\n"
    ).encode()


@cache
def picture(title: str) -> bytes:
    """Draw one of the plan's maps, in the standard's colours of the zones."""
    table, zones = profile().zones, ground.zones()
    layers = []
    for code, shape in zip(zones["GHFQDM"], zones.geometry, strict=True):
        zone = table[code]
        layers.append(MapLayer(zone.name.zh, [shape], fill=zone.colour or "#dddddd", fill_opacity=1.0))
    return map_picture(
        layers, ground.CRS, width_mm=120, height_mm=80, dots_per_inch=90, title=title, sample=True
    )


@cache
def _note(title: str) -> bytes:
    document = new_document(title)
    document.add_paragraph(title)
    document.add_paragraph("本文件为示范数据,用于说明成果目录。")
    return to_bytes(document)


def delivery() -> World:
    """Make the good hand-in."""
    files = {
        TEXT: words().docx(),
        f"3规划说明/{STEM}国土空间总体规划说明.docx": _note("规划说明(示范)"),
        f"4专题研究报告/{STEM}专题研究报告.docx": _note("专题研究报告(示范)"),
        METADATA: metadata(),
        INDICATORS: indicators(),
        f"6其他材料/{STEM}专家论证意见.docx": _note("专家论证意见(示范)"),
    }
    files |= {f"2规划图件/{STEM}{title}.png": picture(title) for title in MAPS}
    return World(ground.layers(), files, list(FOLDERS), DATABASE, ROOT, {"words": words()})
