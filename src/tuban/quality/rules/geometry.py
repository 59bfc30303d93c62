"""4101–4105, 4107: is there a geometry, of the right type, valid, plain, in one part, without odd vertices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from tuban.domain.finding import Finding, Severity
from tuban.errors import Text
from tuban.geo.coords import Rings
from tuban.quality.case import Case
from tuban.quality.geometry.fabric import rings_of
from tuban.quality.geometry.measure import ellipsoid_m2, where_there
from tuban.quality.geometry.soundness import placed, unsound
from tuban.quality.geometry.vertices import Vertices, What, odd_vertices, same_turn
from tuban.quality.package import PackageLayer, as_text
from tuban.quality.register import rule
from tuban.quality.rules.topology_layers import base_code, fabric, system, validity

_KINDS: dict[str, tuple[tuple[int, ...], Text]] = {
    "polygon": ((3, 6), Text("面", "polygons")),
    "line": ((2, 5), Text("线", "lines")),
    "point": ((1, 4), Text("点", "points")),
}
_TYPES = {
    1: Text("点", "a point"),
    2: Text("线", "a line"),
    3: Text("面", "a polygon"),
    4: Text("多点", "a multipoint"),
    5: Text("多线", "a multiline"),
    6: Text("多面", "a multipolygon"),
    7: Text("几何集合", "a geometry collection"),
}
_NEAR: tuple[What, ...] = ("repeated", "near")
_CURVES = (8, 13)  # from CIRCULARSTRING to the general curve


def unit_of(layer: PackageLayer, row: int) -> str:
    """Give the town or village code of a row, "" where the layer has none."""
    name = layer.spec.unit_field if layer.spec is not None else None
    column = layer.column(name)
    if column is None:
        return ""
    return str(as_text(column.iloc[row : row + 1])[0])


def wkb(shape: Any) -> bytes | None:
    """Give a shape as bytes, None where there is none."""
    return None if shape is None or shape.is_empty else shapely.to_wkb(shape, byte_order=1)


@rule("4101")
def geometry_present(case: Case) -> Iterator[Finding]:
    """Every object has a geometry of the layer's type."""
    for layer in case.layers():
        wanted = layer.spec.geometry if layer.spec is not None else "any"
        if wanted not in _KINDS or layer.fault is not None or not layer.rows:
            continue
        allowed, title = _KINDS[wanted]
        if layer.kind == "table":
            yield case.finding(
                layer,
                f"图层 {layer.label} 是没有图形的表格,应为{title.zh}图层。",
                f"{layer.label} is a table without geometry; it should hold {title.en}.",
                objects=(),
                observed="table",
                expected=wanted,
            )
            continue
        types = layer.types
        empty = shapely.is_empty(layer.geometry)
        for row in np.flatnonzero((types == 0) | empty).tolist():
            name = layer.object_id(row)
            yield case.finding(
                layer,
                f"{layer.label} 的 {name} 没有图形(空几何)。",
                f"{name} of {layer.label} has no geometry.",
                rows=[row],
                observed="null",
                expected=wanted,
                unit=unit_of(layer, row),
            )
        odd = (
            (types > 0) & ~np.isin(types, allowed) & ~((types >= _CURVES[0]) & (types <= _CURVES[1])) & ~empty
        )
        for row in np.flatnonzero(odd).tolist():
            name = layer.object_id(row)
            found = _TYPES.get(int(types[row]), Text(f"类型 {types[row]}", f"type {types[row]}"))
            yield case.finding(
                layer,
                f"{layer.label} 的 {name} 是{found.zh},图层应为{title.zh}。",
                f"{name} of {layer.label} is {found.en}; the layer holds {title.en}.",
                rows=[row],
                geometry=wkb(layer.geometry[row]),
                observed=found.en,
                expected=wanted,
                unit=unit_of(layer, row),
            )
        case.tick()


