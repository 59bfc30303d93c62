"""Faces joined to the polygons of a layer."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

Shapes = NDArray[np.object_]


def joined(shapes: Shapes, labels: NDArray) -> tuple[Shapes, NDArray]:
    """Join faces of one label; give the single parts and the label of each, in the order of the labels."""
    order = np.argsort(labels, kind="stable")
    values, start = np.unique(labels[order], return_index=True)
    out, names = [], []
    for value, group in zip(values, np.split(order, start[1:]), strict=True):
        parts = shapely.get_parts(shapely.coverage_union_all(shapes[group]))
        # Parts by their southernmost, westernmost corner: an order that does not depend on GEOS.
        corner = np.round(shapely.bounds(parts), 4)
        parts = parts[np.lexsort((corner[:, 0], corner[:, 1]))]
        out.append(parts)
        names.append(np.full(len(parts), value))
    if not out:
        return np.array([], object), labels[:0]
    return np.concatenate(out), np.concatenate(names)


def whole(shapes: Shapes, labels: NDArray) -> tuple[Shapes, NDArray]:
    """Join faces of one label to one (multi)polygon each, in the order of the labels."""
    order = np.argsort(labels, kind="stable")
    values, start = np.unique(labels[order], return_index=True)
    groups = np.split(order, start[1:])
    return np.array([shapely.coverage_union_all(shapes[g]) for g in groups], object), values


def same(before: Shapes, after: Shapes) -> NDArray[np.int64]:
    """Give for each polygon after the number of the equal one before, or -1."""
    known = {key: i for i, key in enumerate(shapely.to_wkb(shapely.normalize(before)))}
    return np.array([known.get(key, -1) for key in shapely.to_wkb(shapely.normalize(after))], np.int64)
