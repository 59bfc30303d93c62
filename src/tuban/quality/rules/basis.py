"""2xxx: the mathematical basis: systems, zones, places, datum, grid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import shapely

from tuban.domain.finding import Finding
from tuban.errors import Text, TubanError
from tuban.geo.crs import to_lonlat
from tuban.geo.crs_examine import Fault, examine, places_of
from tuban.quality.case import Case
from tuban.quality.package import Database, PackageLayer
from tuban.quality.register import rule
from tuban.quality.rows import findings_by_row, named, named_en
from tuban.quality.rules.completeness_names import county_codes

_METRES_PER_DEGREE = 111_000.0
# Faults of coordinates that are a matter of the zone; the others are one of the place.
_OF_ZONE = {"zone_number_unsaid", "zone_number_missing", "other_zone"}
# A county may lie across the edge of its zone; one whose middle is farther out is in the wrong one.
_ZONE_HALF_DEG = 1.5
_ZONE_ROOM_DEG = 0.35


def spatial(case: Case) -> list[PackageLayer]:
    """Give the layers with geometry that could be opened."""
    found = [layer for layer in case.package.layers if layer.kind != "table" and layer.fault is None]
    if not found:
        raise case.skip("没有空间图层。", "There is no layer with geometry.")
    return found


@rule("2101")
def system_is_cgcs2000(case: Case) -> Iterator[Finding]:
    """Find layers without a system, or with one that is not CGCS2000 as the profile wants it."""
    kinds = set(case.words("kinds"))
    wanted = "CGCS2000 经纬度(EPSG:4490)或 3 度分带高斯—克吕格投影"
    for layer in spatial(case):
        if layer.crs is None:
            yield case.finding(
                layer,
                f"图层 {layer.name} 没有坐标系定义。请向数据生产单位问清后定义为 CGCS2000。",
                f"The layer {layer.name} names no coordinate system. Ask its producer and define it.",
                observed="无",
                expected=wanted,
            )
        elif layer.crs.kind not in kinds:
            yield case.finding(
                layer,
                f"图层 {layer.name} 的坐标系是 {layer.crs.code}({layer.crs.name}),应为 {wanted}。请转换后重新提交。",
                f"The layer {layer.name} is in {layer.crs.code} ({layer.crs.name}), not in CGCS2000 as asked. Convert it.",
                observed=f"{layer.crs.code} {layer.crs.name}",
                expected=wanted,
            )


@rule("2102")
def systems_agree(case: Case) -> Iterator[Finding]:
    """Find layers of a database in another system than most of its layers."""
    spatial(case)
    judged = False
    for database in case.databases:
        layers = [
            one
            for one in database.layers
            if one.kind != "table" and one.fault is None and one.crs is not None
        ]
        systems = Counter(layer.crs_code for layer in layers)
        judged = judged or len(layers) > 1
        if len(systems) < 2:
            continue
        usual = systems.most_common(1)[0][0]
        for layer in layers:
            if layer.crs_code != usual:
                yield case.finding(
                    layer,
                    f"图层 {layer.name} 的坐标系是 {layer.crs_code},同库其他图层是 {usual}。请统一坐标系。",
                    f"The layer {layer.name} is in {layer.crs_code}, the others of its database in {usual}. Use one.",
                    observed=str(layer.crs_code),
                    expected=str(usual),
                )
    if not judged:
        raise case.skip("只有一个有坐标系的图层。", "Only one layer names a system.")


@rule("2103")
def zone_matches_place(case: Case) -> Iterator[Finding]:
    """Find zones that are not those of the place, and zone numbers that contradict the system."""
    judged = False
    for layer in spatial(case):
        if layer.crs is None or layer.crs.kind not in {"gk3", "gk6"}:
            continue
        judged = True
        fault = _fault(case, layer)
        if fault is not None and fault.kind in _OF_ZONE:
            yield case.finding(
                layer,
                f"图层 {layer.name}:{fault.problem.zh}{fault.fix.zh}",
                f"Layer {layer.name}: {fault.problem.en} {fault.fix.en}",
                observed=layer.crs.title.zh,
                expected="与坐标一致的分带和带号",
            )
            continue
        middle = _middle(layer)
        meridian = layer.crs.central_meridian
        if middle is None or meridian is None or layer.crs.kind != "gk3":
            continue
        if abs(middle[0] - meridian) > _ZONE_HALF_DEG + _ZONE_ROOM_DEG:
            zone = round(middle[0] / 3)
            yield case.finding(
                layer,
                f"图层 {layer.name} 位于东经 {middle[0]:.2f}°,却用中央经线 {meridian:g}° 的投影带。"
                f"应为 3 度带第 {zone} 带(中央经线 {3 * zone}°)。请换带后重新提交。",
                f"The layer {layer.name} lies at {middle[0]:.2f}E but is kept in the zone of {meridian:g}E; "
                f"it belongs to zone {zone} ({3 * zone}E). Convert it.",
                observed=f"中央经线 {meridian:g}°",
                expected=f"第 {zone} 带,中央经线 {3 * zone}°",
            )
    if not judged:
        raise case.skip("没有投影坐标的图层,无须核对分带。", "No layer is in a projected system.")


@rule("2104")
def coordinates_in_envelope(case: Case) -> Iterator[Finding]:
    """Find objects beyond the envelope of the administrative area, and layers that are nowhere near it."""
    judged = False
    for layer in spatial(case):
        fault = _fault(case, layer)
        if fault is not None and fault.refuse and fault.kind not in _OF_ZONE:
            judged = True
            yield case.finding(
                layer,
                f"图层 {layer.name}:{fault.problem.zh}{fault.fix.zh}",
                f"Layer {layer.name}: {fault.problem.en} {fault.fix.en}",
                observed=fault.problem.zh,
                expected="坐标落在行政区范围内",
            )
    for database in case.databases:
        envelope = _envelope(case, database)
        if envelope is None:
            judged = judged or any(_province(case, layer) is not None for layer in database.layers)
            yield from _beyond_province(case, database)
            continue
        judged = True
        boundary, box = envelope
        for layer in database.layers:
            if (
                layer is not boundary
                and layer.kind != "table"
                and layer.fault is None
                and layer.crs is not None
            ):
                yield from _beyond(case, layer, boundary, box)
    if not judged:
        raise case.skip(
            "没有行政区图层,也没有行政区代码可比对。", "There is no administrative area to compare with."
        )


@rule("2105")
def height_datum(case: Case) -> Iterator[Finding]:
    """Find layers with heights that do not name the height datum, where the profile asks for it."""
    if not case.rule.parameters.get("asked"):
        raise case.skip("当前标准配置不要求高程基准。", "The profile asks for no height datum.")
    for layer in spatial(case):
        said = layer.info.vertical or ""
        wkt = str(layer.info.crs or "")
        if "1985" not in said and "5737" not in wkt and "1985" not in wkt:
            yield case.finding(
                layer,
                f"图层 {layer.name} 没有写明 1985 国家高程基准(EPSG 5737)。请在坐标系中加入高程基准。",
                f"The layer {layer.name} does not name the 1985 height datum (EPSG 5737). Add it to the system.",
                observed=said or "无",
                expected="1985 国家高程基准(EPSG 5737)",
            )


@rule("2106")
def grid_fine_enough(case: Case) -> Iterator[Finding]:
    """Find layers whose tolerance or resolution is coarser than prescribed."""
    judged = False
    for layer in spatial(case):
        if layer.info.tolerance is None or layer.info.resolution is None or layer.crs is None:
            continue
        judged = True
        unit = "deg" if layer.crs.kind == "geographic" else "m"
        shown = "度" if unit == "deg" else "米"
        for word, word_en, value, most in (
            ("容差", "tolerance", layer.info.tolerance, case.number(f"tolerance_{unit}")),
            ("分辨率", "resolution", layer.info.resolution, case.number(f"resolution_{unit}")),
        ):
            if value > most * (1 + 1e-6):
                yield case.finding(
                    layer,
                    f"图层 {layer.name} 的坐标{word}是 {value:g} {shown},应不大于 {most:g} {shown}。"
                    "请用规定的容差新建要素类后导入。",
                    f"The {word_en} of {layer.name} is {value:g} {unit}, above {most:g}. Make it anew with the right one.",
                    observed=f"{value:g} {shown}",
                    expected=f"≤ {most:g} {shown}",
                )
    if not judged:
        raise case.skip(
            "文件格式不记录坐标容差(只有 FileGDB 记录)。", "The format keeps no tolerance (a FileGDB does)."
        )


def _fault(case: Case, layer: PackageLayer) -> Fault | None:
    """Give what contradicts in coordinates and system of a layer, looked at once."""

    def look() -> Fault | None:
        if layer.crs is None or not layer.rows:
            return None
        geoms = layer.geometry
        there = geoms[~shapely.is_missing(geoms)]
        if not len(there):
            return None
        try:
            found = examine(places_of(there), layer.info.crs)
        except TubanError:
            return None
        return next(iter(found), None)

    return case.once(("crs fault", layer.label), look)


def _middle(layer: PackageLayer) -> tuple[float, float] | None:
    box = _boxes(layer)
    if box is None or not len(box):
        return None
    return float(np.nanmedian(box[:, [0, 2]])), float(np.nanmedian(box[:, [1, 3]]))


def _boxes(layer: PackageLayer) -> np.ndarray | None:
    """Give west, south, east, north of each object in degrees (NaN where none); None where that is unknown."""
    if layer.crs is None or not layer.crs.is_cgcs2000 or not layer.rows:
        return None
    box = shapely.bounds(layer.geometry)
    if not len(box):
        return None
    west, south = to_lonlat(box[:, 0], box[:, 1], layer.crs)
    east, north = to_lonlat(box[:, 2], box[:, 3], layer.crs)
    found = np.column_stack([west, south, east, north])
    found[~np.isfinite(found)] = np.nan
    return found


def _envelope(case: Case, database: Database) -> tuple[PackageLayer, np.ndarray] | None:
    """Give the boundary layer of a database and its envelope in degrees, give or take the tolerance."""
    for code in case.words("boundaries"):
        layer = database.layer(code)
        if layer is None or layer.fault is not None or layer.kind != "polygon":
            continue
        fault = _fault(case, layer)
        boxes = _boxes(layer)
        if (fault is not None and fault.refuse) or boxes is None or not np.isfinite(boxes).any():
            continue
        west, south = np.nanmin(boxes[:, 0]), np.nanmin(boxes[:, 1])
        east, north = np.nanmax(boxes[:, 2]), np.nanmax(boxes[:, 3])
        room = case.number("envelope_m") / _METRES_PER_DEGREE
        wide = room / max(np.cos(np.radians((south + north) / 2)), 0.1)
        return layer, np.array([west - wide, south - room, east + wide, north + room])
    return None


def _beyond(case: Case, layer: PackageLayer, boundary: PackageLayer, box: np.ndarray) -> Iterator[Finding]:
    boxes = _boxes(layer)
    if boxes is None:
        return
    with np.errstate(invalid="ignore"):
        out = (
            (boxes[:, 0] < box[0]) | (boxes[:, 1] < box[1]) | (boxes[:, 2] > box[2]) | (boxes[:, 3] > box[3])
        )
    rows = np.flatnonzero(out)
    if not len(rows):
        return
    expected = f"东经 {box[0]:.4f}–{box[2]:.4f}°,北纬 {box[1]:.4f}–{box[3]:.4f}°"
    km = case.number("envelope_m") / 1000
    geoms = layer.geometry

    def where(row: int) -> str:
        return f"东经 {boxes[row, 0]:.4f}–{boxes[row, 2]:.4f}°,北纬 {boxes[row, 1]:.4f}–{boxes[row, 3]:.4f}°"

    if len(rows) > len(boxes) / 2 and len(rows) > 1:
        whole = f"东经 {np.nanmin(boxes[:, 0]):.4f}–{np.nanmax(boxes[:, 2]):.4f}°"
        yield case.finding(
            layer,
            f"图层 {layer.name} 整体不在行政区({boundary.name})范围内:{len(rows)} 个对象越出外包范围 {km:g} 公里以上。"
            "请核对坐标系和坐标。",
            f"The layer {layer.name} as a whole is not in {boundary.name}: {len(rows)} objects lie more than {km:g} km "
            "beyond its envelope. Check system and coordinates.",
            rows=[int(row) for row in rows],
            observed=whole,
            expected=expected,
            tolerance=f"{km:g} km",
        )
        return
    yield from findings_by_row(
        case,
        layer,
        rows,
        lambda row: Text(
            f"图层 {layer.name} 的对象({named(layer, row)})越出行政区外包范围 {km:g} 公里以上。请核对坐标。",
            f"The object {named_en(layer, row)} of {layer.name} lies more than {km:g} km beyond the area. Check it.",
        ),
        lambda many, first: Text(
            f"图层 {layer.name} 有 {many} 个对象({first})越出行政区外包范围 {km:g} 公里以上。请核对坐标。",
            f"{many} objects of {layer.name} lie more than {km:g} km beyond the area. Check them.",
        ),
        observed=where,
        expected=expected,
        tolerance=f"{km:g} km",
        geometry=lambda row: shapely.to_wkb(geoms[row]) if geoms[row] is not None else None,
    )


def _province(case: Case, layer: PackageLayer) -> tuple[str, list[float]] | None:
    """Give the province that the package's codes name, with its envelope as recalled."""
    codes = county_codes(case)
    if layer.kind == "table" or not codes:
        return None
    code = codes.most_common(1)[0][0][:2]
    box = case.table("provinces").get(code)
    return (code, [float(side) for side in box]) if box else None


def _beyond_province(case: Case, database: Database) -> Iterator[Finding]:
    """Without a boundary layer, the province of the codes says at least which part of the country is meant."""
    for layer in database.layers:
        found = _province(case, layer)
        fault = _fault(case, layer) if layer.fault is None and layer.kind != "table" else None
        if found is None or layer.fault is not None or (fault is not None and fault.refuse):
            continue
        middle = _middle(layer)
        code, box = found
        if middle is None or not np.isfinite(middle).all():
            continue
        if not (box[0] <= middle[0] <= box[2] and box[1] <= middle[1] <= box[3]):
            yield case.finding(
                layer,
                f"图层 {layer.name} 位于东经 {middle[0]:.2f}°、北纬 {middle[1]:.2f}°,不在行政区代码 {code} 所指的省内。"
                "请核对坐标系(投影带)和坐标。",
                f"The layer {layer.name} lies at {middle[0]:.2f}E {middle[1]:.2f}N, outside the province {code} of its "
                "codes. Check system, zone and coordinates.",
                observed=f"{middle[0]:.2f}°E {middle[1]:.2f}°N",
                expected=f"{box[0]:g}–{box[2]:g}°E,{box[1]:g}–{box[3]:g}°N",
            )
