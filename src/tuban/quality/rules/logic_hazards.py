"""5106–5108, 5110: what the plan puts where it should not: on hazards, below a tailings dam, at a levee, under a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from tuban.domain.finding import Finding
from tuban.errors import WrongUse
from tuban.geo.crs import convert, epsg_for
from tuban.geo.directional import one_side
from tuban.quality.case import Case
from tuban.quality.geometry import cover
from tuban.quality.geometry.across import Common, common
from tuban.quality.geometry.fabric import Fabric
from tuban.quality.geometry.measure import is_degrees, is_ours
from tuban.quality.package import PackageLayer
from tuban.quality.register import rule
from tuban.quality.rules.geometry import unit_of, wkb
from tuban.quality.rules.logic import coded
from tuban.quality.rules.topology_layers import base_code, beside, fabric, is_change, part, system


@rule("5106")
def urban_off_hazards(case: Case) -> Iterator[Finding]:
    """New parcels of the urban boundary stay off high hazard, flood storage and strategic minerals.

    New is what the boundary after maintenance has beyond the one before; without a state before, all of it.
    """
    limit = case.number("overlap_m2")
    urban = beside(case, case.words("after"))
    if urban is None:
        raise case.skip("没有城镇开发边界图层", "there is no urban boundary")
    before = beside(case, case.words("before"), urban)
    drawn = fabric(case, urban)
    if before is not None and before is not urban:
        new = cover.outside(drawn, fabric(case, before, urban), least_m2=0.01).shapes
        drawn = Fabric.of(new, drawn.crs, step=drawn.step)
    met = False
    for hazard in case.polygons():
        if base_code(hazard) not in case.words("hazards"):
            continue
        met = True
        rows = _dangerous(case, hazard)
        risk = part(case, hazard, "dangerous", rows, urban)
        shared = common(drawn, risk, least_m2=0.01)
        yield from _taken(case, urban, hazard, shared, limit, before is not None)
        case.tick()
    if not met:
        raise case.skip(
            "没有风险区、蓄滞洪区或矿产图层", "there is no layer of hazards, flood storage or minerals"
        )


def _dangerous(case: Case, hazard: PackageLayer) -> NDArray[np.bool_]:
    """Say which objects of a hazard layer count: where the layer grades them, those of high degree."""
    words = None
    if base_code(hazard) in case.words("graded"):
        words = case.words("graded_words")
    elif base_code(hazard) in case.words("mineral"):
        words = case.words("mineral_words")
    if words is None:
        return np.ones(hazard.rows, bool)
    found = np.zeros(len(hazard.frame), bool)
    for name in hazard.frame.columns:
        column = hazard.frame[name]
        if column.dtype.kind in "biufM":
            continue
        for word in words:
            found |= column.astype("string").str.contains(word, regex=False).fillna(False).to_numpy(bool)
    return found


def _taken(
    case: Case, urban: PackageLayer, hazard: PackageLayer, shared: Common, limit: float, new: bool
) -> Iterator[Finding]:
    for i in range(len(shared)):
        area = float(shared.area_m2[i])
        if area <= limit:
            continue
        at = _rows_at(case, urban, shared.shapes[i])
        risk = hazard.object_id(int(shared.second[i]))
        names = [urban.object_id(row) for row in at]
        what = hazard.spec.title if hazard.spec is not None else None
        zh, en = (what.zh, what.en) if what is not None else (hazard.label, hazard.label)
        yield case.finding(
            urban,
            f"城镇开发边界{'新增地块' if new else ''}占用{zh}({hazard.label} 的 {risk}) {area:.2f} 平方米。",
            f"{'New ground of the' if new else 'The'} urban boundary takes {area:.2f} m² of {en} ({risk} of {hazard.label}).",
            rows=at,
            objects=[*names, risk],
            geometry=wkb(shared.shapes[i]),
            area_m2=area,
            width_m=float(shared.width_m[i]),
            observed=f"{area:.2f} m²",
            expected="0",
            tolerance=f"{limit:g} m²",
            unit=unit_of(urban, at[0]) if at else "",
        )


def _rows_at(case: Case, layer: PackageLayer, shape: Any) -> list[int]:
    return np.sort(
        fabric(case, layer).tree.query(shapely.point_on_surface(shape), predicate="intersects")
    ).tolist()


def line_layers(case: Case, codes: list[str]) -> list[PackageLayer]:
    """Give the line layers of these codes, also where the profile does not know them."""
    return [
        layer
        for layer in case.package.layers
        if (layer.code or layer.name.upper()) in codes
        and layer.fault is None
        and layer.rows
        and layer.kind in ("line", "any")
    ]


@rule("5107")
def below_a_dam(case: Case) -> Iterator[Finding]:
    """Urban boundary and planned building stay out of the kilometre below a tailings dam."""
    dams = line_layers(case, case.words("dams"))
    pond = beside(case, case.words("ponds"))
    if not dams or pond is None:
        raise case.skip(
            "没有尾矿坝线和尾矿库面,无法判断下游方向",
            "without dam lines and ponds nobody can tell where downstream is",
        )
    reach = case.number("distance_m")
    for dam in dams:
        for row in range(dam.rows):
            ground = _beyond(case, dam, row, fabric(case, pond).ground, pond, 0.0, reach)
            if ground is None:
                continue
            name = dam.object_id(row)
            for layer, rows, what in _building(
                case, case.words("urban"), case.words("planned"), case.words("classes")
            ):
                yield from _in_strip(
                    case, layer, rows, what, ground, dam,
                    (f"尾矿坝 {name} 下游 {reach:g} 米内", f"within {reach:g} m below the tailings dam {name}"), name,
                )  # fmt: skip
            case.tick()


@rule("5108")
def at_the_levee(case: Case) -> Iterator[Finding]:
    """Planned building stays out of the tiers outside a Yellow River levee, and out of the floodplain inside it."""
    levees = line_layers(case, case.words("levees"))
    rivers = [
        one
        for one in case.polygons()
        if base_code(one) in case.words("rivers") and _is_river(case, one).any()
    ]
    flood = [one for one in case.polygons() if base_code(one) in case.words("floodplain")]
    if not flood and not (levees and rivers):
        raise case.skip("没有黄河大堤线和河道面", "there is no levee line with its river")
    prefixes = [str(code) for code in case.words("zone_codes")]
    for tier in case.rule.parameters.get("tiers", []):
        classes, from_m, to_m = (
            [str(c) for c in tier.get("classes", [])],
            float(tier.get("from_m", 0)),
            float(tier["to_m"]),
        )
        for levee in levees:
            for row in range(levee.rows):
                river = rivers[0] if rivers else flood[0]
                bodies = fabric(case, river).ground[_is_river(case, river)]
                ground = _beyond(case, levee, row, bodies, river, from_m, to_m)
                if ground is None:
                    continue
                name = levee.object_id(row)
                where = (
                    f"黄河大堤 {name} 外 {from_m:g}–{to_m:g} 米",
                    f"{from_m:g}–{to_m:g} m outside the levee {name}",
                )
                for layer, rows, what in _planned(case, classes, prefixes):
                    yield from _in_strip(case, layer, rows, what, ground, levee, where, name)
                case.tick()
    for plain in flood:
        for layer, rows, what in _planned(
            case, [str(c) for t in case.rule.parameters["tiers"] for c in t["classes"]], prefixes
        ):
            shared = common(
                part(case, layer, what, rows), fabric(case, plain, layer), least_m2=case.number("overlap_m2")
            )
            yield from _strip_findings(
                case, layer, shared, "黄河滩区内", "in the Yellow River floodplain", plain.label
            )


def _is_river(case: Case, layer: PackageLayer) -> NDArray[np.bool_]:
    """Say which objects are the river: those that say so; all, where the layer is of nothing else."""
    found = np.zeros(len(layer.frame), bool)
    for name in layer.frame.columns:
        column = layer.frame[name]
        if column.dtype.kind not in "biufM":
            for word in case.words("words"):
                found |= column.astype("string").str.contains(word, regex=False).fillna(False).to_numpy(bool)
    return found


def _planned(
    case: Case, classes: list[str], zone_codes: list[str]
) -> Iterator[tuple[PackageLayer, NDArray[np.bool_], str]]:
    for layer in case.polygons():
        if is_change(layer) or (layer.code or "").startswith("WHQ"):
            continue
        if base_code(layer) in case.words("planned"):
            yield layer, coded(layer, "YDYHFLDM", classes), f"classes {classes}"
        elif base_code(layer) in case.words("zones"):
            yield (
                layer,
                coded(layer, str(case.rule.parameters["zone_field"]), zone_codes),
                f"zones {zone_codes}",
            )


def _building(
    case: Case, urban: list[str], planned: list[str], classes: list[str]
) -> Iterator[tuple[PackageLayer, NDArray[np.bool_], str]]:
    for layer in case.polygons():
        if is_change(layer) or (layer.code or "").startswith("WHQ"):
            continue
        if base_code(layer) in urban:
            yield layer, np.ones(layer.rows, bool), "all"
        elif base_code(layer) in planned:
            yield layer, coded(layer, "YDYHFLDM", classes), f"classes {classes}"


def _beyond(
    case: Case,
    line: PackageLayer,
    row: int,
    bodies: NDArray[Any],
    body: PackageLayer,
    from_m: float,
    to_m: float,
) -> Fabric | None:
    """Give the strip on the side of a line that is away from what it holds back, in the body's system."""
    shape = line.geometry[row]
    crs = fabric(case, body).crs
    if shape is None or shape.is_empty or not is_ours(crs):
        return None
    own = system(line)
    plane: Any = crs
    if is_degrees(crs):
        plane = f"EPSG:{epsg_for(float(shapely.get_x(shapely.centroid(shapely.box(*shapely.total_bounds(bodies))))))}"
    held = bodies[~shapely.is_missing(bodies)]
    if not len(held):
        return None
    drawn = convert(np.array([shape], dtype=object), own or crs, plane)[0][0]
    flat = convert(held, crs, plane)[0]
    near = flat[shapely.distance(flat, drawn) < float(case.rule.parameters.get("search_m", to_m))]
    if not len(near):
        return None  # nothing near that it holds back: no side can be told
    try:
        ground = one_side(drawn, shapely.union_all(near), from_m=from_m, to_m=to_m)
    except WrongUse:
        return None
    back = convert(np.array([ground], dtype=object), plane, crs)[0]
    return Fabric.of(back, crs)


