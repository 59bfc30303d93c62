"""4106, 4108: patches too small or too thin to be drawn, and holes where a layer should have none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from tuban.domain.finding import Finding
from tuban.quality.case import Case
from tuban.quality.geometry.cover import gaps
from tuban.quality.geometry.measure import ellipsoid_m2, outline_m, plane_m2, unit_m, width_m
from tuban.quality.package import PackageLayer
from tuban.quality.register import rule
from tuban.quality.rules.geometry import unit_of, wkb
from tuban.quality.rules.topology import listed
from tuban.quality.rules.topology_layers import base_code, fabric, is_change, states


@rule("4106")
def no_slivers(case: Case) -> Iterator[Finding]:
    """No patch below the mapping minimum of its class, or a thread of one."""
    thin_limit = case.number("thinness")
    wanted = set(case.words("layers"))
    width_limit = case.number("thin_width_m")
    for layer in case.polygons():
        if base_code(layer) not in wanted or is_change(layer):
            continue
        laid = fabric(case, layer)
        least = _minimum(case, layer)
        rough = np.nan_to_num(plane_m2(laid.ground, laid.crs))
        outline = shapely.length(laid.ground) * unit_m(laid.crs)
        rough_thin = np.divide(4 * np.pi * rough, outline**2, out=np.ones(len(rough)), where=outline > 0)
        linear = _prefixes(case, layer, "linear_classes")
        is_linear = np.array([bool(linear) and value.startswith(linear) for value in _classes(layer)], bool)
        # Chosen by a quick measure with a margin, judged by the exact one.
        rows = np.flatnonzero(
            (rough > 0) & ((rough < 1.02 * least) | ((rough_thin < 1.6 * thin_limit) & ~is_linear))
        )
        area = ellipsoid_m2(laid.ground[rows], laid.crs) if len(rows) else np.zeros(0)
        around = outline_m(laid.ground[rows], laid.crs) if len(rows) else np.zeros(0)
        thin = np.divide(4 * np.pi * area, around**2, out=np.ones(len(rows)), where=around > 0)
        width = width_m(area, around)
        for i, row in enumerate(rows.tolist()):
            small, thread = (
                area[i] < least[row],
                thin[i] < thin_limit and width[i] < width_limit and not is_linear[row],
            )
            if not (small or thread):
                continue
            name = layer.object_id(row)
            zh, en = [], []
            if small:
                zh.append(f"面积 {area[i]:.2f} 平方米,小于上图面积 {least[row]:g} 平方米")
                en.append(f"its area {area[i]:.2f} m² is below the mapping minimum of {least[row]:g} m²")
            if thread:
                zh.append(f"过于狭长(4πA/P² = {thin[i]:.4f},平均宽 {width[i]:.2f} 米)")
                en.append(f"it is too thin (4πA/P² = {thin[i]:.4f}, {width[i]:.2f} m wide on average)")
            yield case.finding(
                layer,
                f"{layer.label} 的 {name} 是碎小图斑:{';'.join(zh)}。",
                f"{name} of {layer.label} is a sliver: {'; '.join(en)}.",
                rows=[row],
                geometry=wkb(layer.geometry[row]),
                area_m2=float(area[i]),
                width_m=float(width[i]),
                observed=f"{area[i]:.2f} m²" if small else f"{thin[i]:.4f}",
                expected=f">= {least[row]:g} m²" if small else f">= {thin_limit:g}",
                tolerance=f"{least[row]:g} m²; {thin_limit:g}",
                unit=unit_of(layer, row),
            )
        case.tick()


def _class_field(layer: PackageLayer) -> str:
    return (layer.spec.class_field or "") if layer.spec is not None else ""


def _prefixes(case: Case, layer: PackageLayer, name: str) -> tuple[str, ...]:
    return tuple(str(one) for one in case.table(name).get(_class_field(layer), []))


def _classes(layer: PackageLayer) -> NDArray[Any]:
    name = layer.spec.class_field if layer.spec is not None else None
    if name is None or layer.column_name(name) is None:
        return np.full(len(layer.geometry), "", dtype=object)
    return layer.text(name)


def _minimum(case: Case, layer: PackageLayer) -> NDArray[np.float64]:
    """Give the mapping minimum of each row, m², by the class it has; `classes` says which prefix is of which kind."""
    least = np.full(len(layer.geometry), case.number("area_m2"))
    kinds = case.table("classes").get(_class_field(layer), {})
    values = _classes(layer)
    table = [(prefix, case.number(f"{kind}_m2")) for kind, prefixes in kinds.items() for prefix in prefixes]
    table.sort(key=lambda pair: len(pair[0]))  # the longest prefix has the last word
    seen: dict[str, float] = {}
    for value in set(values.tolist()):
        for prefix, limit in table:
            if value and value.startswith(str(prefix)):
                seen[value] = limit
    for i, value in enumerate(values.tolist()):
        if value in seen:
            least[i] = seen[value]
    return least


@rule("4108")
def no_holes(case: Case) -> Iterator[Finding]:
    """Layers that should have no hole have none when dissolved."""
    most = case.number("hole_m2")
    for layer in states(case, case.words("layers")):
        laid = fabric(case, layer)
        for shape, area, width, rows in listed(gaps(laid, least_m2=max(most, 1e-3))):
            names = "、".join(layer.object_id(row) for row in rows) or layer.label
            yield case.finding(
                layer,
                f"{layer.label} 合并后有孔洞,面积 {area:.2f} 平方米(周边对象:{names})。",
                f"{layer.label}, dissolved, has a hole of {area:.2f} m² (next to {names}).",
                rows=rows,
                geometry=wkb(shape),
                area_m2=area,
                width_m=width,
                observed=f"{area:.2f} m²",
                expected=f"<= {most:g} m²",
                tolerance=f"{most:g} m²",
                unit=unit_of(layer, rows[0]) if rows else "",
            )
        case.tick()
