"""The reference pages, written from the data: `python -m tuban.standards.reference FOLDER`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from tuban.domain.landuse import THREE_CLASS_TITLES
from tuban.domain.layer import GROUP_TITLES, LayerSpec
from tuban.standards.load import (
    Profile,
    collisions,
    control_lines,
    land_use_classes,
    plan_zones,
    profile,
    settlement_codes,
    sources,
    survey_classes,
)

NOTE = "本页由标准数据生成，勿手改。Generated from the data files; do not edit by hand.\n"


def pages() -> dict[str, str]:
    """Give the generated pages: file name → Markdown."""
    return {"standards-layers.md": _layers(profile()), "standards-codes.md": _codes()}


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")


def _layers(used: Profile) -> str:
    parts = [f"# 图层与字段 · Layers and fields ({used.name})\n", NOTE]
    for group, title in GROUP_TITLES.items():
        specs = [spec for spec in used.layers if spec.group == group]
        parts.append(f"## {title.zh} · {title.en}\n")
        rows = [
            (
                spec.code,
                spec.title.zh,
                spec.title.en,
                spec.geometry,
                _county(used, spec),
                spec.confidence,
                spec.note,
            )
            for spec in specs
        ]
        parts.append(_table(("code", "名称", "title", "geometry", "county", "confidence", "note"), rows))
    parts.append("## 字段 · Fields\n")
    parts.append(
        "只列出读到字段表的图层和本项目自定的图层，其余图层用通用字段。"
        "Only layers whose field table was read or is this project's own; others have the common fields.\n"
    )
    parts.extend(
        _fields(spec)
        for spec in sorted(used.layers, key=lambda s: s.code)
        if not any("fields common" in f.confidence for f in spec.fields) and spec.fields
    )
    return "\n".join(parts)


def _county(used: Profile, spec: LayerSpec) -> str:
    return next((place.constraint for place in used.places(spec.code) if place.level == "county"), "")


def _fields(spec: LayerSpec) -> str:
    rows = [
        (
            f.name,
            f.title.zh,
            f.title.en,
            f.kind,
            f.length,
            f.decimals,
            f.unit,
            "M" if f.required else "",
            f.codes or f.domain,
            "(other dialect)" if f in spec.others else " ".join(f.aliases),
            f.confidence,
        )
        for f in (*spec.fields, *spec.others)
    ]
    head = (
        "field",
        "名称",
        "title",
        "type",
        "length",
        "decimals",
        "unit",
        "required",
        "values",
        "aliases",
        "confidence",
    )
    roles = ", ".join(
        f"{role} {column}"
        for role in ("id", "class", "area", "unit")
        if (column := getattr(spec, f"{role}_field")) is not None
    )
    return f"### {spec.code} {spec.title.zh}\n\n{roles}\n\n" + _table(head, rows)


# Head of a column → attribute of the entry (dotted: a part of it).
_NAMES = {"code": "code", "名称": "name.zh", "name": "name.en"}
_GREAT = {"三大类": "three_class"}
_MARK = {"confidence": "confidence"}


def _entries(items: Iterable[object], columns: dict[str, str]) -> str:
    return _table(list(columns), ([_part(item, path) for path in columns.values()] for item in items))


def _part(item: object, path: str) -> str:
    value = item
    for name in path.split("."):
        value = getattr(value, name)
    if path == "three_class":
        return THREE_CLASS_TITLES[str(value)].zh  # type: ignore[index]
    return "/".join(value) if isinstance(value, tuple) else str(value or "")


def _codes() -> str:
    trial = land_use_classes("2020-trial")
    classes = {**_NAMES, **_GREAT, "colour": "colour", **_MARK}
    classes |= {"confidence of 三大类": "confidence_three_class", "note": "note"}
    differing = {**_NAMES, "becomes in 2023": "successors", **_MARK, "note": "note"}
    both = {"code": "code", "2020": "trial.name.zh", "2023": "current.name.zh"}
    survey = {**_NAMES, **_GREAT, "plan 2023": "plan_codes", "kind": "map_kind", **_MARK}
    survey |= {"confidence of the mapping": "confidence_map", "note": "note"}
    zones = {
        **_NAMES,
        "parent": "parent",
        "colour": "colour",
        **_MARK,
        "confidence of the colour": "confidence_colour",
    }
    lines = {
        **_NAMES,
        "kind": "kind",
        "layers": "layers",
        "rule inside": "rule",
        **_MARK,
        "detail": "confidence_detail",
    }
    return "\n".join(
        (
            "# 编码表 · Code tables\n",
            NOTE,
            "## 用地用海分类(2023) · Plan classes, 2023\n",
            _entries(land_use_classes("2023"), classes),
            "## 2020 试行分类中不同的编码 · Codes of the 2020 trial that differ\n",
            _entries((c for c in trial if not c.same), differing),
            (
                f"其余 {sum(c.same for c in trial)} 个编码未见变化，按推断沿用 2023 版名称。"
                "The other codes are taken to be unchanged; that is inferred.\n"
            ),
            "### 同码异义 · One code, two meanings\n",
            _entries(collisions(), both),
            "## 三调地类 · Survey classes and the plan classes they become\n",
            _entries(survey_classes(), survey),
            "## 城镇村属性码 · Settlement codes (CZCSXM)\n",
            _entries(settlement_codes(), {**_NAMES, **_MARK, "note": "note"}),
            "## 规划分区 · Plan zones\n",
            _entries(plan_zones(), zones),
            "## 规划分区：杭州 · Plan zones: Hangzhou\n",
            _entries((z for z in plan_zones("hangzhou") if z.variant), zones),
            "## 管控边界 · Control lines\n",
            _entries(control_lines(), lines),
            "## 置信标记的来源 · Sources of the confidence marks\n",
            (
                "`verified:KEY` 见于该来源；`recalled` 凭记忆；`inferred`、`derived` 由推断或算出。"
                "`verified:KEY`: seen in that source; `recalled`: from memory; "
                "`inferred`, `derived`: deduced or computed.\n"
            ),
            _table(("key", "what", "weight"), ((key, *entry) for key, entry in sources().items())),
        )
    )


def main(folder: str) -> None:
    """Write the pages into a folder."""
    for name, text in pages().items():
        (Path(folder) / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