def _in_strip(
    case: Case,
    layer: PackageLayer,
    rows: NDArray[np.bool_],
    what: str,
    ground: Fabric,
    line: PackageLayer,
    where: tuple[str, str],
    name: str,
) -> Iterator[Finding]:
    own = part(case, layer, what, rows)
    if str(own.crs) != str(ground.crs):
        ground = Fabric.of(convert(ground.ground, ground.crs, own.crs)[0], own.crs)
    shared = common(own, ground, least_m2=case.number("overlap_m2"))
    yield from _strip_findings(case, layer, shared, where[0], where[1], name)


def _strip_findings(
    case: Case, layer: PackageLayer, shared: Common, zh: str, en: str, other: str
) -> Iterator[Finding]:
    for i in range(len(shared)):
        row, area = int(shared.first[i]), float(shared.area_m2[i])
        name = layer.object_id(row)
        yield case.finding(
            layer,
            f"{layer.label} 的 {name} 有 {area:.2f} 平方米位于{zh}。",
            f"{area:.2f} m² of {name} of {layer.label} lie {en}.",
            rows=[row],
            objects=[name, other],
            geometry=wkb(shared.shapes[i]),
            area_m2=area,
            width_m=float(shared.width_m[i]),
            observed=f"{area:.2f} m²",
            expected="0",
            tolerance=f"{case.number('overlap_m2'):g} m²",
            unit=unit_of(layer, row),
        )


