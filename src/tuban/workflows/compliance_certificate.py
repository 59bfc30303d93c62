"""The verdict certificate: PDF and editable DOCX of one kept verdict, with its map and all that it stands on."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import shapely

from tuban.compliance.site import moved
from tuban.domain.siterule import ATTRIBUTES, EFFECT_TITLES, Effect
from tuban.errors import Text, WrongUse
from tuban.geo.crs import epsg_for
from tuban.reports.map_layer import MapLayer
from tuban.reports.map_picture import map_picture
from tuban.reports.words import said
from tuban.store import Workspace
from tuban.store.verdicts import KeptVerdict, verdict_of
from tuban.workflows.intake import profile_of

Format = Literal["pdf", "docx", "json"]
COLOURS = {"符合": "#1b6e3a", "有条件符合": "#9c5700", "不符合": "#c62828", "无法判定": "#5f6b70"}
DIVIDED = {
    "town": Text("涉及乡镇", "Towns"),
    "class": Text("现状地类", "Present land use"),
    "owner": Text("权属", "Owners"),
    "zone": Text("规划分区", "Plan zones"),
}
# What the map shows around the site, lowest first, where it is in force.
AROUND = ("XZQXZ", "GHFQ", "CZKFBJ", "YJJBNTBHTB", "YJJBNT", "STBHHX", "LSWHBHX", "HLFXKZX", "WKB")
MOST_ROWS = 200
_LEAST_MAP_M = 400.0


def certificate(ws: Workspace, number: int, form: Format = "pdf", *, lang: str = "zh") -> bytes:
    """Give the certificate of a kept verdict; the same verdict gives the same bytes.

    Raises
    ------
    NotFound : no such verdict. WrongUse : no such format.
    """
    kept = verdict_of(ws, number)
    if form == "json":
        import json

        whole = {"number": kept.number, "asked": kept.asked, "result": kept.body, "sample": ws.sample}
        return (json.dumps(whole, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
    if form not in {"pdf", "docx"}:
        raise WrongUse(
            Text(f"没有“{form}”格式的核验结论书。", f"There is no certificate as {form!r}."),
            Text("可用 pdf、docx、json。", "Use pdf, docx or json."),
        )
    data, picture = _data(ws, kept, lang), _picture(ws, kept, lang)
    if form == "pdf":
        from tuban.reports.pdf import pdf

        return pdf("certificate", data, pictures={data["picture"]: picture}, made=kept.recorded_at)
    return _docx(data, picture, kept, lang)


def _data(ws: Workspace, kept: KeptVerdict, lang: str) -> dict[str, Any]:
    zh = lang == "zh"
    body = kept.body
    site = body["site"]
    name = ws.name

    def t(chinese: str, english: str) -> str:
        return chinese if zh else english

    attributes = "、" if zh else ", "
    facts = [
        [t("项目(地块)", "Project (site)"), kept.name or "–"],
        [t("所在地", "Place"), name],
        [t("面积", "Area"), f"{site['area_ha']:,.4f} {t('公顷', 'ha')}({site['area_m2']:,.2f} m²)"],
        [t("位置", "Position"), f"{site['centre'][0]:.6f}°E, {site['centre'][1]:.6f}°N"],
        [t("以此日为准", "As of"), kept.on.isoformat()],
        [t("项目情况", "Project"), _attributes(site["attributes"], lang) or "–"],
        [t("核验人、时间", "By, at"), f"{kept.recorded_by or '–'},{said(kept.recorded_at, lang)}"],
        [t("编号", "Number"), str(kept.number)],
    ]
    prohibiting = sum(1 for one in body["concerned"] if one["effect"] == Effect.PROHIBIT and _weighs(one))
    headline = t(
        f"涉及 {len(body['concerned'])} 项(其中禁止 {prohibiting} 项),不涉及 {len(body['not_concerned'])} 项,"
        f"没有数据 {len(body['not_covered'])} 项。",
        f"{len(body['concerned'])} concerned ({prohibiting} prohibiting), {len(body['not_concerned'])} not "
        f"concerned, {len(body['not_covered'])} without data.",
    )
    return {
        "lang": lang,
        "title": t("规划合规性核验结论书", "Certificate of compliance review"),
        "subject": f"{kept.name} · {name}",
        "sample": t("示范数据,不作依据", "Sample data, of no effect") if ws.sample else "",
        "verdict": body["verdict"] if zh else body["verdict_en"],
        "colour": COLOURS[kept.verdict],
        "headline": headline,
        "facts": facts,
        "picture": "map.png",
        "words": _words(lang),
        "concerned": [_concerned(one, lang) for one in body["concerned"]],
        "conditions": body["conditions"],
        "documents": body["documents"],
        "advice": list(dict.fromkeys(one["advice"] for one in body["concerned"] if one["advice"])),
        "overrides": [
            [
                one["rule"],
                one["override"]["by"],
                one["override"]["reason"],
                one["override"]["evidence"],
                one["override"]["on"],
            ]
            for one in body["concerned"]
            if one["override"]
        ],
        "not_covered": [
            [one["reason"], one["supplier"] or "–", attributes.join(one["rules"]) or "–"]
            for one in body["not_covered"]
        ],
        "divided": [
            {
                "title": DIVIDED[key].in_(lang),
                "heads": [
                    t("代码", "Code"),
                    t("名称", "Name"),
                    t("面积(公顷)", "Area (ha)"),
                    t("占比", "Share"),
                ],
                "rows": [
                    [s["code"] or "–", s["name"] or "–", f"{s['area_ha']:,.4f}", f"{s['share']:.2%}"]
                    for s in shares[:MOST_ROWS]
                ],
            }
            for key, shares in body["by"].items()
            if shares
        ],
        "slivers": [
            [one["layer"], f"{one['area_m2']:,.4f}", f"{one['width_m']:.4f}", attributes.join(one["objects"])]
            for one in body["slivers"][:MOST_ROWS]
        ],
        "not_concerned": [
            [
                one["rule"],
                one["title"],
                attributes.join(one["layers"])
                or (
                    t("声明本地没有:", "declared absent: ") + attributes.join(one["declared_absent"])
                    if one["declared_absent"]
                    else t("按项目情况", "by the project's facts")
                ),
            ]
            for one in body["not_concerned"]
        ],
        "policy": _policy(body["policy"], lang),
        "basis": [
            *([t("规则包", "Rule pack"), f"{key} · {value}"] for key, value in body["packs"].items()),
            *([t("图层版本", "Layer version"), f"{key} · {value}"] for key, value in body["layers"].items()),
            *([f"SHA-256 {key}", value] for key, value in body["hashes"].items()),
        ],
        "rerun": t(
            f"任何人可用同一工作区执行 tuban compliance again {kept.number} 重新得出本结论,结果哈希应相同。",
            f"Anyone can reach this verdict again in the same workspace: tuban compliance again {kept.number}; "
            "the result hash is the same.",
        ),
    }


def _words(lang: str) -> dict[str, Any]:
    zh = lang == "zh"
    words: dict[str, tuple[Any, Any]] = {
        "map": ("位置图", "Location map"),
        "concerned": ("涉及", "Concerned"),
        "concerned_heads": (
            ["规则", "后果", "内容", "图层版本", "面积(公顷)", "占比", "依据"],
            ["Rule", "Effect", "Title", "Layer", "Area (ha)", "Share", "Clause"],
        ),
        "conditions": ("条件", "Conditions"),
        "documents": ("应提交的材料", "Documents asked for"),
        "advice": ("建议", "Advice"),
        "overrides": ("经人工认定不计的事项", "Hits set aside by an officer"),
        "override_heads": (
            ["规则", "认定人", "理由", "证据", "日期"],
            ["Rule", "By", "Reason", "Evidence", "Day"],
        ),
        "not_covered": ("没有数据", "Not covered"),
        "not_covered_note": ("没有数据不等于符合。", "No data is not a pass."),
        "not_covered_heads": (["内容", "数据提供部门", "有关规则"], ["What", "Supplier", "Rules"]),
        "slivers": ("细碎面", "Slivers"),
        "sliver_heads": (
            ["图层", "面积(m²)", "宽度(m)", "对象"],
            ["Layer", "Area (m²)", "Width (m)", "Objects"],
        ),
        "not_concerned": ("不涉及", "Not concerned"),
        "not_concerned_heads": (["规则", "内容", "图层版本"], ["Rule", "Title", "Layers"]),
        "basis": ("依据与可复核信息", "Basis, to be checked again"),
    }
    return {key: value[0] if zh else value[1] for key, value in words.items()}


def _weighs(one: Mapping[str, Any]) -> bool:
    return one["override"] is None and not one["stricter"]


def _concerned(one: Mapping[str, Any], lang: str) -> list[str]:
    effect = EFFECT_TITLES[Effect(one["effect"])].in_(lang)
    mark = ""
    if one["override"]:
        mark = "(不计)" if lang == "zh" else " (set aside)"
    elif one["stricter"]:
        mark = f"(从严 {one['stricter']})" if lang == "zh" else f" (see {one['stricter']})"
    return [
        one["rule"],
        effect + mark,
        one["title"],
        one["layer_version"] or "–",
        "–" if one["area_ha"] is None else f"{one['area_ha']:,.4f}",
        "–" if one["share"] is None else f"{one['share']:.2%}",
        one["clause"],
    ]


def _attributes(asked: Mapping[str, Any], lang: str) -> str:
    shown = []
    for name, value in asked.items():
        attribute = ATTRIBUTES[name]
        words = attribute.values.get(str(value))
        shown.append(f"{attribute.label.in_(lang)}:{words.in_(lang) if words else value}")
    return (";" if lang == "zh" else "; ").join(shown)


def _policy(printed: Mapping[str, Any], lang: str) -> str:
    from tuban.compliance.policy import Policy

    return Policy(**{key: value for key, value in printed.items() if key != "touch"}).sentence().in_(lang)


def _picture(ws: Workspace, kept: KeptVerdict, lang: str) -> bytes:
    """Draw the site, the ground it takes, and the lines around it as of the verdict's day and knowledge."""
    site = shapely.from_wkb(kept.shape)
    lon = kept.body["site"]["centre"][0]
    crs = f"EPSG:{epsg_for(lon)}"
    shape = moved(np.array([site], dtype=object), kept.crs, crs)[0]
    west, south, east, north = shapely.bounds(shape)
    reach = max(_LEAST_MAP_M, 1.5 * max(east - west, north - south))
    middle = ((west + east) / 2, (south + north) / 2)
    box = (middle[0] - reach * 1.3, middle[1] - reach, middle[0] + reach * 1.3, middle[1] + reach)
    layers: list[MapLayer] = []
    in_force = ws.in_force(on=kept.on, known=kept.known)
    profile = profile_of(ws)
    window = shapely.box(*box)
    for code in AROUND:
        version = in_force.get(code)
        spec = profile.find(code)
        if version is None or spec is None or version.crs is None:
            continue
        bounds = moved(np.array([shapely.buffer(window, reach)], dtype=object), crs, version.crs)[0].bounds
        frame = ws.read(version, columns=[], bbox=bounds)
        shapes = moved(np.asarray(frame.geometry, dtype=object), version.crs, crs)
        # Beyond the frame, so that no edge of the cut is seen.
        shapes = shapely.intersection(shapes[shapely.is_valid(shapes)], shapely.buffer(window, reach))
        shapes = shapes[~shapely.is_empty(shapes)]
        if len(shapes):
            paint = spec.paint
            layers.append(
                MapLayer(
                    spec.title.in_(lang),
                    shapes,
                    fill=paint.fill if not paint.colours else None,
                    fill_opacity=0.25,
                    line=paint.line or paint.fill or "#8a8f86",
                    line_width_pt=0.8,
                )
            )
    taken = [
        shapely.from_geojson(_geojson(one["geometry"]))
        for one in kept.body["concerned"]
        if one.get("geometry") and one["effect"] == Effect.PROHIBIT
    ]
    if taken:
        there = moved(np.asarray(taken, dtype=object), "EPSG:4490", crs)
        title = Text("禁止占用部分", "prohibited ground").in_(lang)
        layers.append(MapLayer(title, there, fill="#c62828", fill_opacity=0.45, line="#c62828"))
    title = Text("地块", "Site").in_(lang)
    layers.append(MapLayer(title, [shape], fill=None, line="#111111", line_width_pt=1.8))
    return map_picture(layers, crs, width_mm=174, height_mm=100, around=box, sample=ws.sample, lang=lang)


