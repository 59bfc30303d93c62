"""The calibration table: every published quantity against what the written layers add up to."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from tuban.errors import Text
from tuban.geo.area import area_m2
from tuban.sample.figures import CENTRE_CODES, ZONE_CODES
from tuban.sample.model import County
from tuban.sample.planned import Maintained
from tuban.sample.report import Calibration
from tuban.sample.tables import RESERVES

WHEN = {"before": Text("维护前", "before"), "after": Text("维护后", "after")}
ZONE_EN = {
    100: "Ecological protection zone",
    200: "Ecological control zone",
    300: "Farmland zone",
    400: "Urban zone",
    500: "Rural zone",
    700: "Mining zone",
}
CENTRE_EN = {
    "07": "residential",
    "08": "public services",
    "09": "commercial",
    "10": "industrial",
    "11": "storage",
    "12": "transport",
    "13": "utilities",
    "14": "green space",
    "16": "reserved",
}


def _ha(frame: gpd.GeoDataFrame) -> float:
    return float(area_m2(frame.geometry).sum()) / 1e4


def compare(
    county: County,
    survey: dict[str, pd.DataFrame],
    maintained: list[Maintained],
    fixed: dict[str, gpd.GeoDataFrame],
    indicators: pd.DataFrame,
) -> tuple[Calibration, ...]:
    """Measure the layers and set them against the figures."""
    fig, g = county.fig, county.ground
    by_code = {m.code: m for m in maintained}
    rows: list[Calibration] = []

    def add(
        key: str, zh: str, en: str, published: float, ours: float, unit: str = "ha", note: Text | None = None
    ) -> None:
        factor = county.free_scale if unit == "ha" else 1.0
        rows.append(Calibration(key, Text(zh, en), published, ours, unit, note, factor))

    tiles = Text(
        "铺满县域的分区随县域范围按比例缩放;公布的分区合计与总面积差几百分之一公顷。",
        "Zones that tile the county scale with its outline; published, they do not quite sum to its area.",
    )
    scaled = Text(
        f"县域范围与公布面积相差较大,各项公布面积乘 {county.free_scale:.4f} 后比较。",
        f"The outline is of quite another size: published areas are multiplied by {county.free_scale:.4f}.",
    )
    add(
        "total",
        "国土总面积",
        "County area",
        fig.total_ha,
        float(survey["DLTB"]["TBMJ"].sum()) / 1e4,
        note=scaled if county.free_scale != 1.0 else None,
    )
    add(
        "cultivated",
        "耕地面积(扣田坎)",
        "Cultivated land, ridges off",
        fig.cultivated_ha,
        float(survey["DLTB"].loc[survey["DLTB"]["DLBM"].isin(["0101", "0102", "0103"]), "TBDLMJ"].sum())
        / 1e4,
    )
    add(
        "village",
        "村庄用地(人均×乡村人口)",
        "Village land (per person × rural persons)",
        fig.village_ha,
        float(g["area"][g["is_village"]].sum()) / 1e4,
    )
    for when, word in WHEN.items():
        zones = getattr(by_code["GHFQ"], when)
        for name, code in ZONE_CODES.items():
            mine = zones[zones["GHFQDM"] == str(code)]
            add(
                f"zone.{code}.{when}",
                f"{name}({word.zh})",
                f"{ZONE_EN[code]}, {word.en}",
                fig.zones_ha[code][when],
                _ha(mine),
                note=tiles if code == 500 and when == "before" else None,
            )
    _boundary(county, by_code["CZKFBJ"], indicators, add)
    add("redline", "生态保护红线", "Ecological redline", fig.red_line_ha, _ha(fixed["STBHHX"]))
    _farmland(county, by_code["YJJBNTBHTB"], fixed["YJJBNTCBQ"], add)
    for when, word in WHEN.items():
        centre = g[f"plan_{when}"]
        for name, code in CENTRE_CODES.items():
            add(
                f"centre.{code}.{when}",
                f"中心城区{name}({word.zh})",
                f"Centre: {CENTRE_EN[code]}, {word.en}",
                fig.centre_ha[code][when],
                float(g["area"][centre == code].sum()) / 1e4,
            )
        add(
            f"centre.total.{when}",
            f"中心城区建设用地合计({word.zh})",
            f"Centre: all construction land, {word.en}",
            fig.centre_total_ha[when],
            float(g["area"][centre != ""].sum()) / 1e4,
        )
        for code, title, en, want in (
            ("ZXCQCSLVX", "城市绿线", "Green line", fig.green_line_ha),
            ("ZXCQCSLX", "城市蓝线", "Blue line", fig.blue_line_ha),
        ):
            add(
                f"{code}.{when}",
                f"{title}({word.zh})",
                f"{en}, {word.en}",
                want[when],
                _ha(getattr(by_code[code], when)),
            )
    add("extent", "中心城区范围", "Central-city extent", fig.centre_extent_ha, _ha(fixed["ZXCQFW"]))
    add("flood", "洪涝风险控制线", "Flood-risk line", fig.flood_ha, _ha(fixed["HLFXKZX"]))
    add("heritage", "历史文化保护对象", "Heritage sites", fig.heritage, len(fixed["LSWHBHX"]), "处")
    projects = fixed["JQZDXMD"]
    add(
        "projects.before",
        "重点项目(维护前)",
        "Key projects, before",
        fig.projects["before"],
        int((projects["XMZT"] == "保留").sum()),
        "个",
    )
    add(
        "projects.after",
        "重点项目(维护后)",
        "Key projects, after",
        fig.projects["after"],
        len(projects),
        "个",
    )
    return tuple(rows)


def _boundary(county: County, boundary: Maintained, indicators: pd.DataFrame, add) -> None:
    fig, g = county.fig, county.ground
    add(
        "boundary.before",
        "城镇开发边界(维护前)",
        "Urban boundary, before",
        fig.boundary_before_ha,
        _ha(boundary.before),
    )
    kind = boundary.change["WHLX"]
    out, joined = boundary.change[kind == "3"], boundary.change[kind == "1"]
    add("boundary.out", "边界调出", "Boundary: moved out", sum(fig.moved_out_ha.values()), _ha(out))
    add("boundary.in", "边界调入", "Boundary: moved in", sum(fig.moved_in_ha.values()), _ha(joined))
    add(
        "boundary.drawn",
        "城镇开发边界(维护后,落图)",
        "Urban boundary, after, as drawn",
        fig.drawn_after_ha,
        _ha(boundary.after),
    )
    # What a map cannot show is taken from where it is handed in: the table of indicators (ZBB).
    table = indicators.set_index("ZBMC")["WHHZ"]
    kept = {kind: float(table[name]) * county.free_scale for kind, name in RESERVES.items()}
    for kind, zh, en in (("stock", "存量", "stock"), ("new", "新增", "new")):
        add(
            f"boundary.reserved.{kind}",
            f"边界预留机动指标({zh},不落图)",
            f"Boundary: mobile quota kept, {en}, not drawn",
            fig.reserved_ha[kind],
            kept[kind],
        )
    undrawn_ha = sum(fig.reserved_ha.values())
    left_ha = round(fig.boundary_after_ha - fig.drawn_after_ha - undrawn_ha, 2) + 0.0
    add(
        "boundary.after",
        "城镇开发边界(维护后,含预留)",
        "Urban boundary, after, reserves included",
        fig.boundary_after_ha,
        _ha(boundary.after) + sum(kept.values()),
        note=Text(
            f"公布值 {fig.boundary_after_ha:,.2f} = 落图 {fig.drawn_after_ha:,.2f} + 预留机动指标 {undrawn_ha:,.2f} 公顷"
            f"(存量 {fig.reserved_ha['stock']:,.2f}、新增 {fig.reserved_ha['new']:,.2f}),余 {left_ha:,.2f}。预留指标按维护方案"
            "的指标台账不落图,图层只有落图部分;数额记在规划指标表(ZBB)。",
            f"The published {fig.boundary_after_ha:,.2f} ha are {fig.drawn_after_ha:,.2f} ha drawn and {undrawn_ha:,.2f} ha of "
            f"mobile quota kept (stock {fig.reserved_ha['stock']:,.2f}, new {fig.reserved_ha['new']:,.2f}), {left_ha:,.2f} left. By "
            "the scheme's ledger the quota is not drawn: the layer holds what is, the table of indicators (ZBB) the quota.",
        ),
    )
    unbuilt = float(g["area"][g["unbuilt"]].sum()) / 1e4
    add("boundary.new", "新增城镇空间(未建)", "New urban space, unbuilt", fig.new_space_ha, unbuilt)


def _farmland(county: County, farmland: Maintained, reserve: gpd.GeoDataFrame, add) -> None:
    fig = county.fig
    g = county.ground
    net = g["area"] * g["net"] / 1e4
    pbf = g["pbf"]
    before_ha = fig.farmland_after_ha - fig.farmland_in_ha + fig.farmland_out_ha
    add(
        "farmland.before",
        "永久基本农田(维护前,按调入调出推算)",
        "Basic farmland, before (after − in + out)",
        before_ha,
        float(farmland.before["YJJBNTMJ"].sum()) / 1e4,
    )
    add(
        "farmland.reported",
        "永久基本农田(2024年上报)",
        "Basic farmland, as reported for 2024",
        fig.farmland_reported_ha,
        float(farmland.before["YJJBNTMJ"].sum()) / 1e4,
        note=Text(
            "公布值自相矛盾:上报数与维护后面积、调入调出不能同时成立;以维护后面积和调入调出为准。",
            "Published values contradict: the reported area does not fit the area after with what moved in and out; those are met.",
        ),
    )
    add(
        "farmland.out",
        "永久基本农田调出",
        "Basic farmland: moved out",
        fig.farmland_out_ha,
        float(net[pbf == 2].sum()),
    )
    add(
        "farmland.in",
        "永久基本农田调入",
        "Basic farmland: moved in",
        fig.farmland_in_ha,
        float(net[pbf == 3].sum()),
    )
    add(
        "farmland.after",
        "永久基本农田(维护后)",
        "Basic farmland, after",
        fig.farmland_after_ha,
        float(farmland.after["YJJBNTMJ"].sum()) / 1e4,
    )
    add(
        "farmland.reserve",
        "永久基本农田储备区",
        "Basic farmland reserve",
        fig.farmland_reserve_ha,
        float(reserve["CBQMJ"].sum()) / 1e4,
    )
