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

from tuban.geo.area import area_m2
from tuban.geo.overlay_site import Layers
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
    print("| question | p50 ms | p99 ms | processor p50 ms | p99 ms |\n|---|---|---|---|---|")

    together = Layers.of({str(number): index for number, index in enumerate(layers)})
    known = {id(site): float(area_m2([site], CRS)[0]) for site in asked}

    def answer(site: shapely.Polygon) -> None:
        together.shares(site)

    def measured(site: shapely.Polygon) -> None:
        together.shares(site, site_m2=known[id(site)])

    for title, ask in (
        ("areas in every zone, site checked; its own statutory area known", measured),
        ("the same, its own statutory area measured, too", answer),
    ):
        for site in asked[:20]:
            ask(site)
        took, used = [], []
        for site in asked:
            start, processor = time.perf_counter(), time.process_time()
            ask(site)
            used.append(1000 * (time.process_time() - processor))
            took.append(1000 * (time.perf_counter() - start))
        p = [np.quantile(of, share) for of in (took, used) for share in (0.5, 0.99)]
        print(f"| {title} | {p[0]:.2f} | {p[1]:.2f} | {p[2]:.2f} | {p[3]:.2f} |")


if __name__ == "__main__":
    main()
