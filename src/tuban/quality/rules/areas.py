"""6101–6103: declared areas against the ellipsoid, sums of control areas, arithmetic of deducted areas."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import shapely

from tuban.domain.finding import Finding
from tuban.errors import Text
from tuban.geo.area import area_m2
from tuban.quality.case import Case
from tuban.quality.geometry.measure import is_ours
from tuban.quality.package import PackageLayer, as_text
from tuban.quality.register import rule
from tuban.quality.rules.geometry import unit_of, wkb
from tuban.quality.rules.topology_layers import base_code, beside, fabric

_CENT = Decimal("0.01")


@rule("6101")
def declared_areas(case: Case) -> Iterator[Finding]:
    """Each declared area equals the ellipsoid's, within max(1 m², 0.1 %)."""
    for layer in case.polygons():
        name = layer.spec.area_field if layer.spec is not None else None
        if name is None or layer.column_name(name) is None:
            continue
        factor, word = _unit(case, layer)
        said = layer.numbers(name)
        shapes = _kept(layer)
        crs = fabric(case, layer).crs
        if not is_ours(crs):
            continue
        measured = area_m2(shapes, crs)
        there = ~shapely.is_missing(shapes) & ~np.isnan(said) & (measured > 0)
        allowed = np.maximum(case.tolerance.area_m2, case.tolerance.area_share * measured)
        off = np.abs(said / factor - measured)
        for row in np.flatnonzero(there & (off > allowed)).tolist():
            name_of = layer.object_id(row)
            slip = _slip(case, said[row], measured[row])
            yield case.finding(
                layer,
                f"{layer.label} 的 {name_of} 属性面积 {said[row]:.2f} {word.zh},椭球面积 {measured[row]:.2f} 平方米,"
                f"相差 {off[row]:.2f} 平方米(容许 {allowed[row]:.2f}){slip.zh}。",
                f"{name_of} of {layer.label} declares {said[row]:.2f} {word.en}; the ellipsoid gives {measured[row]:.2f} m²,"
                f" {off[row]:.2f} m² apart ({allowed[row]:.2f} allowed){slip.en}.",
                rows=[row],
                geometry=wkb(layer.geometry[row]),
                area_m2=float(measured[row]),
                observed=f"{said[row]:.2f} {word.en}",
                expected=f"{measured[row]:.2f} m²",
                tolerance=f"{allowed[row]:.2f} m²",
                unit=unit_of(layer, row),
            )
        case.tick()


def _kept(layer: PackageLayer) -> Any:
    from tuban.quality.geometry.soundness import placed

    return placed(layer.geometry)


def _unit(case: Case, layer: PackageLayer) -> tuple[float, Text]:
    if base_code(layer) in case.words("hectares"):
        return 1e-4, Text("公顷", "ha")
    if base_code(layer) in case.words("square_kilometres"):
        return 1e-6, Text("平方千米", "km²")
    return 1.0, Text("平方米", "m²")


def _slip(case: Case, said: float, measured: float) -> Text:
    """Say which other unit the number would be right in."""
    slack = float(case.rule.parameters.get("unit_slack", 0.01))
    for name, factor in case.table("units").items():
        right = measured * float(factor)
        if right > 0 and abs(said - right) <= slack * right:
            return Text(f",疑为以“{name}”为单位填写", f"; it looks like {name}")
    return Text("", "")


@rule("6102")
def sums_of_control_areas(case: Case) -> Iterator[Finding]:
    """The patches of a control area sum to its area, to 0.01 m²."""
    limit = case.tolerance.sum_m2
    met = False
    for book in case.rule.parameters.get("controls", []):
        for patches in case.polygons():
            if base_code(patches) not in book["patches"]:
                continue
            area_name, code_name = _first(patches, book["patch_area"]), _first(patches, book["patch_code"])
            if area_name is None or code_name is None:
                continue
            for code in book["control"]:
                control = beside(case, [code], patches)
                if control is None or control.database != patches.database:
                    continue
                own_area, own_code = _first(control, book["area"]), _first(control, book["code"])
                if own_area is None or own_code is None:
                    continue
                met = True
                yield from _sums(case, patches, area_name, code_name, control, own_area, own_code, limit)
                case.tick()
    if not met:
        raise case.skip("没有控制面积或图斑", "there are no control areas with patches")


def _first(layer: PackageLayer, names: list[str]) -> str | None:
    return next((name for name in names if layer.column_name(name) is not None), None)


