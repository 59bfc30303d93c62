"""Positions on the square world of web maps: the only place that projects to Web Mercator.

Projecting millions of positions one by one is most of the work of preparing a layer. Here the projection is
worked out at the nodes of a grid and taken between them by quadratic interpolation: within a tenth of a
millimetre of the formula, at a twentieth of the time. Nodes lie at whole multiples of their spacing, whatever
the layer, so a corner that two layers share is rounded alike in both.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray
from pyproj import CRS, Transformer

WORLD_BITS = 32
DEGREES = "EPSG:4490"
# The square world ends here, in degrees of latitude.
FARTHEST_NORTH = 85.051128

_CHUNK = 1_000_000
WORTH_A_GRID = 10_000  # positions; fewer are projected one by one
_MOST_NODES = 4_000_000
_SPACING_M = 1024.0  # between nodes


def to_world(xy: NDArray[np.float64], crs: str) -> NDArray[np.uint32]:
    """Give positions on the square world, v × 2 uint32, y growing to the south.

    Parameters
    ----------
    xy : v positions, east before north. crs : geographic or projected.
    """
    grid = _grid_for(xy, crs)
    if grid is None:
        world = np.empty((len(xy), 2), dtype=np.uint32)
        for start in range(0, len(xy), _CHUNK):
            world[start : start + _CHUNK] = rounded(exact(xy[start : start + _CHUNK], crs))
        return world
    world = np.empty((len(xy), 2), dtype=np.uint32)
    interpolate(np.ascontiguousarray(xy), grid.west, grid.south, grid.spacing, grid.nodes, world)
    return world


def lonlat_to_world(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Give degrees as positions on the square world."""
    return rounded(_mercator(lon, lat))


def exact(xy: NDArray[np.float64], crs: str) -> NDArray[np.float64]:
    """Give positions on the square world by the formula, not rounded."""
    lon, lat = xy[:, 0], xy[:, 1]
    if crs != DEGREES:
        lon, lat = _to_degrees(crs).transform(lon, lat)
    return _mercator(np.asarray(lon), np.asarray(lat))


def rounded(world: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Round to whole steps within the square."""
    return np.clip(np.rint(world), 0, float(2**WORLD_BITS) - 1).astype(np.uint32)


def _mercator(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Project degrees spherically, as web maps do, to steps from the upper left corner."""
    scale = float(2**WORLD_BITS)
    angle = np.radians(np.clip(lat, -FARTHEST_NORTH, FARTHEST_NORTH))
    return np.column_stack([(lon + 180) / 360 * scale, (1 - np.arcsinh(np.tan(angle)) / np.pi) / 2 * scale])


class _Grid(NamedTuple):
    west: float
    south: float
    spacing: float
    nodes: NDArray[np.float64]


def _grid_for(xy: NDArray[np.float64], crs: str) -> _Grid | None:
    """Give the grid of nodes around positions; None where one by one is better, or something is no number."""
    # From degrees the formula is quicker than any grid.
    if len(xy) < WORTH_A_GRID or _is_geographic(crs):
        return None
    spacing = _SPACING_M
    cell = 2 * spacing  # three nodes each way: a parabola through them
    # Column by column: NumPy is ten times slower on both at once.
    low = np.array([xy[:, 0].min(), xy[:, 1].min()])
    high = np.array([xy[:, 0].max(), xy[:, 1].max()])
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        return None
    first, last = np.floor(low / cell), np.floor(high / cell) + 1
    columns, rows = (2 * (last - first) + 1).tolist()
    if columns * rows > min(_MOST_NODES, len(xy)):
        return None
    east = (2 * first[0] + np.arange(int(columns))) * spacing
    north = (2 * first[1] + np.arange(int(rows))) * spacing
    if crs == DEGREES and not (north[0] > -FARTHEST_NORTH and north[-1] < FARTHEST_NORTH):
        return None
    nodes = exact(np.column_stack([np.tile(east, len(north)), np.repeat(north, len(east))]), crs)
    if not np.isfinite(nodes).all():
        return None
    return _Grid(float(east[0]), float(north[0]), spacing, nodes.reshape(len(north), len(east), 2))


@njit(cache=True, nogil=True)
def interpolate(xy, west, south, spacing, nodes, world):
    """Take each position between nine nodes, by the parabola through three, east and north."""
    most = 4294967295.0
    for i in range(len(xy)):
        u, v = (xy[i, 0] - west) / spacing, (xy[i, 1] - south) / spacing
        c = min(int(u) // 2 * 2, nodes.shape[1] - 3)
        r = min(int(v) // 2 * 2, nodes.shape[0] - 3)
        s, t = u - c - 1.0, v - r - 1.0
        a0, a1, a2 = 0.5 * s * (s - 1.0), 1.0 - s * s, 0.5 * s * (s + 1.0)
        b0, b1, b2 = 0.5 * t * (t - 1.0), 1.0 - t * t, 0.5 * t * (t + 1.0)
        for k in range(2):
            value = (
                b0 * (a0 * nodes[r, c, k] + a1 * nodes[r, c + 1, k] + a2 * nodes[r, c + 2, k])
                + b1 * (a0 * nodes[r + 1, c, k] + a1 * nodes[r + 1, c + 1, k] + a2 * nodes[r + 1, c + 2, k])
                + b2 * (a0 * nodes[r + 2, c, k] + a1 * nodes[r + 2, c + 1, k] + a2 * nodes[r + 2, c + 2, k])
            )
            world[i, k] = np.uint32(min(max(math.floor(value + 0.5), 0.0), most))


@lru_cache(maxsize=16)
def _to_degrees(crs: str) -> Transformer:
    return Transformer.from_crs(crs, DEGREES, always_xy=True)


@lru_cache(maxsize=16)
def _is_geographic(crs: str) -> bool:
    return CRS.from_user_input(crs).is_geographic
