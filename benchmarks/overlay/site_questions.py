"""How long one site takes: 200 vertices against 20 prepared layers, areas included; prints a markdown table.

python benchmarks/overlay/site_questions.py FOLDER     (as made by generate.py)
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import shapely

from tuban.geo.coords import from_shapes
from tuban.geo.overlay import site_shares
from tuban.geo.overlay_pairs import PARCEL, measure_pairs
from tuban.geo.zone_index import ZoneIndex

CRS = "EPSG:4547"
LAYERS, SITES = 20, 400


def sites(bounds: tuple[float, ...]) -> list[shapely.Polygon]:
    rng = np.random.default_rng(4)
    west, south, east, north = bounds
    turn = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    made = []
    for _ in range(SITES):
        reach = rng.uniform(80, 600) * (
            1 + 0.15 * np.sin(turn * rng.integers(2, 9)) + 0.05 * rng.uniform(-1, 1, 200)
        )
        made.append(
            shapely.Polygon(
                np.column_stack(
                    [
                        rng.uniform(west, east) + reach * np.cos(turn),
                        rng.uniform(south, north) + reach * np.sin(turn),
                    ]
                )
            )
        )
    return made


def main() -> None:
    folder = Path(sys.argv[1])
    columns = [
        pq.read_table(folder / f"{name}.parquet", columns=["geometry"])["geometry"]
        for name in ("ecored", "farm", "town")
    ]
    shapes = [shapely.from_wkb(column.to_numpy()) for column in columns]
    # 20 layers: the three, moved so that no two are alike.
    layers = [
        ZoneIndex.of(
            gpd.GeoSeries(
                shapely.transform(shapes[i % 3], lambda xy, by=i: xy + [37.0 * by, -53.0 * by]), crs=CRS
            ),
            checked=True,
        )
        for i in range(LAYERS)
    ]
    asked = sites(tuple(shapely.total_bounds(shapes[0])))
    print(
        f"{SITES} sites of 200 vertices × {LAYERS} layers ({sum(i.nbytes for i in layers) / 1e6:.0f} MB of indexes)\n"
    )
    print("| question | p50 ms | p99 ms |\n|---|---|---|")

    names = {str(number): index for number, index in enumerate(layers)}

    def kernel(site: shapely.Polygon) -> None:
        rings = from_shapes(np.array([site]), PARCEL)
        for index in layers:
            measure_pairs(rings, index, threads=1)

    def answer(site: shapely.Polygon) -> None:
        site_shares(gpd.GeoSeries([site], crs=CRS), names)

    for title, ask in (
        ("areas in every zone", kernel),
        ("the same as a table; site checked and measured", answer),
    ):
        for site in asked[:20]:
            ask(site)
        took = []
        for site in asked:
            start = time.perf_counter()
            ask(site)
            took.append(1000 * (time.perf_counter() - start))
        print(f"| {title} | {np.quantile(took, 0.5):.2f} | {np.quantile(took, 0.99):.2f} |")


if __name__ == "__main__":
    main()
