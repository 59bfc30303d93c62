"""The finished fabric with the area of every face, and the one way to reach a published total: take faces, cut one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tuban.geo.area import area_m2
from tuban.sample import mesh
from tuban.sample.cutting import axes, count_crossings, cut
from tuban.sample.fabric import Fabric
from tuban.sample.mesh import Mesh, face_area

Index = NDArray[np.int64]
# Pieces are cut to a hundredth of a square metre: the last digit of an area in the tables.
CLOSE_ENOUGH_M2 = 0.02
# What rounding of coordinates adds up to over the cuts of a whole county: no reason to cut a sliver.
NEGLIGIBLE_M2 = 1.0
# Directions of a cut, against the long side of the face: across it, along it, then at a slant.
TURNS = (math.pi / 2, 0.0, 1.1, 2.0, 0.5, 2.6)


class Ground:
    """Faces with attributes that survive cutting: every array in `columns` has one value per face."""

    def __init__(self, fabric: Fabric, crs: str) -> None:
        self.mesh = fabric.mesh
        self.crs = crs
        room = len(fabric.mesh.first)
        self.columns: dict[str, NDArray] = {
            "kind": fabric.kind,
            "use": fabric.use,
            "village": fabric.village,
            "place": fabric.place,
            "block": fabric.block,
            "settled": fabric.settled,
        }
        plane, x, y, length = mesh.measures(self.mesh)
        n = self.count
        for name, values in (
            ("area", area_m2(mesh.to_polygons(self.mesh), crs, rounding="none")),
            ("x", x),
            ("y", y),
            ("thin", 2 * plane / length),
        ):
            self.columns[name] = np.zeros(room)
            self.columns[name][:n] = values

    @property
    def count(self) -> int:
        """How many faces there are now."""
        return int(self.mesh.used[2])

    def __getitem__(self, name: str) -> NDArray:
        """Give a column, one value per face (a view: assigning into it changes the ground)."""
        return self.columns[name][: self.count]

    def add(self, name: str, values: Any, dtype: Any = float) -> NDArray:
        """Add a column."""
        column = np.zeros(len(self.mesh.first), dtype)
        column[: self.count] = values
        self.columns[name] = column
        return self[name]

    def where(self, mask: NDArray[np.bool_]) -> Index:
        """Give the numbers of the faces where `mask` holds."""
        return np.flatnonzero(mask[: self.count])

    def mark(self, name: str, faces: Index) -> None:
        """Add a yes/no column that is yes for those faces."""
        self.add(name, False, np.bool_)[faces] = True

    def put(self, name: str, faces: Index, value: Any) -> None:
        """Set a column for those faces.

        `ground[name][ground.take(...)] = value` would not do: taking may add faces to the column.
        """
        self.columns[name][faces] = value

    def ranked(self, mask: NDArray[np.bool_], by: str, *, highest: bool = False) -> Index:
        """Give the faces where `mask` holds, in the order of a column."""
        faces = self.where(mask)
        key = self[by][faces]
        return faces[np.argsort(-key if highest else key, kind="stable")]

    def cut(self, f: int, wanted_m2: float) -> int:
        """Cut off a piece of that area; give its number, or -1 where the face does not allow it."""
        whole_m2 = float(self.columns["area"][f])
        ratio = whole_m2 / face_area(self.mesh, f)
        for turn in TURNS:
            for first in (True, False):
                g = _cut_area(self.mesh, f, (wanted_m2 if first else whole_m2 - wanted_m2) / ratio, turn)
                if g < 0:
                    continue
                for column in self.columns.values():
                    column[g] = column[f]
                a = face_area(self.mesh, f) * ratio
                self.columns["area"][f], self.columns["area"][g] = a, whole_m2 - a
                return f if abs(a - wanted_m2) < abs(whole_m2 - a - wanted_m2) else g
        return -1

    def take(self, order: Sequence[int] | Index, wanted_m2: float, weight: str | None = None) -> Index:
        """Take faces in that order until they make up `wanted_m2` exactly; the last one is cut.

        `weight` names a column of shares (0-1) that count instead of the whole area. Where all faces
        together are too little, all are taken: the calibration table then shows the difference.
        """
        order = np.asarray(order, np.int64)
        if wanted_m2 <= CLOSE_ENOUGH_M2:
            return order[:0]
        counted = self["area"][order] * (1.0 if weight is None else self[weight][order])
        total = np.cumsum(counted)
        k = int(np.searchsorted(total, wanted_m2, "right"))
        if k == len(order):
            return order
        if total[k] - wanted_m2 < NEGLIGIBLE_M2:
            return order[: k + 1]
        for strict in (True, False):
            for back in range(min(k, 60) + 1):
                rest = wanted_m2 - (total[k - back - 1] if k > back else 0.0)
                if rest < CLOSE_ENOUGH_M2:
                    return order[: k - back]
                for f in self._candidates(order[k - back :], rest, weight, strict):
                    share = 1.0 if weight is None else float(self.columns[weight][f])
                    piece = self.cut(int(f), rest / share)
                    if piece >= 0:
                        return np.r_[order[: k - back], piece]
        over, under = total[k] - wanted_m2, wanted_m2 - (total[k - 1] if k else 0.0)
        # Nothing beyond can be cut: take one face too many and leave a piece of any of them.
        for at in range(k, max(k - 60, -1), -1):
            share = 1.0 if weight is None else float(self.columns[weight][order[at]])
            keep_m2 = self["area"][order[at]] - over / share
            kept = self.cut(int(order[at]), keep_m2) if keep_m2 > 1.02 * NEGLIGIBLE_M2 else -1
            if kept >= 0:
                return np.r_[order[:at], kept, order[at + 1 : k + 1]]
        return order[: k + 1] if over < under else order[:k]

    def _candidates(self, rest_order: Index, rest_m2: float, weight: str | None, strict: bool) -> Index:
        """Give the faces that may be cut: thick ones, of which a fair part is wanted; nearest in order first."""
        near = rest_order[: 40 if strict else 400]
        area = self["area"][near] * (1.0 if weight is None else self[weight][near])
        if strict:
            good = (area > 1.25 * rest_m2) & (area < 5 * rest_m2) & (self["thin"][near] > 9)
        else:
            good = area > 1.02 * rest_m2
        return near[good][: 12 if strict else 60]

    def borders(self) -> tuple[Index, Index, NDArray[np.float64]]:
        """Give every edge between two faces: left, right, length in m."""
        left, right, length = mesh.borders(self.mesh)
        inner = (left >= 0) & (right >= 0)
        return left[inner].astype(np.int64), right[inner].astype(np.int64), length[inner]

    def polygons(self) -> NDArray[np.object_]:
        """Every face as a polygon."""
        return mesh.to_polygons(self.mesh)


def speckle(ground: Ground, salt: int, column: str = "block") -> NDArray[np.float64]:
    """Give a number in [0, 1) that looks random but belongs to the face's block (or other column)."""
    key = ground[column].astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(salt * 7919 + 17)
    key = (key ^ (key >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    key = key ^ (key >> np.uint64(32))
    return (key >> np.uint64(11)).astype(float) / 2**53


@njit(cache=True)
def _left_area(m: Mesh, f: int, px: float, py: float, dx: float, dy: float) -> float:
    """Area of the part of `f` to the left of a line: the rim clipped edge by edge."""
    total = 0.0
    h0 = m.first[f]
    h = h0
    have = False
    lx = ly = fx = fy = 0.0
    while True:
        k = m.after[h]
        ax, ay = m.x[m.origin[h]] - px, m.y[m.origin[h]] - py
        bx, by = m.x[m.origin[k]] - px, m.y[m.origin[k]] - py
        sa, sb = dx * ay - dy * ax, dx * by - dy * bx
        for step in range(2):
            if step == 0:
                if sa < 0:
                    continue
                qx, qy = ax, ay
            else:
                if (sa >= 0) == (sb >= 0):
                    continue
                w = sa / (sa - sb)
                qx, qy = ax + w * (bx - ax), ay + w * (by - ay)
            if have:
                total += lx * qy - ly * qx
            else:
                fx, fy, have = qx, qy, True
            lx, ly = qx, qy
        h = k
        if h == h0:
            break
    if have:
        total += lx * fy - ly * fx
    return total / 2


@njit(cache=True)
def _cut_area(m: Mesh, f: int, wanted: float, turn: float) -> int:
    """Cut `f` along a straight line so that the part left of it has the plane area `wanted`."""
    ux, uy, long, short, cx, cy = axes(m, f)
    dx, dy = ux * math.cos(turn) - uy * math.sin(turn), ux * math.sin(turn) + uy * math.cos(turn)
    reach = long + short
    nx, ny = -dy, dx
    low, high = -0.51 * reach, 0.51 * reach
    for _ in range(60):
        mid = (low + high) / 2
        if _left_area(m, f, cx + mid * nx, cy + mid * ny, dx, dy) > wanted:
            low = mid
        else:
            high = mid
    px, py = cx + low * nx, cy + low * ny
    # A line that crosses the rim four times would cut off only one of several pieces.
    if count_crossings(m, f, px, py, dx, dy) != 2:
        return -1
    state = np.ones(1, np.uint64)
    return cut(m, f, px, py, dx, dy, 0.0, 1.0, 0.0, 0.0, state)