@rule("4102")
def geometry_valid(case: Case) -> Iterator[Finding]:
    """Outlines do not cross themselves, rings lie as they must, no vertex comes twice."""
    for layer in case.layers():
        if layer.fault is not None or not layer.rows or layer.kind == "table":
            continue
        shapes = layer.geometry
        for row in np.flatnonzero(layer.types == -1).tolist():
            name = layer.object_id(row)
            yield case.finding(
                layer,
                f"{layer.label} 的 {name} 的图形无法读取(环未闭合、点数不足或数据损坏)。",
                f"The geometry of {name} of {layer.label} cannot be read (open ring, too few points, or damaged).",
                rows=[row],
                observed="unreadable",
                expected="valid",
                unit=unit_of(layer, row),
            )
        for fault in unsound(shapes, validity(case, layer)):
            name = layer.object_id(fault.row)
            yield case.finding(
                layer,
                f"{layer.label} 的 {name} 图形无效:{fault.reason.zh}{_at(fault.place).zh}。",
                f"The geometry of {name} of {layer.label} is invalid: {fault.reason.en}{_at(fault.place).en}.",
                rows=[fault.row],
                geometry=wkb(fault.place),
                observed=fault.reason.en,
                expected="valid",
                unit=unit_of(layer, fault.row),
            )
        case.tick()
        if layer.kind in ("polygon", "any"):
            yield from _repeated(case, layer)
            yield from _ring_order(case, layer)


def _at(place: Any) -> Text:
    if place is None:
        return Text("", "")
    where = f"({place.x:.10g}, {place.y:.10g})"
    return Text(f",位置 {where}", f" at {where}")


def _odd(case: Case, layer: PackageLayer, what: What, near_m: float, sharp_deg: float = 0.0) -> Vertices:
    """Look at the vertices of a layer; what the fabric has prepared already is used again."""
    limits = {"near_m": near_m, "same_m": case.tolerance.xy_m, "sharp_deg": sharp_deg}
    return odd_vertices(_rings(case, layer), fabric(case, layer).crs, **limits)[what]


def _rings(case: Case, layer: PackageLayer) -> Rings:
    prepared = fabric(case, layer)
    if len(prepared.understood) or len(prepared.left_out):
        return case.once(("rings", id(layer)), lambda: rings_of(_plain(layer)))
    return prepared.rings


def _plain(layer: PackageLayer) -> Any:
    """Give the polygons as they are, None where they are no polygons or lie nowhere."""
    shapes = placed(layer.geometry)
    return where_there(np.isin(shapely.get_type_id(shapes), (3, 6)), shapes)


def _repeated(case: Case, layer: PackageLayer) -> Iterator[Finding]:
    for row, xy, _ in _odd(case, layer, "repeated", case.tolerance.xy_m * (1 + 1e-9)).by_row():
        name = layer.object_id(row)
        yield case.finding(
            layer,
            f"{layer.label} 的 {name} 有 {len(xy)} 处重复节点(间距不大于 {case.tolerance.xy_m:g} 米)。",
            f"{name} of {layer.label} has {len(xy)} repeated vertices (within {case.tolerance.xy_m:g} m).",
            rows=[row],
            geometry=wkb(shapely.multipoints(xy)),
            observed=str(len(xy)),
            expected="0",
            tolerance=f"{case.tolerance.xy_m:g} m",
            unit=unit_of(layer, row),
        )


def _ring_order(case: Case, layer: PackageLayer) -> Iterator[Finding]:
    """A hole drawn the way of its shell: no software misreads it, so it is a warning only."""
    for row in same_turn(_rings(case, layer)).tolist():
        name = layer.object_id(row)
        yield case.finding(
            layer,
            f"{layer.label} 的 {name} 内环与外环方向相同。",
            f"{name} of {layer.label} has a hole drawn in the direction of its shell.",
            rows=[row],
            severity=Severity.WARNING,
            geometry=wkb(shapely.point_on_surface(layer.geometry[row])),
            observed="same direction",
            expected="opposite",
            unit=unit_of(layer, row),
        )


