"""How long area takes: `area_m2` against PROJ's Geod and plain loops; prints a markdown table.

python benchmarks/area.py            60,000 and 500,000 parcels, about a minute
python benchmarks/area.py --quick    60,000 only
python benchmarks/area.py --ratio    only 500,000 against Geod, in turn, three times: the goal is eight times as fast
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import pyproj
import shapely

from tuban.geo.area import area_m2, length_m
from tuban.geo.overlay import shares

CRS = "EPSG:4547"
LOOPED = 5_000  # slow ways are timed on this many and scaled up; the table says so
GEOD = pyproj.Geod(a=6378137, rf=298.257222101)
COLD = """
from shapely import box
from tuban.geo.area import area_m2
area_m2(box(455000, 3685000, 455100, 3685100), "EPSG:4547")
"""


def parcels(n: int, seed: int = 7) -> np.ndarray:
    """Star-shaped parcels of 8 to 48 corners and 60 to 400 m, one in fifty with a hole, on a grid."""
    rng = np.random.default_rng(seed)
    side = int(n**0.5) + 1
    made = []
    for corners in (8, 16, 24, 32, 48):
        angle = (np.arange(corners) + rng.uniform(0, 0.9, (n // 5, corners))) * 2 * np.pi / corners
        reach = rng.uniform(30, 200, (n // 5, 1)) * rng.uniform(0.7, 1, (n // 5, corners))
        cell = len(made) * (n // 5) + np.arange(n // 5)
        east = 400_000 + cell % side * 410.0
        north = 3_600_000 + cell // side * 410.0
        xy = np.stack([east[:, None] + reach * np.cos(angle), north[:, None] + reach * np.sin(angle)], -1)
        shape = shapely.polygons(xy)
        holed = np.arange(0, len(shape), 50)
        centre = np.column_stack([east, north])[holed]
        ring = np.array([[-3, -3], [3, -3], [3, 3], [-3, 3]])
        shape[holed] = shapely.difference(shape[holed], shapely.polygons(centre[:, None] + ring))
        made.append(shape)
    return np.concatenate(made)


def timed(
    work: Callable[[], object], repeat: int = 3, clock: Callable[[], float] = time.process_time
) -> float:
    """Give the shortest of some runs, in seconds of processor: all of it runs on one, others may be busy."""
    best = float("inf")
    for _ in range(repeat):
        start = clock()
        work()
        best = min(best, clock() - start)
    return best


def geod_loop(shapes: np.ndarray) -> list[float]:
    """The usual way: project, then one Geod call for each polygon (edges not divided: not statutory)."""
    change = pyproj.Transformer.from_crs(CRS, 4490, always_xy=True)
    moved = shapely.transform(shapes, change.transform, interleaved=False)
    return [abs(GEOD.geometry_area_perimeter(shape)[0]) for shape in moved]


def one_by_one(shapes: np.ndarray) -> list[float]:
    """The same function, called for each polygon."""
    return [area_m2(shape, CRS)[0] for shape in shapes]


def plane_loop(shapes: np.ndarray) -> list[float]:
    """Shapely's plane area, for each polygon."""
    return [shape.area for shape in shapes]


def children() -> float:
    """Give the processor seconds of finished child processes (0 on Windows)."""
    spent = os.times()
    return spent.children_user + spent.children_system


def cold_start() -> float:
    """Give the seconds a fresh process needs to import everything and measure its first parcel."""
    run = [sys.executable, "-c", COLD]
    return timed(lambda: subprocess.run(run, check=True), clock=children)


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--quick", action="store_true")
    arguments.add_argument("--ratio", action="store_true")
    options = arguments.parse_args()
    counts = (60_000,) if options.quick else (60_000, 500_000)
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}, "
          f"NumPy {np.__version__}, Shapely {shapely.__version__}, PROJ {pyproj.proj_version_str}\n")  # fmt: skip
    if options.ratio:
        ratio(parcels(500_000))
        return
    print("| parcels | vertices | what | processor seconds | µs a parcel | against statutory |")
    print("|--:|--:|---|--:|--:|--:|")
    for n in counts:
        measure(parcels(n))
    print(f"\nFresh process, imports and one parcel: {cold_start():.2f} s")
    overlay(parcels(counts[0]))
    accuracy(parcels(2_000))


