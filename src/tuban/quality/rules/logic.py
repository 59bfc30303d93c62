"""5101–5105: how plan zones and control lines lie to one another and to the administrative area."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tuban.domain.finding import Finding
from tuban.quality.case import Case
from tuban.quality.geometry import cover
from tuban.quality.geometry.across import Common, common, uncovered
from tuban.quality.geometry.measure import ellipsoid_m2
from tuban.quality.package import Database, PackageLayer
from tuban.quality.register import rule
from tuban.quality.rules.geometry import unit_of, wkb
from tuban.quality.rules.topology import laid, listed, overlaps_of, whole_layer, whole_of
from tuban.quality.rules.topology_layers import beside, fabric, part, states

_NOISE_M2 = 0.01  # pieces smaller than this are the rounding of coordinates; the total decides


def first_of(database: Database, codes: list[str]) -> PackageLayer | None:
    """Give the first of these layers that a database has, with objects."""
    for code in codes:
        found = database.layer(code)
        if found is not None and found.fault is None and found.rows and found.kind in ("polygon", "any"):
            return found
    return None


@rule("5101")
def lines_disjoint(case: Case) -> Iterator[Finding]:
    """The three lines share no ground, two by two."""
    limit = case.tolerance.lines_m2
    lines = {name: [str(code) for code in codes] for name, codes in case.table("lines").items()}
    met = False
    for one, other in _line_pairs(case, lines):
        met = True
        shared = _shared(case, one, other)
        if shared.total_m2 <= limit:
            continue
        for i in range(len(shared)):
            names = one.object_id(int(shared.first[i])), other.object_id(int(shared.second[i]))
            yield case.finding(
                one,
                f"{one.label} 的 {names[0]} 与 {other.label} 的 {names[1]} 交叉重叠 {shared.area_m2[i]:.2f} 平方米"
                f"(两线共重叠 {shared.total_m2:.2f} 平方米)。",
                f"{names[0]} of {one.label} and {names[1]} of {other.label} share {shared.area_m2[i]:.2f} m²"
                f" (both lines together {shared.total_m2:.2f} m²).",
                rows=[int(shared.first[i])],
                objects=names,
                geometry=wkb(shared.shapes[i]),
                area_m2=float(shared.area_m2[i]),
                width_m=float(shared.width_m[i]),
                observed=f"{shared.area_m2[i]:.2f} m²",
                expected="0",
                tolerance=f"{limit:g} m²",
                unit=unit_of(one, int(shared.first[i])),
            )
        case.tick()
    if not met:
        raise case.skip("三条控制线图层不足两条", "fewer than two of the three lines are there")


def _line_pairs(case: Case, lines: dict[str, list[str]]) -> Iterator[tuple[PackageLayer, PackageLayer]]:
    seen: set[tuple[int, int]] = set()
    for database in case.databases:
        for prefix in ("", "WHQ", "WHH"):
            for a, b in combinations(lines.values(), 2):
                own = [first_of(database, [prefix + code for code in codes]) for codes in (a, b)]
                if own == [None, None] or (prefix and None in own):
                    continue
                # What a maintained state lacks beside it is in the plan itself.
                one = own[0] or beside(case, a, own[1])
                other = own[1] or beside(case, b, own[0])
                if one is not None and other is not None and (id(one), id(other)) not in seen:
                    seen.add((id(one), id(other)))
                    yield one, other


def _shared(case: Case, one: PackageLayer, other: PackageLayer) -> Common:
    return common(fabric(case, one), fabric(case, other, one), least_m2=_NOISE_M2)


@rule("5102")
def zones_cover_once(case: Case) -> Iterator[Finding]:
    """Plan zones cover the whole area once: one finding for each way in which a layer does not."""
    limit = case.tolerance.gap_m2
    met = False
    for layer in states(case, case.words("layers")):
        met = True
        own = laid(case, layer)
        whole, border = whole_of(case, layer), whole_layer(case, layer)
        double = overlaps_of(case, layer)
        ways: list[tuple[str, str, list[int], NDArray[np.float64], NDArray[np.object_]]] = []
        rows = sorted({*double.first.tolist(), *double.second.tolist()})
        ways.append(("相互重叠", "overlap", rows, double.area_m2, double.shapes))
        open_ = [("内部有缝隙", "leave gaps", cover.gaps(own, whole, least_m2=limit))]
        if whole is not None and border is not None:
            open_.append(
                (
                    f"未铺满 {border.label}",
                    f"leave {border.label} open",
                    cover.missing(own, whole, least_m2=limit),
                )
            )
            open_.append(
                (
                    f"超出 {border.label}",
                    f"reach beyond {border.label}",
                    cover.outside(own, whole, least_m2=limit),
                )
            )
        for zh, en, places in open_:
            near = sorted({row for _, _, _, rows_ in listed(places) for row in rows_})
            ways.append((zh, en, near, places.area_m2, places.shapes))
        for zh, en, rows, areas, shapes in ways:
            if not len(areas):
                continue
            total = float(areas.sum())
            largest = int(np.argmax(areas))
            yield case.finding(
                layer,
                f"规划分区 {layer.label} {zh}:{len(areas)} 处,共 {total:.2f} 平方米,最大一处 {areas[largest]:.2f} 平方米。",
                f"The zones of {layer.label} {en}: {len(areas)} places, {total:.2f} m² in all,"
                f" the largest {areas[largest]:.2f} m².",
                rows=rows[:50],
                geometry=wkb(shapes[largest]),
                area_m2=total,
                observed=f"{total:.2f} m²",
                expected="0",
                tolerance=f"{limit:g} m²",
            )
        case.tick()
    if not met:
        raise case.skip("没有规划分区图层", "there are no plan zones")


def coded(layer: PackageLayer, name: str, prefixes: list[str]) -> NDArray[np.bool_]:
    """Say which rows have a code that begins so."""
    values = layer.text(name)
    return np.array([str(value).strip().startswith(tuple(prefixes)) for value in values.tolist()], bool)


@rule("5103")
def zones_match_lines(case: Case) -> Iterator[Finding]:
    """The zone of a line holds the line; the urban zone equals the urban boundary."""
    limit = case.number("line_share")
    field = str(case.rule.parameters.get("zone_field", "GHFQDM"))
    met = False
    for layer in states(case, case.words("layers")):
        for name, both in (("holds", False), ("equals", True)):
            for zone, codes in case.table(name).items():
                prefix = next((p for p in ("WHQ", "WHH") if (layer.code or "").startswith(p)), "")
                line = beside(case, [prefix + str(c) for c in codes], layer) if prefix else None
                line = line or beside(case, [str(c) for c in codes], layer)
                if line is None:
                    continue
                met = True
                yield from _match(case, layer, line, str(zone), field, limit, both)
                case.tick()
    if not met:
        raise case.skip("没有成对的规划分区与控制线", "there is no pair of zones and line")


def _match(
    case: Case, layer: PackageLayer, line: PackageLayer, zone: str, field: str, limit: float, both: bool
) -> Iterator[Finding]:
    rows = coded(layer, field, [zone])
    zones = part(case, layer, f"zone {zone}", rows)
    drawn = fabric(case, line, layer)
    line_m2 = float(np.nansum(ellipsoid_m2(drawn.ground, drawn.crs)))
    name = f"{zone}xx"
    sides = [("不在", "lies outside", uncovered(drawn, zones))]
    if both:
        sides.append(("之外还有", "has more than the line in", uncovered(zones, drawn)))
    for side, (zh, en, (shapes, areas, of)) in enumerate(sides):
        total = float(areas.sum())
        if total <= limit * line_m2:
            continue
        largest = int(np.argmax(areas))
        share = total / line_m2 if line_m2 else 1.0
        first = (
            f"{line.label} 有 {total:.2f} 平方米{zh} {layer.label} 的分区 {name} 之内"
            if side == 0
            else f"{layer.label} 的分区 {name} 在 {line.label} {zh} {total:.2f} 平方米"
        )
        second = (
            f"{total:.2f} m² of {line.label} {en} zone {name} of {layer.label}"
            if side == 0
            else f"zone {name} of {layer.label} {en} {line.label}: {total:.2f} m²"
        )
        touched = line if side == 0 else layer
        yield case.finding(
            touched,
            f"{first},占控制线面积的 {share:.4%}(容许 {limit:.2%})。",
            f"{second}, {share:.4%} of the line ({limit:.2%} allowed).",
            rows=of[np.argsort(-areas, kind="stable")][:20].tolist(),
            geometry=wkb(shapes[largest]),
            crs=layer.crs_code,  # the line was brought into the system of the zones
            area_m2=total,
            observed=f"{total / 10_000:.2f} ha",
            expected=f"<= {limit * line_m2 / 10_000:.2f} ha",
            tolerance=f"{limit:.2%}",
        )


@rule("5104")
def lines_inside(case: Case) -> Iterator[Finding]:
    """Every object of a control line lies inside the administrative area."""
    limit = case.number("outside_m2")
    met = False
    for layer in states(case, case.words("layers")):
        whole, border = whole_of(case, layer), whole_layer(case, layer)
        if whole is None or border is None:
            continue
        met = True
        shapes, areas, rows = uncovered(fabric(case, layer), whole)
        for shape, total, row in zip(shapes, areas.tolist(), rows.tolist(), strict=True):
            if total <= limit:
                continue
            yield case.finding(
                layer,
                f"{layer.label} 的 {layer.object_id(row)} 有 {total:.2f} 平方米在 {border.label} 范围之外。",
                f"{total:.2f} m² of {layer.object_id(row)} of {layer.label} lie outside {border.label}.",
                rows=[row],
                geometry=wkb(shape),
                area_m2=total,
                observed=f"{total:.2f} m²",
                expected=f"<= {limit:g} m²",
                tolerance=f"{limit:g} m²",
                unit=unit_of(layer, row),
            )
        case.tick()
    if not met:
        raise case.skip("没有控制线或行政区图层", "there is no control line or no administrative layer")


@rule("5105")
def sub_zones_tile(case: Case) -> Iterator[Finding]:
    """The sub-zones of the urban boundary fill it and do not overlap."""
    field = str(case.rule.parameters.get("zone_field", "GHFQDM"))
    met = False
    for layer in states(case, case.words("layers")):
        subs = coded(layer, field, case.words("sub_zones"))
        codes = layer.text(field)
        wholes = np.isin(np.array([str(code).strip() for code in codes], object), case.words("whole"))
        if not subs.any():
            continue
        met = True
        limit = case.tolerance.gap_m2
        inner = part(case, layer, "sub-zones", subs)
        found = overlaps_of(case, layer)
        both = subs[found.first] & subs[found.second] if len(found) else np.zeros(0, bool)
        for i in np.flatnonzero(both).tolist():
            a, b = int(found.first[i]), int(found.second[i])
            yield _sub_fault(
                case,
                layer,
                [a, b],
                "分区相互重叠",
                "sub-zones overlap",
                found.shapes[i],
                found.area_m2[i],
                limit,
            )
        if wholes.any():
            outer = part(case, layer, "whole", wholes)
            missing = cover.gaps(inner, outer, least_m2=limit), cover.missing(inner, outer, least_m2=limit)
            for places in missing:
                for shape, area, _, rows in listed(places):
                    yield _sub_fault(
                        case, layer, rows, "分区未铺满", "sub-zones leave open", shape, area, limit
                    )
            for shape, area, _, rows in listed(cover.outside(inner, outer, least_m2=limit)):
                yield _sub_fault(case, layer, rows, "分区超出", "sub-zones reach beyond", shape, area, limit)
        elif not (subs | wholes).all():
            for row in np.flatnonzero(~subs & ~wholes).tolist():
                yield case.finding(
                    layer,
                    f"{layer.label} 的 {layer.object_id(row)} 不属于任何开发边界分区(代码 {codes[row] or '空'})。",
                    f"{layer.object_id(row)} of {layer.label} belongs to no sub-zone (code {codes[row] or 'empty'}).",
                    rows=[row],
                    geometry=wkb(layer.geometry[row]),
                    observed=str(codes[row]),
                    expected=", ".join(case.words("sub_zones")),
                    unit=unit_of(layer, row),
                )
        case.tick()
    if not met:
        raise case.skip("开发边界没有分区", "the urban boundary has no sub-zones")


def _sub_fault(
    case: Case,
    layer: PackageLayer,
    rows: list[int],
    zh: str,
    en: str,
    shape: object,
    area: float,
    limit: float,
) -> Finding:
    names = "、".join(layer.object_id(row) for row in rows)
    return case.finding(
        layer,
        f"{layer.label} 的{zh}城镇开发边界 {area:.2f} 平方米({names})。".replace(
            "相互重叠城镇开发边界", "相互重叠"
        ),
        f"{layer.label}: {en}, {area:.2f} m² ({names}).",
        rows=rows,
        geometry=wkb(shape),
        area_m2=float(area),
        observed=f"{area:.2f} m²",
        expected="0",
        tolerance=f"{limit:g} m²",
    )
