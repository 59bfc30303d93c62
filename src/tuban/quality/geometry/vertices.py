"""Vertices that should not be: repeated, nearly repeated, or a spike sharper than a limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tuban.geo.coords import Rings
from tuban.quality.geometry import kernel_edges
from tuban.quality.geometry.measure import is_degrees, unit_m

Array = NDArray[np.float64]
What = Literal["near", "repeated", "sharp"]


@dataclass(frozen=True)
class Vertices:
    """k vertices: their row, place (x, y), and size: distance in metres, or the angle in degrees."""

    row: NDArray[np.int64]
    xy: Array
    size: Array

    def by_row(self) -> list[tuple[int, Array, Array]]:
        """Give each row with its places and sizes."""
        if not len(self.row):
            return []
        starts = np.flatnonzero(np.r_[True, self.row[1:] != self.row[:-1]])
        ends = np.r_[starts[1:], len(self.row)]
        return [(int(self.row[a]), self.xy[a:b], self.size[a:b]) for a, b in zip(starts, ends, strict=True)]


def odd_vertices(
    rings: Rings, crs: Any, *, near_m: float, same_m: float, sharp_deg: float
) -> dict[What, Vertices]:
    """Look at every vertex of polygons (`fabric.rings_of`).

    Parameters
    ----------
    near_m : a vertex nearer than this to the one before is near; at most `same_m` away it is repeated.
    sharp_deg : an angle between two edges below this is sharp. Edges shorter than `near_m` make none.
    """
    east = np.full(len(rings.ring_off) - 1, 1.0)
    north = unit_m(crs)
    if is_degrees(crs) and len(rings.xy):
        east = north * np.cos(np.radians(np.clip(rings.xy[rings.ring_off[:-1], 1], -89.9, 89.9)))
    cos = float(np.cos(np.radians(sharp_deg)))
    look = (rings.xy, rings.ring_off, east, north, near_m, same_m, cos)
    none = np.zeros(0, np.int64), np.zeros(0, np.int8), np.zeros(0)
    count = kernel_edges.vertices(*look, True, *none)
    place, kind, size = np.zeros(count, np.int64), np.zeros(count, np.int8), np.zeros(count)
    kernel_edges.vertices(*look, False, place, kind, size)
    ring = np.searchsorted(rings.ring_off, place, side="right") - 1
    ring = np.minimum(ring, len(rings.ring_off) - 2)
    part = np.searchsorted(rings.part_off, ring, side="right") - 1
    row = np.searchsorted(rings.row_off, part, side="right") - 1

    def of(code: int) -> Vertices:
        which = kind == code
        what = np.degrees(np.arccos(size[which])) if code == kernel_edges.SHARP else size[which]
        return Vertices(row[which].astype(np.int64), rings.xy[place[which]], what)

    return {
        "near": of(kernel_edges.NEAR),
        "repeated": of(kernel_edges.REPEATED),
        "sharp": of(kernel_edges.SHARP),
    }


def same_turn(rings: Rings) -> NDArray[np.int64]:
    """Give the rows of which a hole is drawn in the direction of its shell."""
    sizes = np.diff(rings.part_off)
    if not (sizes > 1).any():
        return np.zeros(0, np.int64)
    count = len(rings.ring_off) - 1
    first, ground = np.zeros(count, np.bool_), np.zeros(count, np.int8)
    kernel_edges.directions(rings.xy, rings.ring_off, rings.part_off, first, ground)
    turn = np.where(first, ground, -ground)
    part = np.repeat(np.arange(len(rings.part_off) - 1), sizes)
    shell = turn[rings.part_off[:-1]]
    wrong = ~first & (turn == shell[part]) & (turn != 0)
    row = np.searchsorted(rings.row_off, part[wrong], side="right") - 1
    return np.unique(row).astype(np.int64)
