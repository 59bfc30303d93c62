"""Two versions of a layer beside each other: which objects came, went, and changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from tuban.service.tables import Rows, to_degrees

# About a millimetre, in degrees: two systems never give the same last digit.
SAME_DEGREES = 1e-8
# Each declared area is rounded to 0.01 m², and so is each measure of it.
SAME_AREA_M2 = 0.03


@dataclass(slots=True)
class Difference:
    """Row ids of two versions `a` and `b`; `changed_*` and `fields` run side by side."""

    key: str
    added: np.ndarray
    removed: np.ndarray
    changed_a: np.ndarray
    changed_b: np.ndarray
    geometry_changed: np.ndarray
    fields: dict[str, np.ndarray]
    same: int


def compare(a: Rows, b: Rows, id_field: str | None, area_field: str | None = None) -> Difference:
    """Compare by identifier where both versions have a unique one, else by geometry.

    By geometry an object that moved counts as one removed and one added. Of two versions in different systems,
    what another measure of the same shape does to `area_field` is no change.
    """
    key = id_field if id_field and _unique(a, id_field) and _unique(b, id_field) else "geometry"
    keys_a, keys_b = _keys(a, key), _keys(b, key)
    at_b = keys_b.get_indexer(keys_a)
    both_a = np.flatnonzero(at_b >= 0)
    both_b = at_b[both_a]
    added = np.setdiff1d(np.arange(len(keys_b)), both_b, assume_unique=True)
    removed = np.flatnonzero(at_b < 0)
    moved = np.zeros(len(both_a), dtype=bool) if key == "geometry" else _moved(a, b, both_a, both_b)
    fields = {
        name: _differs(a.table.column(name), b.table.column(name), both_a, both_b)
        for name in a.columns
        if name in b.columns and name != key
    }
    if area_field in fields and a.version.crs != b.version.crs:
        fields[area_field] &= moved | _other_area(a, b, area_field, both_a, both_b)
    changed = moved.copy()
    for differs in fields.values():
        changed |= differs
    return Difference(
        key,
        added,
        removed,
        both_a[changed],
        both_b[changed],
        moved[changed],
        {name: differs[changed] for name, differs in fields.items() if differs.any()},
        int((~changed).sum()),
    )


def _unique(rows: Rows, name: str) -> bool:
    if name not in rows.columns:
        return False
    column = rows.table.column(name)
    return column.null_count == 0 and pc.count_distinct(column).as_py() == rows.table.num_rows  # pyright: ignore[reportAttributeAccessIssue]


def _keys(rows: Rows, key: str) -> pd.Index:
    if key != "geometry":
        return pd.Index(rows.table.column(key).to_pandas().astype(str))
    if rows.wkb is not None:
        base = pd.Series(rows.wkb.to_numpy(zero_copy_only=False)).map(hash)
    else:
        base = pd.util.hash_pandas_object(rows.table.to_pandas(), index=False)
    # Equal objects are told apart by their turn, so that two of one and one of the other differ by one.
    return pd.Index(pd.MultiIndex.from_arrays([base, base.groupby(base).cumcount()]))


def _moved(a: Rows, b: Rows, fids_a: np.ndarray, fids_b: np.ndarray) -> np.ndarray:
    if a.wkb is None or b.wkb is None or a.version.crs is None or b.version.crs is None:
        return np.zeros(len(fids_a), dtype=bool)
    if a.version.crs == b.version.crs:
        left, right = a.wkb.take(pa.array(fids_a)), b.wkb.take(pa.array(fids_b))
        return _true(pc.fill_null(pc.not_equal(left, right), False))  # pyright: ignore[reportAttributeAccessIssue]
    left = to_degrees(a.geometries(fids_a), a.version.crs)
    right = to_degrees(b.geometries(fids_b), b.version.crs)
    return ~shapely.equals_exact(left, right, tolerance=SAME_DEGREES)


def _differs(a: pa.ChunkedArray, b: pa.ChunkedArray, fids_a: np.ndarray, fids_b: np.ndarray) -> np.ndarray:
    left, right = a.take(pa.array(fids_a)), b.take(pa.array(fids_b))
    if left.type != right.type:
        left, right = left.cast(pa.large_string()), right.cast(pa.large_string())
    one_missing = pc.not_equal(left.is_null(), right.is_null())  # pyright: ignore[reportAttributeAccessIssue]
    unequal = pc.fill_null(pc.not_equal(left, right), False)  # pyright: ignore[reportAttributeAccessIssue]
    return _true(pc.or_(one_missing, unequal))  # pyright: ignore[reportAttributeAccessIssue]


def _other_area(a: Rows, b: Rows, name: str, fids_a: np.ndarray, fids_b: np.ndarray) -> np.ndarray:
    """Say where two declared areas differ by more than the measures of their shapes do.

    Edges are straight in a plane or in degrees: one shape measures differently in two systems, by centimetres or,
    with edges of hundreds of metres, by more. What is declared beyond the measure is what someone changed.
    """
    left, right = _beyond_measure(a, name, fids_a), _beyond_measure(b, name, fids_b)
    return ~(np.abs(left - right) <= SAME_AREA_M2)


def _beyond_measure(rows: Rows, name: str, fids: np.ndarray) -> np.ndarray:
    declared = pd.to_numeric(rows.table.column(name).take(pa.array(fids)).to_pandas(), errors="coerce")
    measured = 0.0 if rows.area_m2 is None else rows.area_m2[fids]
    return declared.to_numpy(dtype=float) - measured


def _true(found: pa.ChunkedArray | pa.Array) -> np.ndarray:
    return found.to_numpy(zero_copy_only=False).astype(bool)
