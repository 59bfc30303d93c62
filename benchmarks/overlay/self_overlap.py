"""How long the overlap check and the gap check of a layer take; prints a markdown table.

python benchmarks/overlay/self_overlap.py FOLDER 500000     (as made by generate.py)
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import shapely

from tuban.geo.overlay_cover import cover_difference
from tuban.geo.overlay_self import overlaps_within

CRS = "EPSG:4547"


def main() -> None:
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    shapes = shapely.from_wkb(
        pq.read_table(folder / f"parcels_{count}.parquet", columns=["geometry"])["geometry"].to_numpy()
    )
    # Where rounding to 0.1 mm made neighbours overlap, their outline crosses itself.
    outline = shapely.make_valid(shapely.coverage_union_all(shapes), method="structure")
    whole = gpd.GeoSeries([outline], crs=CRS)
    missing = np.random.default_rng(1).random(len(shapes)) < 0.0005
    layer = gpd.GeoSeries(shapes[~missing], crs=CRS)
    overlaps_within(layer.iloc[:10])  # the kernels from their cache
    print(f"{len(layer):,} polygons, {missing.sum()} taken out\n")
    print("| check | s | processor s | found |\n|---|---|---|---|")
    start, used = time.perf_counter(), time.process_time()
    overlaps = overlaps_within(layer)
    print(
        f"| overlaps | {time.perf_counter() - start:.1f} | {time.process_time() - used:.1f} | {len(overlaps.frame)} |"
    )
    start, used = time.perf_counter(), time.process_time()
    cover = cover_difference(layer, whole, overlaps=overlaps)
    print(
        f"| gaps and what lies beyond | {time.perf_counter() - start:.1f} | {time.process_time() - used:.1f} "
        f"| {len(cover.gaps)} gaps with {cover.gaps['area_m2'].sum():,.0f} m² "
        f"({shapely.area(shapes[missing]).sum():,.0f} m² of the plane taken out), {len(cover.beyond)} beyond |"
    )
    print(
        f"\nPeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB, geometries included."
    )


if __name__ == "__main__":
    main()
