"""4204, 4205: outlines that layers share are one line; neighbouring units meet."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely

from tuban.domain.finding import Finding
from tuban.quality.case import Case
from tuban.quality.geometry.borders import Apart, lines_apart, outlines_apart
from tuban.quality.geometry.cover import Places, gaps, strips
from tuban.quality.package import PackageLayer
from tuban.quality.register import rule
from tuban.quality.rules.geometry import unit_of, wkb
from tuban.quality.rules.topology import listed, overlaps_of
from tuban.quality.rules.topology_layers import beside, fabric, states


@rule("4204")
def shared_boundaries(case: Case) -> Iterator[Finding]:
    """Where outlines of two layers run together they are the same line."""
    met = False
    limit = case.number("boundary_m")
    for layer in states(case, case.words("layers")):
        border = beside(case, case.words("boundaries"), layer)
        if border is None or border is layer:
            continue
        met = True
        found = outlines_apart(
            fabric(case, layer), fabric(case, border, layer), same_m=limit, near_m=case.number("near_m")
        )
        yield from _apart(case, layer, border, found, layer.crs_code)
        case.tick()
    for zones in states(case, case.words("zones")):
        patches = beside(case, case.words("patches"), zones)
        if patches is None or patches is zones:
            continue
        met = True
        found = lines_apart(
            fabric(case, zones, patches),
            fabric(case, patches),
            same_m=limit,
            near_m=case.number("zones_near_m"),
        )
        yield from _apart(case, zones, patches, found, patches.crs_code)
        case.tick()
    if not met:
        raise case.skip("没有可比对的共用边界", "no two layers share a boundary here")


def _apart(
    case: Case, layer: PackageLayer, border: PackageLayer, found: Apart, crs: str | None
) -> Iterator[Finding]:
    limit = case.number("boundary_m")
    if not len(found.row):
        return
    order = np.lexsort((found.other, found.row))
    row, other, xy, off = found.row[order], found.other[order], found.xy[order], found.off_m[order]
    starts = np.flatnonzero(np.r_[True, (row[1:] != row[:-1]) | (other[1:] != other[:-1])])
    for first, last in zip(starts, np.r_[starts[1:], len(row)], strict=True):
        a, b, most = int(row[first]), int(other[first]), float(off[first:last].max())
        names = layer.object_id(a), border.object_id(b)
        yield case.finding(
            layer,
            f"{layer.label} 的 {names[0]} 与 {border.label} 的 {names[1]} 共用边界不重合:"
            f"{last - first} 个节点偏离,最大 {most:.4f} 米。",
            f"The boundary that {names[0]} of {layer.label} shares with {names[1]} of {border.label} is not one line:"
            f" {last - first} vertices are off, at most {most:.4f} m.",
            rows=[a],
            objects=names,
            geometry=wkb(shapely.multipoints(xy[first:last])),
            crs=crs,
            width_m=most,
            observed=f"{most:.4f} m",
            expected=f"<= {limit:g} m",
            tolerance=f"{limit:g} m",
            unit=unit_of(layer, a),
        )


@rule("4205")
def units_meet(case: Case) -> Iterator[Finding]:
    """Neighbouring administrative units neither overlap nor leave a gap between them."""
    limit = case.number("width_m")
    met = False
    for layer in states(case, case.words("layers")):
        if layer.rows < 2:
            continue
        met = True
        found = overlaps_of(case, layer)
        for i in np.flatnonzero(found.width_m > limit).tolist():
            a, b, area, width = int(found.first[i]), int(found.second[i]), found.area_m2[i], found.width_m[i]
            yield _fault(
                case, layer, [a, b], "重叠", "overlap", found.shapes[i], float(area), float(width), limit
            )
        laid = fabric(case, layer)
        between: list[Places] = [
            gaps(laid, least_m2=case.tolerance.gap_m2),
            strips(laid, search_m=case.number("search_m"), least_m2=case.tolerance.gap_m2),
        ]
        for places in between:
            for shape, area, width, rows in listed(places):
                if width > limit and len(rows) > 1:
                    yield _fault(case, layer, rows, "之间有缝隙", "leave a gap", shape, area, width, limit)
        case.tick()
    if not met:
        raise case.skip("没有两个以上行政单元的图层", "no layer has two administrative units")


def _fault(
    case: Case,
    layer: PackageLayer,
    rows: list[int],
    zh: str,
    en: str,
    shape: object,
    area: float,
    width: float,
    limit: float,
) -> Finding:
    names = [layer.object_id(row) for row in rows]
    return case.finding(
        layer,
        f"{layer.label} 的相邻单元 {'、'.join(names)} {zh} {area:.2f} 平方米,平均宽 {width:.2f} 米。",
        f"Neighbouring units {', '.join(names)} of {layer.label} {en} of {area:.2f} m², {width:.2f} m wide.",
        rows=rows,
        geometry=wkb(shape),
        area_m2=area,
        width_m=width,
        observed=f"{width:.2f} m",
        expected=f"<= {limit:g} m",
        tolerance=f"{limit:g} m",
        unit=unit_of(layer, rows[0]),
    )
