"""What the rules about geometry share: which layers they mean, in which system, prepared once in a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from tuban.geo.crs import convert
from tuban.quality.case import Case
from tuban.quality.geometry.fabric import Fabric
from tuban.quality.geometry.measure import is_degrees, is_ours, where_there
from tuban.quality.geometry.soundness import valid
from tuban.quality.package import PackageLayer

_PARTS = ("WHQ", "WHC", "WHH")


def base_code(layer: PackageLayer) -> str:
    """Give the code without the letters of a maintenance triple: WHQGHFQ is GHFQ."""
    code = layer.code or layer.name.upper()
    return next((code.removeprefix(part).lstrip("_") for part in _PARTS if code.startswith(part)), code)


def is_change(layer: PackageLayer) -> bool:
    """Say whether a layer holds only changes (WHC), not a state of the plan."""
    return (layer.code or "").startswith("WHC")


def states(case: Case, codes: Iterable[str]) -> Iterator[PackageLayer]:
    """Give the polygon layers of these codes: the plan itself and its states before and after maintenance."""
    wanted = set(codes)
    for layer in case.polygons():
        if base_code(layer) in wanted and not is_change(layer) and comparable(layer):
            yield layer


def comparable(layer: PackageLayer) -> bool:
    """Say whether a layer can be laid over others: one in a foreign system cannot, as rule 2101 says of it."""
    return layer.crs is None or layer.crs.is_cgcs2000


def beside(case: Case, codes: Iterable[str], near: PackageLayer | None = None) -> PackageLayer | None:
    """Give the first of these layers that there is: in the database of `near` first, else anywhere in the package."""
    databases = sorted(case.databases, key=lambda one: near is None or one.name != near.database)
    for database in databases:
        for code in codes:
            found = database.layer(code)
            sound = (
                found is not None and found.fault is None and found.rows and found.kind in ("polygon", "any")
            )
            if sound and found is not None and comparable(found):
                return found
    return None


def system(layer: PackageLayer) -> Any:
    """Give the system in which areas are to be taken: the named one where its numbers can be so, else None.

    Degrees without a name are taken as CGCS2000: the finding about the missing system stands.
    """
    named = layer.crs_code if layer.crs is not None and layer.crs.epsg else layer.info.crs
    box = _box(layer)
    if box is None:
        return named
    looks_degrees = box[0] >= -180 and box[2] <= 360 and box[1] >= -90 and box[3] <= 90
    if named is None:
        return "EPSG:4490" if looks_degrees else None
    if is_degrees(named) != looks_degrees:
        return "EPSG:4490" if looks_degrees else None
    if is_ours(named) and not looks_degrees and not _fits(layer, box):
        return None
    return named


def fabric(case: Case, layer: PackageLayer, like: PackageLayer | None = None) -> Fabric:
    """Give the fabric of a layer, in its own system or in that of another layer; made once in a run."""
    own = case.once(("system", id(layer)), lambda: system(layer))
    other = own if like is None else case.once(("system", id(like)), lambda: system(like))
    if like is None or _same(own, other):
        return case.once(
            ("fabric", id(layer)),
            lambda: Fabric.of(layer.geometry, own, step=_step(case, own), valid=validity(case, layer)),
        )

    def moved() -> Fabric:
        shapes = layer.geometry
        there = ~shapely.is_missing(shapes)
        shapes = shapes.copy()
        shapes[there] = convert(shapes[there], own, other)[0]
        return Fabric.of(shapes, other, step=_step(case, other))

    return case.once(("fabric", id(layer), str(other)), moved)


def validity(case: Case, layer: PackageLayer) -> NDArray[np.bool_]:
    """Say which objects of a layer are valid; looked at once in a run."""
    return case.once(("valid", id(layer)), lambda: valid(layer.geometry))


def part(
    case: Case, layer: PackageLayer, name: str, rows: NDArray[Any], like: PackageLayer | None = None
) -> Fabric:
    """Give the fabric of some rows of a layer, made once under a name; `rows` says for each row whether it counts."""

    def make() -> Fabric:
        whole = fabric(case, layer, like)
        some = where_there(rows, whole.ground)
        return Fabric.of(some, whole.crs, step=whole.step, valid=np.ones(len(some), bool))

    return case.once(("part", id(layer), name, None if like is None else id(like)), make)


def periods(case: Case, layer: PackageLayer) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Give when each object begins and ceases to hold, in days; None where the layer says nothing of it.

    Which columns say so is a value of the rule (`periods`: pairs of names).
    """
    import pandas as pd

    for names in case.rule.parameters.get("periods", []):
        start, end = (layer.column(name) for name in names)
        if start is None or end is None:
            continue
        days = []
        for column, open_ in ((start, -np.inf), (end, np.inf)):
            when = pd.to_datetime(
                column.astype("string").str.strip().str.slice(0, 10), errors="coerce", format="mixed"
            )
            day = (when - pd.Timestamp("1970-01-01")) / pd.Timedelta(days=1)
            days.append(day.fillna(open_).to_numpy(dtype=np.float64))
        return days[0], days[1]
    return None


def _step(case: Case, crs: Any) -> float:
    return case.tolerance.xy_m * 1e-5 if crs is not None and is_degrees(crs) else case.tolerance.xy_m


def _same(one: Any, other: Any) -> bool:
    return one is None or other is None or str(one) == str(other)


def _box(layer: PackageLayer) -> tuple[float, float, float, float] | None:
    box = shapely.total_bounds(layer.geometry)
    return None if np.isnan(box).any() else (float(box[0]), float(box[1]), float(box[2]), float(box[3]))


def _fits(layer: PackageLayer, box: tuple[float, float, float, float]) -> bool:
    crs = layer.crs
    if crs is None or crs.central_meridian is None:
        return True
    false_easting = 500_000.0 + (1e6 * (crs.zone or 0) if crs.with_zone_number else 0.0)
    return (
        max(abs(box[0] - false_easting), abs(box[2] - false_easting)) < 1e6
        and box[1] > -1e7
        and box[3] < 1.0002e7
    )
