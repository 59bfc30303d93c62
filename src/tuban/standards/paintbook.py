"""How layers are drawn: the paint file with code-table colours put in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from tuban.domain.layer import Paint
from tuban.errors import Text
from tuban.standards.tables import HERE
from tuban.standards.yamldoc import YamlDoc, read_yaml

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
KEYS = {"fill", "fill_opacity", "line", "line_width_px", "dash", "casing", "by", "colours", "label"}
# Code table → its colours as (value, colour, title).
Tables = Callable[[str], tuple[tuple[str, str, Text], ...]]


def paint_file() -> YamlDoc:
    """Give the shipped paint file."""
    return read_yaml(HERE / "paint/layers.yaml")


def raw_paint(code: str, group: str, geometry: str, seen: tuple[str, ...] = ()) -> dict[str, Any]:
    """Give the paint keys of a layer: its own over those it is `like`, else those of its group and kind."""
    doc = paint_file()
    book = doc.whole()
    own = book["layers"].get(code)
    if own is None:
        return dict(book["defaults"].get(f"{group}.{geometry}", {}))
    if "like" not in own:
        return dict(own)
    if own["like"] in seen:
        raise doc.fault(
            ("layers", code, "like"),
            Text("like 互相引用成环。", "The layers are like one another in a circle."),
        )
    base = raw_paint(own["like"], group, geometry, (*seen, code))
    return base | {key: value for key, value in own.items() if key != "like"}


def check_paint(doc: YamlDoc, path: tuple[str, ...], keys: Any) -> None:
    """Refuse keys that paint does not know and colours that are none."""
    if not isinstance(keys, dict):
        raise doc.fault(path, Text("paint 应为“键: 值”。", "`paint` must be a mapping."))
    for key, value in keys.items():
        here = (*path, key)
        if key not in KEYS:
            raise doc.fault(
                here,
                Text(f"绘制中没有“{key}”。", f"Paint has no key {key!r}."),
                Text(f"可用：{'、'.join(sorted(KEYS))}。", f"Use one of: {', '.join(sorted(KEYS))}."),
            )
        if key in ("fill", "line", "casing") and value is not None and not _is_colour(value):
            raise doc.fault(
                here,
                Text(
                    f'颜色“{value}”应写作 "#rrggbb"（带引号）。',
                    f'Write the colour {value!r} as "#rrggbb", quoted.',
                ),
            )
        if key in ("fill_opacity", "line_width_px") and not (isinstance(value, (int, float)) and value >= 0):
            raise doc.fault(here, Text("应为不小于 0 的数。", "It must be a number, 0 or more."))
        if key == "fill_opacity" and float(value or 0) > 1:
            raise doc.fault(here, Text("透明度应在 0 到 1 之间。", "Opacity lies between 0 and 1."))
        if key == "dash" and not _is_dash(value):
            raise doc.fault(here, Text("dash 应为正数的列表。", "`dash` must be a list of positive numbers."))
        if key == "colours":
            _check_colours(doc, here, value)


def _is_colour(value: Any) -> bool:
    return isinstance(value, str) and COLOUR.fullmatch(value) is not None


def _is_dash(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, (int, float)) and v > 0 for v in value)


def _check_colours(doc: YamlDoc, path: tuple[str, ...], value: Any) -> None:
    if isinstance(value, str):
        if value not in ("land-use", "survey", "zones", "settlement"):
            raise doc.fault(path, Text(f"没有编码表“{value}”。", f"There is no code table {value!r}."))
        return
    if not isinstance(value, dict):
        raise doc.fault(
            path,
            Text(
                "colours 应为编码表名或“值: [颜色, 中文, 英文]”。",
                "`colours` names a code table or maps value: [colour, zh, en].",
            ),
        )
    for key, entry in value.items():
        good = isinstance(entry, list) and len(entry) == 3 and all(isinstance(e, str) for e in entry)
        if not good or not _is_colour(entry[0]):
            raise doc.fault(
                (*path, key), Text('应写作 ["#rrggbb", 中文, 英文]。', 'Write ["#rrggbb", zh, en].')
            )


def paint_of(keys: Mapping[str, Any], tables: Tables) -> Paint:
    """Make a `Paint` of its keys; `tables` gives the colours of a code table."""
    colours = keys.get("colours")
    if isinstance(colours, str):
        listed = tables(colours)
    elif colours:
        listed = tuple((str(value), entry[0], Text(entry[1], entry[2])) for value, entry in colours.items())
    else:
        listed = ()
    return Paint(
        fill=keys.get("fill"),
        fill_opacity=float(keys.get("fill_opacity", 0.5)),
        line=keys.get("line"),
        line_width_px=float(keys.get("line_width_px", 1.0)),
        dash=tuple(float(value) for value in keys.get("dash") or ()),
        casing=keys.get("casing"),
        by=keys.get("by"),
        colours=listed,
        label=keys.get("label"),
    )