@rule("4103")
def no_curves(case: Case) -> Iterator[Finding]:
    """No arcs and no other curves."""
    for layer in case.layers():
        if layer.fault is not None or not layer.rows or layer.kind == "table":
            continue
        curved = (layer.types >= _CURVES[0]) & (layer.types <= _CURVES[1])
        for row in np.flatnonzero(curved).tolist():
            name = layer.object_id(row)
            yield case.finding(
                layer,
                f"{layer.label} 的 {name} 含有曲线段(圆弧或贝塞尔曲线),应增密为折线。",
                f"{name} of {layer.label} has curve segments; turn them into straight ones.",
                rows=[row],
                observed="curve",
                expected="straight segments",
                unit=unit_of(layer, row),
            )


@rule("4104")
def single_part(case: Case) -> Iterator[Finding]:
    """Polygons have one part."""
    exempt = set(case.words("exempt"))
    for layer in case.polygons():
        if base_code(layer) in exempt:
            continue
        counts = shapely.get_num_geometries(layer.geometry)
        rows = np.flatnonzero(counts > 1)
        areas = ellipsoid_m2(placed(layer.geometry[rows]), system(layer)) if len(rows) else []
        for row, area in zip(rows.tolist(), areas, strict=True):
            name = layer.object_id(row)
            yield case.finding(
                layer,
                f"{layer.label} 的 {name} 由 {counts[row]} 个部件组成,应拆分为单部件。",
                f"{name} of {layer.label} has {counts[row]} parts; it should have one.",
                rows=[row],
                geometry=wkb(layer.geometry[row]),
                area_m2=float(area),
                observed=str(counts[row]),
                expected="1",
                unit=unit_of(layer, row),
            )
        case.tick()


@rule("4105")
def no_sharp_angles(case: Case) -> Iterator[Finding]:
    """No angle at a vertex below the limit."""
    limit = case.number("angle_deg")
    for layer in case.polygons():
        for row, xy, angle in _odd(case, layer, "sharp", case.tolerance.snap_m, limit).by_row():
            name = layer.object_id(row)
            yield case.finding(
                layer,
                f"{layer.label} 的 {name} 有 {len(xy)} 处尖锐角,最小 {angle.min():.2f}°(应不小于 {limit:g}°)。",
                f"{name} of {layer.label} has {len(xy)} acute angles, the smallest {angle.min():.2f}°"
                f" (at least {limit:g}°).",
                rows=[row],
                geometry=wkb(shapely.multipoints(xy) if len(xy) > 1 else shapely.points(xy[0])),
                observed=f"{angle.min():.2f}°",
                expected=f">= {limit:g}°",
                tolerance=f"{limit:g}°",
                unit=unit_of(layer, row),
            )
        case.tick()


@rule("4107")
def no_near_points(case: Case) -> Iterator[Finding]:
    """No two neighbouring vertices closer than the limit."""
    limit = case.number("distance_m")
    for layer in case.polygons():
        for kind in _NEAR:
            for row, xy, far in _odd(case, layer, kind, limit).by_row():
                name = layer.object_id(row)
                yield case.finding(
                    layer,
                    f"{layer.label} 的 {name} 有 {len(xy)} 处节点过近或重复,最小间距 {far.min():.6f} 米。",
                    f"{name} of {layer.label} has {len(xy)} near or repeated vertices, the nearest {far.min():.6f} m.",
                    rows=[row],
                    geometry=wkb(shapely.multipoints(xy) if len(xy) > 1 else shapely.points(xy[0])),
                    observed=f"{far.min():.6f} m",
                    expected=f">= {limit:g} m",
                    tolerance=f"{limit:g} m",
                    unit=unit_of(layer, row),
                )
        case.tick()
