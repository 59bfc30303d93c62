"""From bytes to geometries that hold what the layer promises; the rest is refused with its place."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import shapely

from tuban.domain.layer import GeometryKind
from tuban.errors import InvalidGeometry, Text

OnInvalid = Literal["refuse", "keep"]
SHOWN = 10
_POINT, _LINE, _POLYGON, _MULTIPOINT, _MULTILINE, _MULTIPOLYGON, _COLLECTION = range(1, 8)
# WKB numbers of ISO 13249-3 without Z and M.
_CURVES = {8: "CIRCULARSTRING", 9: "COMPOUNDCURVE", 10: "CURVEPOLYGON", 11: "MULTICURVE", 12: "MULTISURFACE"}
_SURFACES = {15: "POLYHEDRALSURFACE", 16: "TIN", 17: "TRIANGLE"}
_KINDS: dict[str, tuple[set[int], Text]] = {
    "polygon": ({_POLYGON, _MULTIPOLYGON}, Text("面", "polygons")),
    "line": ({_LINE, _MULTILINE}, Text("线", "lines")),
    "point": ({_POINT, _MULTIPOINT}, Text("点", "points")),
    "any": ({1, 2, 3, 4, 5, 6}, Text("点、线或面", "points, lines or polygons")),
}
_TYPE_NAMES = {
    1: Text("点", "point"),
    2: Text("线", "line"),
    3: Text("面", "polygon"),
    4: Text("多点", "multipoint"),
    5: Text("多线", "multiline"),
    6: Text("多面", "multipolygon"),
    7: Text("几何集合", "geometry collection"),
}
_REASONS = {
    "Self-intersection": "自相交",
    "Ring Self-intersection": "环自相交",
    "Hole lies outside shell": "洞在外环之外",
    "Holes are nested": "洞中有洞",
    "Nested shells": "面中套面",
    "Interior is disconnected": "面被洞割裂",
    "Duplicate Rings": "重复的环",
    "Too few points in geometry component": "点数不足",
    "Invalid Coordinate": "坐标不是有效数值",
}


def from_wkb(column: pa.ChunkedArray | pa.Array, kind: GeometryKind) -> tuple[np.ndarray, tuple[Text, ...]]:
    """Give n two-dimensional geometries of one column of WKB, and what was left behind (Z, M).

    Raises
    ------
    InvalidGeometry : null, empty, curved, of another kind than the layer, or not readable.
    """
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks)
    codes = _wkb_codes(array)
    _refuse(codes == 0, Text("没有图形", "no geometry"), Text("补画图形或删除该记录", "Draw or delete them"))
    # Old WKB marks Z and M by high bits, ISO by thousands.
    flags, plain = codes >> 29, (codes & 0x1FFFFFFF) % 1000
    thousands = (codes & 0x1FFFFFFF) // 1000
    for number, name in (_CURVES | _SURFACES).items():
        curved = plain == number
        what = (
            Text(f"是曲线({name})", f"true curves ({name})")
            if number in _CURVES
            else Text(f"是三维曲面({name})", f"surfaces in space ({name})")
        )
        _refuse(
            curved,
            what,
            Text(
                "在 ArcGIS 中用“增密”(Densify)把曲线转为折线后再导出",
                "Turn them into straight segments (ArcGIS: Densify) and export again",
            ),
        )
    check_kind(plain, kind)
    has_z = int((((flags & 4) != 0) | (thousands == 1) | (thousands == 3)).sum())
    has_m = int((((flags & 2) != 0) | (thousands == 2) | (thousands == 3)).sum())
    geoms = _parse(array)
    empty = shapely.is_empty(geoms)
    _refuse(empty, Text("图形为空", "empty geometry"), Text("补画图形或删除该记录", "Draw or delete them"))
    notes = []
    if has_z or has_m:
        geoms = shapely.force_2d(geoms)
        what = " 和 ".join(
            ([f"{has_z} 个对象的高程(Z)"] if has_z else []) + ([f"{has_m} 个的 M 值"] if has_m else [])
        )
        en = " and ".join(
            ([f"heights (Z) of {has_z} objects"] if has_z else []) + ([f"M of {has_m}"] if has_m else [])
        )
        notes.append(Text(f"图层按平面读取,未读入 {what}。", f"Read in the plane: left out {en}."))
    return geoms, tuple(notes)


def check_kind(types: np.ndarray, kind: GeometryKind) -> None:
    """Make sure that WKB types (without Z, M) belong to a kind of layer; raises InvalidGeometry."""
    if kind == "table":
        kind = "any"
    allowed, title = _KINDS[kind]
    wrong = ~np.isin(types, list(allowed))
    if wrong.any():
        found = _TYPE_NAMES.get(
            int(types[wrong][0]), Text(f"类型 {types[wrong][0]}", f"type {types[wrong][0]}")
        )
        _refuse(
            wrong,
            Text(f"是{found.zh},图层应为{title.zh}", f"{found.en}, where the layer holds {title.en}"),
            Text(
                "选对图层,或把这些对象移到别的图层",
                "Choose the right layer, or move these objects to another",
            ),
        )


def same_kind(geoms: np.ndarray) -> tuple[np.ndarray, tuple[Text, ...]]:
    """Give the geometries all single or all multi where single and multi parts of one kind are mixed."""
    types = shapely.get_type_id(geoms)
    present = set(np.unique(types).tolist())
    for single, multi, make in (
        (3, 6, shapely.multipolygons),
        (1, 5, shapely.multilinestrings),
        (0, 4, shapely.multipoints),
    ):
        if {single, multi} <= present:
            at = np.flatnonzero(types == single)
            geoms = geoms.copy()
            geoms[at] = make(geoms[at], indices=np.arange(len(at)))
    return geoms, ()


def check_rings(geoms: np.ndarray, on_invalid: OnInvalid) -> tuple[Text, ...]:
    """Say nothing where all are simple and closed; else refuse, or keep and say so.

    Raises
    ------
    InvalidGeometry : with the first ten objects, their reasons and coordinates.
    """
    valid = _valid(geoms)
    if valid.all():
        return ()
    places = np.flatnonzero(~valid)
    examples = [_reason(int(at), geoms[at]) for at in places[:SHOWN]]
    zh = ";".join(text.zh for text, _ in examples)
    en = "; ".join(text.en for text, _ in examples)
    coordinates, owners = shapely.get_coordinates(geoms[places], return_index=True)
    nowhere = np.zeros(len(geoms), bool)
    nowhere[places[owners[~np.isfinite(coordinates).all(axis=1)]]] = True
    if on_invalid == "keep":
        # An object without a place can be neither measured nor drawn: it is never kept.
        _refuse(
            nowhere,
            Text("坐标不是有效数值", "coordinates that are no numbers"),
            Text("改正或删除", "Correct or remove them"),
        )
        return (
            Text(
                f"按要求保留了 {len(places)} 个图形有错的对象:{zh}。",
                f"Kept, as asked, {len(places)} objects with faulty geometry: {en}.",
            ),
        )
    raise InvalidGeometry(
        Text(
            f"有 {len(places)} 个对象的图形有错:{zh}" + ("……" if len(places) > SHOWN else "。"),
            f"{len(places)} objects have faulty geometry: {en}" + (" …" if len(places) > SHOWN else "."),
        ),
        Text(
            "请在 ArcGIS 中用“修复几何”(Repair Geometry)或在 QGIS 中修复后重新导入;"
            "确需原样保留的,用 --on-invalid keep。",
            "Repair them (ArcGIS: Repair Geometry; QGIS: Fix geometries) and import again; "
            "to keep them as they are, pass --on-invalid keep.",
        ),
        count=len(places),
        rows=[int(at) + 1 for at in places[:SHOWN]],
        places=[place for _, place in examples],
    )


def _valid(geoms: np.ndarray) -> np.ndarray:
    # GEOS works outside the interpreter's lock.
    if len(geoms) < 20_000:
        return shapely.is_valid(geoms)
    with ThreadPoolExecutor() as threads:
        return np.concatenate(list(threads.map(shapely.is_valid, np.array_split(geoms, 16))))


def _reason(at: int, geom: Any) -> tuple[Text, list[float] | None]:
    said = str(shapely.is_valid_reason(geom))
    match = re.fullmatch(r"(.*?)\[([^\]\s]+)\s+([^\]\s]+).*\]", said)
    reason = match[1] if match else said
    place = [float(match[2]), float(match[3])] if match else None
    where = f" ({place[0]:.10g}, {place[1]:.10g})" if place else ""
    return Text(
        f"第 {at + 1} 个{_REASONS.get(reason, reason)}{where}", f"no. {at + 1} {reason}{where}"
    ), place


def _wkb_codes(array: pa.Array) -> np.ndarray:
    """Give the type number of each WKB (0 where null), read from all of them at once."""
    if not pa.types.is_large_binary(array.type):
        array = array.cast(pa.large_binary())
    _, offsets_buffer, data_buffer = array.buffers()
    codes = np.zeros(len(array), np.uint32)
    if not len(array) or data_buffer is None:
        return codes
    offsets = np.frombuffer(offsets_buffer, np.int64)[array.offset : array.offset + len(array) + 1]
    data = np.frombuffer(data_buffer, np.uint8)
    there = np.asarray(array.is_valid()) & (np.diff(offsets) >= 5)
    starts = offsets[:-1][there]
    word = np.stack([data[starts + 1 + i] for i in range(4)], axis=1).astype(np.uint32)
    little = data[starts] == 1
    powers = np.where(little[:, None], [1, 1 << 8, 1 << 16, 1 << 24], [1 << 24, 1 << 16, 1 << 8, 1])
    codes[there] = (word * powers).sum(axis=1)
    return codes


def _parse(array: pa.Array) -> np.ndarray:
    raw = array.to_numpy(zero_copy_only=False)
    with np.errstate(invalid="ignore"):
        geoms = shapely.from_wkb(raw, on_invalid="ignore")
    unread = shapely.is_missing(geoms)
    if unread.any():
        try:
            shapely.from_wkb(raw[int(np.flatnonzero(unread)[0])])
            why = "?"
        except shapely.errors.GEOSException as error:
            why = str(error).removeprefix("IllegalArgumentException: ")
        not_closed = "closed" in why
        _refuse(
            unread,
            Text("的环没有闭合" if not_closed else f"的图形无法读取({why})", why),
            Text(
                "请在制作软件中修复几何后重新导出", "Repair the geometry where it was made and export again"
            ),
        )
    return geoms


def _refuse(wrong: np.ndarray, what: Text, do: Text) -> None:
    if not wrong.any():
        return
    rows = [int(at) + 1 for at in np.flatnonzero(wrong)[:SHOWN]]
    more = int(wrong.sum()) > SHOWN
    listed_zh = "、".join(map(str, rows)) + ("…" if more else "")
    listed_en = ", ".join(map(str, rows)) + (" …" if more else "")
    raise InvalidGeometry(
        Text(
            f"有 {int(wrong.sum())} 个对象{what.zh}:第 {listed_zh} 个。",
            f"{int(wrong.sum())} objects: {what.en} (no. {listed_en}).",
        ),
        Text(f"{do.zh}。", f"{do.en}."),
        count=int(wrong.sum()),
        rows=rows,
    )