def _geojson(shape: Any) -> str:
    import json

    return json.dumps(shape)


def _docx(data: Mapping[str, Any], picture: bytes, kept: KeptVerdict, lang: str) -> bytes:
    from docx.shared import Cm

    from tuban.reports.docx import add_table, new_document, to_bytes

    document = new_document(data["title"], made=kept.recorded_at, lang=lang)
    words = data["words"]
    document.add_heading(data["title"], 0)
    document.add_paragraph(data["subject"])
    if data["sample"]:
        document.add_paragraph(data["sample"])
    document.add_heading(data["verdict"], 1)
    document.add_paragraph(data["headline"])
    add_table(document, [], data["facts"], [4, 13])
    document.add_heading(words["map"], 1)
    document.add_picture(io.BytesIO(picture), width=Cm(17))

    def table(key: str, heads: Sequence[str], widths: Sequence[float]) -> None:
        if data[key]:
            document.add_heading(words[key], 1)
            add_table(document, heads, data[key], widths)

    table("concerned", words["concerned_heads"], [2.2, 1.6, 4.2, 2.4, 1.9, 1.6, 3.1])
    for key in ("conditions", "documents", "advice"):
        if data[key]:
            document.add_heading(words[key], 1)
            for text in data[key]:
                document.add_paragraph(text, style="List Bullet")
    table("overrides", words["override_heads"], [2.5, 2.5, 5, 5, 2])
    table("not_covered", words["not_covered_heads"], [8, 4, 5])
    for one in data["divided"]:
        document.add_heading(one["title"], 1)
        add_table(document, one["heads"], one["rows"], [4, 7, 3, 3])
    table("slivers", words["sliver_heads"], [4, 3, 3, 7])
    table("not_concerned", words["not_concerned_heads"], [2.6, 8.4, 6])
    document.add_heading(words["basis"], 1)
    document.add_paragraph(data["policy"])
    add_table(document, [], data["basis"], [4, 13])
    document.add_paragraph(data["rerun"])
    return to_bytes(document)