@rule("5110")
def use_under_a_line(case: Case) -> Iterator[Finding]:
    """What the plan puts under a control line is a use that the line allows."""
    limit = case.number("use_m2")
    met = False
    for code, classes in case.table("forbidden").items():
        line = beside(case, [code])
        if line is None:
            continue
        for layer in case.polygons():
            if (
                base_code(layer) not in case.words("planned")
                or is_change(layer)
                or (layer.code or "").startswith("WHQ")
            ):
                continue
            met = True
            prefixes = [str(one) for one in classes]
            rows = coded(layer, "YDYHFLDM", prefixes)
            if not rows.any():
                continue
            shared = common(
                part(case, layer, f"forbidden {code}", rows), fabric(case, line, layer), least_m2=limit
            )
            uses = layer.text("YDYHFLDM")
            for i in range(len(shared)):
                row, other, area = int(shared.first[i]), int(shared.second[i]), float(shared.area_m2[i])
                names = layer.object_id(row), line.object_id(other)
                title = line.spec.title if line.spec is not None else None
                zh, en = (title.zh, title.en) if title is not None else (code, code)
                yield case.finding(
                    layer,
                    f"{layer.label} 的 {names[0]}(用途 {uses[row]})占{zh} {names[1]} {area:.2f} 平方米,该线内不允许此用途。",
                    f"{names[0]} of {layer.label} (use {uses[row]}) takes {area:.2f} m² of {names[1]} ({en}), which does not"
                    " allow that use.",
                    rows=[row],
                    objects=names,
                    geometry=wkb(shared.shapes[i]),
                    area_m2=area,
                    width_m=float(shared.width_m[i]),
                    observed=str(uses[row]),
                    expected=f"{code}: not {', '.join(prefixes)}",
                    tolerance=f"{limit:g} m²",
                    unit=unit_of(layer, row),
                )
            case.tick()
    if not met:
        raise case.skip("没有规划用地图层与控制线", "there is no planned land use with a control line")
