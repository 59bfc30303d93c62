"""4201–4203: no overlap inside a layer, no gap inside a layer that covers, nothing missing and nothing outside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tuban.domain.finding import Finding
from tuban.errors import Text
from tuban.quality.case import Case, OutOfBudget
from tuban.quality.geometry import cover
from tuban.quality.geometry.cover import Places
from tuban.quality.geometry.fabric import Fabric
from tuban.quality.geometry.overlaps import Overlaps, overlaps
from tuban.quality.package import PackageLayer
from tuban.quality.register import rule
from tuban.quality.rules.geometry import unit_of, wkb
from tuban.quality.rules.topology_layers import base_code, beside, fabric, is_change, part, periods, states


def sliver(case: Case, width: float) -> Text:
    """Say whether a fault is a strip between two outlines (a sliver by width) or real ground."""
    if width < case.tolerance.sliver_width_m:
        return Text(f"细缝,平均宽 {width:.4f} 米", f"a strip {width:.4f} m wide")
    return Text(f"平均宽 {width:.2f} 米", f"{width:.2f} m wide on average")


def laid(case: Case, layer: PackageLayer) -> Fabric:
    """Give the fabric of the objects that hold now: without those whose validity has ended."""
    when = periods(case, layer)
    if when is None or (when[1] == float("inf")).all():
        return fabric(case, layer)
    return part(case, layer, "in force", when[1] == float("inf"))


def overlaps_of(case: Case, layer: PackageLayer) -> Overlaps:
    """Give the overlaps of a layer, found once in a run."""
    return case.once(
        ("overlaps", id(layer), case.tolerance.overlap_m2),
        lambda: overlaps(
            fabric(case, layer), least_m2=case.tolerance.overlap_m2, periods=periods(case, layer)
        ),
    )


@rule("4201")
def no_overlap(case: Case) -> Iterator[Finding]:
    """Polygons of a layer do not share ground at the same time."""
    exempt = set(case.words("exempt"))
    limit = case.tolerance.overlap_m2
    for layer in case.polygons():
        if base_code(layer) in exempt:
            continue
        found = overlaps_of(case, layer)
        for i in range(len(found)):
            a, b = int(found.first[i]), int(found.second[i])
            area, width = float(found.area_m2[i]), float(found.width_m[i])
            names = layer.object_id(a), layer.object_id(b)
            how = _how(case, found, i, names, width)
            yield case.finding(
                layer,
                f"{layer.label} 的 {names[0]} 与 {names[1]} 重叠 {area:.2f} 平方米({how.zh})。",
                f"{names[0]} and {names[1]} of {layer.label} overlap by {area:.2f} m² ({how.en}).",
                rows=[a, b],
                geometry=wkb(found.shapes[i]),
                area_m2=area,
                width_m=width,
                observed=f"{area:.2f} m²",
                expected="0",
                tolerance=f"{limit:g} m²",
                unit=unit_of(layer, a),
            )
        if found.more:
            raise OutOfBudget(
                Text(
                    f"另有至少 {found.more} 处重叠未列出",
                    f"at least {found.more} more overlaps are not listed",
                )
            )
        case.tick()


def _how(case: Case, found: Overlaps, i: int, names: tuple[str, str], width: float) -> Text:
    if found.kind[i] == "equal":
        return Text("两个图形完全相同", "the two have the same shape")
    if found.kind[i] == "inside":
        inner, outer = names if found.inner[i] == found.first[i] else names[::-1]
        return Text(f"{inner} 整个在 {outer} 之内", f"{inner} lies wholly inside {outer}")
    return sliver(case, width)


@rule("4202")
def no_gap(case: Case) -> Iterator[Finding]:
    """Polygons of a layer that covers leave no gap, however thin."""
    limit = case.tolerance.gap_m2
    for layer in states(case, case.words("layers")):
        own = laid(case, layer)
        whole = whole_of(case, layer)
        places = cover.gaps(own, whole, least_m2=limit)
        units = base_code(layer) in case.words("boundaries")
        for shape, area, width, rows in listed(places):
            if units and len(rows) < 2:
                continue  # another unit's enclave
            names = "、".join(layer.object_id(row) for row in rows) or layer.label
            strip = sliver(case, width)
            yield case.finding(
                layer,
                f"{layer.label} 中有缝隙,面积 {area:.2f} 平方米({strip.zh}),周边对象:{names}。",
                f"{layer.label} has a gap of {area:.2f} m² ({strip.en}) next to {names}.",
                rows=rows,
                geometry=wkb(shape),
                area_m2=area,
                width_m=width,
                observed=f"{area:.2f} m²",
                expected="0",
                tolerance=f"{limit:g} m²",
                unit=unit_of(layer, rows[0]) if rows else "",
            )
        case.tick()


@rule("4203")
def fills_the_area(case: Case) -> Iterator[Finding]:
    """The layer covers the administrative area: nothing outside, nothing missing at its edge."""
    limit = case.tolerance.gap_m2
    met = False
    for layer in states(case, case.words("layers")):
        whole = whole_of(case, layer)
        border = whole_layer(case, layer)
        if whole is None or border is None:
            continue
        met = True
        own = laid(case, layer)
        for zh, en, places in (
            ("超出", "reaches beyond", cover.outside(own, whole, least_m2=limit)),
            ("未覆盖", "leaves uncovered a part of", cover.missing(own, whole, least_m2=limit)),
        ):
            for shape, area, width, rows in listed(places):
                names = "、".join(layer.object_id(row) for row in rows) or layer.label
                strip = sliver(case, width)
                yield case.finding(
                    layer,
                    f"{layer.label} {zh}{border.label} 的范围 {area:.2f} 平方米({strip.zh}),涉及:{names}。",
                    f"{layer.label} {en} {border.label}: {area:.2f} m² ({strip.en}), at {names}.",
                    rows=rows,
                    geometry=wkb(shape),
                    area_m2=area,
                    width_m=width,
                    observed=f"{area:.2f} m²",
                    expected="0",
                    tolerance=f"{limit:g} m²",
                    unit=unit_of(layer, rows[0]) if rows else "",
                )
        case.tick()
    if not met:
        raise case.skip("没有行政区图层,无法比对范围", "there is no administrative layer to compare with")


def whole_layer(case: Case, layer: PackageLayer) -> PackageLayer | None:
    """Give the layer whose area this one should fill: the administrative area, for the city centre its extent."""
    codes = case.words("boundaries")
    for prefix, own in case.table("extents").items():
        if base_code(layer).startswith(prefix):
            codes = [str(one) for one in own]
    found = beside(case, codes, layer)
    return None if found is layer else found


def whole_of(case: Case, layer: PackageLayer) -> Fabric | None:
    """Give the fabric of the area that a layer should fill, None where there is none."""
    border = whole_layer(case, layer)
    return None if border is None or is_change(layer) else fabric(case, border, layer)


def listed(places: Places) -> Iterator[tuple[Any, float, float, list[int]]]:
    """Give shape, area, width and neighbouring rows of each place."""
    for shape, area, width, rows in zip(
        places.shapes, places.area_m2, places.width_m, places.rows, strict=True
    ):
        yield shape, float(area), float(width), rows.tolist()