def _sums(
    case: Case,
    patches: PackageLayer,
    area_name: str,
    code_name: str,
    control: PackageLayer,
    own_area: str,
    own_code: str,
    limit: float,
) -> Iterator[Finding]:
    area, codes = patches.numbers(area_name), as_text(patches.frame[patches.column_name(code_name)])
    controls, control_m2 = control.text(own_code), control.numbers(own_area)
    stems = [_stem(str(one).strip()) for one in controls.tolist()]
    sums = _sums_by_stem(area, codes, sorted({len(stem) for stem in stems if stem}))
    for stem in sorted(set(stems) - {""}):
        rows = np.flatnonzero([one == stem for one in stems])
        count, total = sums.get(stem, (0, Decimal(0)))
        if not count or np.isnan(control_m2[rows]).any():
            continue
        code = str(controls[rows[0]]).strip()
        fixed = sum((_cents(control_m2[row]) for row in rows), Decimal(0))
        apart = total - fixed
        if abs(apart) <= Decimal(str(limit)):
            continue
        names = [control.object_id(int(row)) for row in rows]
        yield case.finding(
            control,
            f"{control.label} {code}:{patches.label} 的 {count} 个图斑面积之和 {total:.2f} 平方米,"
            f"控制面积 {fixed:.2f} 平方米,相差 {apart:+.2f} 平方米。",
            f"{control.label} {code}: {count} patches of {patches.label} sum to {total:.2f} m², the control area is"
            f" {fixed:.2f} m², {apart:+.2f} m² apart.",
            rows=[int(row) for row in rows],
            objects=names,
            geometry=wkb(control.geometry[rows[0]]) if len(rows) == 1 else None,
            area_m2=float(apart),
            observed=f"{total:.2f} m²",
            expected=f"{fixed:.2f} m²",
            tolerance=f"{limit:g} m²",
            unit=code,
        )


def _sums_by_stem(area: Any, codes: Any, lengths: list[int]) -> dict[str, tuple[int, Decimal]]:
    """Give count and sum of the areas by the first digits of their code, for each length of interest.

    Areas are printed with two decimals, so whole cents add up exactly.
    """
    cents = np.rint(np.nan_to_num(area) * 100).astype(np.int64)
    values, which = np.unique(codes.astype(str), return_inverse=True)
    totals = np.zeros(len(values), np.int64)
    np.add.at(totals, which, cents)
    counts = np.bincount(which, minlength=len(values))
    sums: dict[str, tuple[int, Decimal]] = {}
    for value, total, count in zip(values.tolist(), totals.tolist(), counts.tolist(), strict=True):
        for length in lengths:
            stem = value.strip()[:length]
            if len(stem) == length:
                before = sums.get(stem, (0, Decimal(0)))
                sums[stem] = before[0] + count, before[1] + Decimal(total) / 100
    return sums


def _stem(code: str) -> str:
    """Give a unit's code without the zeros of the levels below it, two or three digits a level."""
    for length in (9, 6, 4, 2):
        if len(code) > length and not code[length:].strip("0"):
            return _stem(code[:length])
    return code


def _cents(value: float) -> Decimal:
    return Decimal(repr(float(value))).quantize(_CENT, ROUND_HALF_UP)


@rule("6103")
def deducted_areas(case: Case) -> Iterator[Finding]:
    """Deducted area is gross times share, to the cent; net is gross minus deducted."""
    limit = Decimal(str(case.tolerance.sum_m2))
    met = False
    for layer in case.layers():
        if layer.fault is not None or not layer.rows:
            continue
        for formula in case.rule.parameters.get("formulas", []):
            names = [layer.column_name(str(name)) for name in formula]
            if None in names[:3]:
                continue
            met = True
            gross, share, deducted = (layer.numbers(str(name)) for name in formula[:3])
            net = layer.numbers(str(formula[3])) if names[3] is not None else np.full(len(gross), np.nan)
            yield from _arithmetic(case, layer, formula, gross, share, deducted, net, limit)
        case.tick()
    if not met:
        raise case.skip("没有带扣除面积的图层", "no layer has deducted areas")


def _arithmetic(
    case: Case,
    layer: PackageLayer,
    formula: list[str],
    gross: Any,
    share: Any,
    deducted: Any,
    net: Any,
    limit: Decimal,
) -> Iterator[Finding]:
    share, taken = np.nan_to_num(share), np.nan_to_num(deducted)
    slack = float(limit) + 0.006  # floats choose, decimals judge
    loose = np.abs(gross * share - taken) > slack - 0.012
    loose |= np.abs(gross - taken - net) > slack - 0.012
    for row in np.flatnonzero(loose & ~np.isnan(gross)).tolist():
        whole = _cents(gross[row])
        wanted = (whole * Decimal(repr(float(share[row])))).quantize(_CENT, ROUND_HALF_UP)
        if abs(_cents(taken[row]) - wanted) > limit:
            yield _wrong(
                case, layer, row, formula[2], f"{formula[0]}×{formula[1]}", _cents(taken[row]), wanted, limit
            )
        if np.isnan(net[row]):
            continue
        left = whole - _cents(taken[row])
        if abs(_cents(net[row]) - left) > limit:
            yield _wrong(
                case, layer, row, formula[3], f"{formula[0]}−{formula[2]}", _cents(net[row]), left, limit
            )


def _wrong(
    case: Case,
    layer: PackageLayer,
    row: int,
    field: str,
    how: str,
    said: Decimal,
    wanted: Decimal,
    limit: Decimal,
) -> Finding:
    name = layer.object_id(row)
    return case.finding(
        layer,
        f"{layer.label} 的 {name}:{field} 为 {said:.2f},按 {how} 应为 {wanted:.2f}。",
        f"{name} of {layer.label}: {field} is {said:.2f}; {how} gives {wanted:.2f}.",
        rows=[row],
        geometry=wkb(layer.geometry[row]) if len(layer.geometry) > row else None,
        observed=f"{said:.2f}",
        expected=f"{wanted:.2f}",
        tolerance=f"{limit} m²",
        unit=unit_of(layer, row),
    )