def measure(shapes: np.ndarray) -> None:
    """Print the rows of the table for these parcels."""
    n = len(shapes)
    vertices = int(shapely.get_num_coordinates(shapes).sum())
    few = shapes[:: max(1, n // LOOPED)]
    scale = len(shapes) / len(few)
    ways: list[tuple[str, float]] = [
        ("`area_m2`, statutory rounding", timed(lambda: area_m2(shapes, CRS))),
        ("`area_m2`, no rounding", timed(lambda: area_m2(shapes, CRS, rounding="none"))),
        ("`length_m`", timed(lambda: length_m(shapes, CRS), 1)),
        (f"Geod loop, {len(few):,} scaled up", timed(lambda: geod_loop(few), 1) * scale),
        (f"`area_m2` one by one, {len(few):,} scaled up", timed(lambda: one_by_one(few), 1) * scale),
        ("plane area, vectorised (not the area)", timed(lambda: shapely.area(shapes))),
        (f"plane area, loop, {len(few):,} scaled up", timed(lambda: plane_loop(few), 1) * scale),
    ]
    base = ways[0][1]
    for what, seconds in ways:
        print(
            f"| {n:,} | {vertices:,} | {what} | {seconds:.3f} | {seconds / n * 1e6:.2f} | ×{seconds / base:.2f} |"
        )


def ratio(shapes: np.ndarray, runs: int = 3) -> None:
    """Print ours against Geod, in turn, so that both meet the same machine."""
    few = shapes[:: len(shapes) // (4 * LOOPED)]
    scale = len(shapes) / len(few)
    timed(lambda: area_m2(few, CRS), 1)
    found = [
        (timed(lambda: area_m2(shapes, CRS), 1), timed(lambda: geod_loop(few), 1) * scale)
        for _ in range(runs)
    ]
    ours, geod = np.median(found, axis=0)
    each = ", ".join(f"{theirs / own:.1f}" for own, theirs in found)
    print(
        f"| {len(shapes):,} | {ours:.2f} s | {geod:.2f} s ({len(few):,} scaled up) | ×{geod / ours:.1f} ({each}) |"
    )


def overlay(shapes: np.ndarray) -> None:
    """Time shares of parcels in forty wandering zones."""
    import geopandas as gpd

    west, south, east, north = shapely.total_bounds(shapes)
    rng = np.random.default_rng(3)
    seats = shapely.MultiPoint(rng.uniform([west, south], [east, north], (40, 2)))
    cells = shapely.get_parts(
        shapely.voronoi_polygons(seats, extend_to=shapely.box(west, south, east, north))
    )
    zones = gpd.GeoSeries(shapely.segmentize(cells, 100), crs=CRS)
    ground = gpd.GeoSeries(shapes, crs=CRS)
    own = area_m2(ground)
    seconds = timed(lambda: shares(ground, zones, parcel_m2=own), 1)
    print(f"\n`shares` of {len(shapes):,} parcels in 40 zones: {seconds:.2f} s")


def accuracy(shapes: np.ndarray) -> None:
    """Compare with Geod on rings cut to 10 m in the plane."""
    dense = shapely.segmentize(shapes, 10)
    difference = np.array(geod_loop(dense)) - area_m2(shapes, CRS, rounding="none")
    rounded = area_m2(shapes, CRS) - area_m2(shapes, CRS, rounding="none")
    print(f"Against Geod on rings cut to 10 m, {len(shapes):,} parcels: largest difference "
          f"{np.abs(difference).max():.1e} m²; the statutory rounding moves a parcel by {np.abs(rounded).max():.4f} m² at most, "
          f"{np.abs(rounded).mean():.4f} on average")  # fmt: skip


if __name__ == "__main__":
    main()
