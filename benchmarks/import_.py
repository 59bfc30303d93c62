"""Import timed: GeoPackage to a stored version, against plain GeoPandas doing the least that could be called so.

    uv run python benchmarks/import_.py [--parcels 60000 500000] [--repeat 3]

Prints a table for benchmarks/README.md. The parcels are made here: cells of a grid whose shared edges wander, 16
vertices each, with the columns of DLTB.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tuban.domain.version import Validity
from tuban.geo.io import read_layer
from tuban.geo.write import write_layer
from tuban.standards.load import profile
from tuban.store import create
from tuban.store.arrange import arrange
from tuban.workflows.intake import take_in

CRS = "EPSG:4547"
EDGE_POINTS = 4  # vertices on each side of a cell
SIDE_M = 100.0


def parcels(count: int, seed: int = 1) -> gpd.GeoDataFrame:
    """Make about `count` parcels that tile a square exactly."""
    random = np.random.default_rng(seed)
    n = round(count**0.5)
    # Points on all grid lines, moved once: two neighbours take their common edge from the same points.
    steps = n * EDGE_POINTS + 1
    line = np.arange(steps) * SIDE_M / EDGE_POINTS
    across = np.arange(n + 1) * SIDE_M
    wander = SIDE_M / EDGE_POINTS / 3
    shift_x = random.uniform(-wander, wander, (n + 1, steps, 2))
    shift_y = random.uniform(-wander, wander, (n + 1, steps, 2))
    west_east = np.stack(np.broadcast_arrays(line[None, :], across[:, None]), axis=-1) + shift_x
    south_north = np.stack(np.broadcast_arrays(across[:, None], line[None, :]), axis=-1) + shift_y
    south_north[:, ::EDGE_POINTS] = west_east[:, ::EDGE_POINTS].swapaxes(0, 1)  # corners belong to both
    column, row = (grid.ravel() for grid in np.meshgrid(np.arange(n), np.arange(n)))
    along = np.arange(EDGE_POINTS)
    start_x, start_y = column[:, None] * EDGE_POINTS, row[:, None] * EDGE_POINTS
    rings = np.concatenate(
        [
            west_east[row[:, None], start_x + along],
            south_north[column[:, None] + 1, start_y + along],
            west_east[row[:, None] + 1, start_x + EDGE_POINTS - along],
            south_north[column[:, None], start_y + EDGE_POINTS - along],
        ],
        axis=1,
    ) + np.array([460_000.0, 3_650_000.0])
    shapes = shapely.polygons(np.concatenate([rings, rings[:, :1]], axis=1))
    total = len(shapes)
    classes = np.array(["0101", "0103", "0301", "0404", "0702", "1003", "1101", "1202"])
    return gpd.GeoDataFrame(
        {
            "BSM": [f"4104811{number:011d}" for number in range(total)],
            "YSDM": "2001010100",
            "TBBH": pd.array(np.arange(total)).astype(str),
            "DLBM": random.choice(classes, total),
            "QSXZ": random.choice(["20", "30"], total),
            "ZLDWDM": [
                f"410481{town:03d}{village:010d}"
                for town, village in zip(row // 40, column // 20, strict=True)
            ],
            "TBMJ": shapely.area(shapes).round(2),
        },
        geometry=shapes,
        crs=CRS,
    ).sample(frac=1, random_state=seed)


def median_s(work: Callable[[], Any], repeat: int) -> float:
    """Run `work` and give the median of its seconds."""
    seconds = []
    for _ in range(repeat):
        begin = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds)


def measure(count: int, repeat: int, folder: Path) -> dict[str, str]:
    """Time one size."""
    source = write_layer(parcels(count), folder / f"p{count}.gpkg", format="gpkg", layer_name="DLTB")
    spec = profile().layer("DLTB")
    plain = folder / "plain.parquet"
    with create(folder / f"w{count}", name="benchmark") as ws:
        days = iter(range(1, 29))

        def whole() -> None:
            take_in(ws, source, "DLTB", valid=Validity(date(2024, 1, next(days))), by="benchmark")

        take_in(ws, source, "DLTB", valid=Validity(date(2023, 1, 1)), by="benchmark")  # warm: numba, caches
        read = read_layer(source, spec)
        stored = ws.version("DLTB")
        west, south, east, north = read.frame.total_bounds
        random = np.random.default_rng(0)

        def window() -> None:
            x, y = random.uniform(west, east - 2_000), random.uniform(south, north - 2_000)
            ws.read(stored, bbox=(x, y, x + 2_000, y + 2_000))

        figures = {
            "parcels": f"{stored.rows:,}",
            "source, MB": f"{source.stat().st_size / 1e6:.0f}",
            "stored, MB": f"{stored.bytes / 1e6:.0f}",
            "import, s": f"{median_s(whole, repeat):.1f}",
            "· reading and checking": f"{median_s(lambda: read_layer(source, spec), repeat):.1f}",
            "· ordering, measuring, encoding": f"{median_s(lambda: arrange(read.frame), repeat):.1f}",
            "read all, s": f"{median_s(lambda: ws.read(stored), repeat):.1f}",
            "read 2 × 2 km, ms": f"{median_s(window, 20) * 1000:.0f}",
            "verify, s": f"{median_s(ws.verify, repeat):.1f}",
        }
    plain_s = median_s(lambda: gpd.read_file(source).to_parquet(plain), repeat)
    return {
        **figures,
        "geopandas read_file + to_parquet, s": f"{plain_s:.1f}",
        "its file, MB": f"{plain.stat().st_size / 1e6:.0f}",
    }


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--parcels", type=int, nargs="+", default=[60_000, 500_000])
    asked.add_argument("--repeat", type=int, default=3)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        columns = [measure(count, options.repeat, Path(folder)) for count in options.parcels]
    for number, key in enumerate(columns[0]):
        print(f"| {key} | " + " | ".join(column[key] for column in columns) + " |")
        if number == 0:
            print("|---|" + "---:|" * len(columns))


if __name__ == "__main__":
    main()
