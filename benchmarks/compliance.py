"""One 200-corner site after another reviewed in process: p50 and p99 in milliseconds.

python benchmarks/compliance.py WORKSPACE [SITES]
"""

from __future__ import annotations

import sys
import time
from datetime import date

import geopandas as gpd
import numpy as np
import shapely

from tuban.compliance.site import site_of
from tuban.errors import WrongUse
from tuban.store import open_workspace
from tuban.workflows.compliance import Desk

DAY = date(2026, 6, 1)
WARM_UP = 5


def main(folder: str, sites: int = 300) -> None:
    """Print how many sites lay in the county and how long a review took."""
    rng = np.random.default_rng(1)
    took = []
    with open_workspace(folder) as ws:
        desk = Desk.at(ws)
        west, south, east, north = ws.read(ws.version("XZQX"), columns=[]).to_crs("EPSG:4547").total_bounds
        for _ in range(sites):
            angle, reach = np.sort(rng.uniform(0, 2 * np.pi, 200)), rng.uniform(60, 140)
            ring = np.column_stack([np.cos(angle), np.sin(angle)]) * reach
            shape = shapely.Polygon(ring + rng.uniform([west, south], [east, north]))
            started = time.perf_counter()
            try:
                site = site_of(gpd.GeoSeries([shape], crs="EPSG:4547"), attributes={"use": "industrial"})
                desk.review(site, on=DAY)
            except WrongUse:  # outside the county
                continue
            took.append(1000 * (time.perf_counter() - started))
    p50, p99 = np.percentile(took[WARM_UP:], [50, 99])
    print(f"{len(took)} sites: p50 {p50:.1f} ms, p99 {p99:.1f} ms")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:3]))
