"""The lie of the land: smooth fields over the county, and places chosen by them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import ndimage

Floats = NDArray[np.float64]


@dataclass
class Terrain:
    """Rasters over the outline's box, `cell_m` wide; `height` runs from 0 (lowest) to 1 in the county."""

    west: float
    south: float
    cell_m: float
    inside: NDArray[np.bool_]
    height: Floats
    fields: dict[str, Floats] = field(default_factory=dict)

    def sample(self, name: str, x: Floats, y: Floats) -> Floats:
        """Give the field's value at points (between cells, linearly)."""
        grid = self.height if name == "height" else self.fields[name]
        rows, cols = (
            (np.asarray(y) - self.south) / self.cell_m - 0.5,
            (np.asarray(x) - self.west) / self.cell_m - 0.5,
        )
        return ndimage.map_coordinates(grid, [rows, cols], order=1, mode="nearest")

    def sample_inside(self, x: Floats, y: Floats) -> Floats:
        """Give 1 where a point lies in a cell inside the county, else 0."""
        row = np.clip(((y - self.south) / self.cell_m).astype(int), 0, self.inside.shape[0] - 1)
        col = np.clip(((x - self.west) / self.cell_m).astype(int), 0, self.inside.shape[1] - 1)
        return self.inside[row, col].astype(float)

    def centre(self, row: NDArray[np.integer], col: NDArray[np.integer]) -> tuple[Floats, Floats]:
        """Give the coordinates of cell centres."""
        x = np.asarray(self.west + (col + 0.5) * self.cell_m, np.float64)
        return x, np.asarray(self.south + (row + 0.5) * self.cell_m, np.float64)

    def distance_m(self, mask: NDArray[np.bool_]) -> Floats:
        """Give each cell's distance to the nearest cell of `mask`."""
        return np.asarray(ndimage.distance_transform_edt(~mask)) * self.cell_m


def noise(rng: np.random.Generator, shape: tuple[int, int], wave_cells: float, octaves: int = 4) -> Floats:
    """Smooth random field with mean 0 and deviation 1; each octave is half as long and half as strong."""
    total = np.zeros(shape)
    for k in range(octaves):
        sigma = max(wave_cells / 2**k / 2.5, 0.6)
        layer = ndimage.gaussian_filter(rng.normal(size=shape), sigma, mode="reflect")
        total += layer / layer.std() * 0.5**k
    return (total - total.mean()) / total.std()


def ranked(values: Floats, inside: NDArray[np.bool_]) -> Floats:
    """Replace values by their rank among the cells inside, 0 to 1: shares of the county become thresholds."""
    order = np.sort(values[inside])
    return np.searchsorted(order, values) / max(len(order), 1)


def make_terrain(outline: shapely.Geometry, rng: np.random.Generator, cells: int = 320) -> Terrain:
    """Make hills on one side, a plain on the other, and the noise fields that land cover follows."""
    west, south, east, north = shapely.bounds(outline)
    cell = max(east - west, north - south) * 1.06 / cells
    west, south = west - 0.03 * cells * cell, south - 0.03 * cells * cell
    rows, cols = int((north - south) / cell) + 10, int((east - west) / cell) + 10
    shape = (rows, cols)
    cy, cx = np.mgrid[0:rows, 0:cols]
    x, y = west + (cx + 0.5) * cell, south + (cy + 0.5) * cell
    shapely.prepare(outline)
    inside = shapely.contains_xy(outline, x.ravel(), y.ravel()).reshape(shape)
    c = shapely.centroid(outline)
    scale = np.sqrt(shapely.area(outline))
    towards = np.deg2rad(rng.uniform(195, 240))
    tilt = ((x - c.x) * np.cos(towards) + (y - c.y) * np.sin(towards)) / scale
    raw = 1.5 * tilt + 0.42 * noise(rng, shape, cells * 0.22, 5)
    terrain = Terrain(west, south, cell, inside, ranked(raw, inside))
    terrain.fields["patches"] = noise(rng, shape, cells * 0.05, 4)
    terrain.fields["groves"] = noise(rng, shape, cells * 0.022, 3)
    terrain.fields["wet"] = noise(rng, shape, cells * 0.04, 3)
    terrain.fields["edges"] = noise(rng, shape, cells * 0.06, 5)
    for i in range(4):
        terrain.fields[f"quarter{i}"] = noise(rng, shape, 700 / cell * 2.5, 3)
    return terrain
