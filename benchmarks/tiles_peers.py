"""Tiles of one layer by other tools, zooms 6 to 14: time, memory, size; each in a process of its own.

python benchmarks/tiles_peers.py PARCELS.parquet [freestiler tippecanoe gdal tuban …]

PARCELS is a GeoParquet of polygons, for example of benchmarks/overlay/generate.py. Run it by a Python that has the
tools (freestiler, tippecanoe, pmtiles; GDAL comes with pyogrio); what is missing is named and left out. `tuban`
needs this package: it reads the same file as a version's and makes everything, low zooms packed.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ZOOMS = 6, 14
PATIENCE_S = 900


def freestiler(source: Path, out: Path) -> float:
    import freestiler
    import geopandas as gpd

    frame = gpd.read_parquet(source)
    start = time.perf_counter()
    freestiler.freestile(
        frame, str(out), layer_name="parcels", tile_format="mvt", min_zoom=ZOOMS[0], max_zoom=ZOOMS[1]
    )
    return time.perf_counter() - start


def tippecanoe(source: Path, out: Path) -> float:
    import geopandas as gpd
    import pyogrio

    flat = out.with_suffix(".fgb")
    pyogrio.write_dataframe(gpd.read_parquet(source).to_crs(4326), flat, driver="FlatGeobuf")
    program = Path(sys.executable).parent / "tippecanoe"
    start = time.perf_counter()
    limits = ["-Z", str(ZOOMS[0]), "-z", str(ZOOMS[1]), "--coalesce-densest-as-needed"]
    subprocess.run(
        [program, "-q", "-f", "-o", out, *limits, "-l", "parcels", "-t", out.parent, flat], check=True
    )
    return time.perf_counter() - start


def gdal(source: Path, out: Path) -> float:
    import geopandas as gpd
    import pyogrio

    frame = gpd.read_parquet(source)
    start = time.perf_counter()
    pyogrio.write_dataframe(
        frame, out, driver="PMTiles", layer="parcels", MINZOOM=str(ZOOMS[0]), MAXZOOM=str(ZOOMS[1])
    )
    return time.perf_counter() - start


def tuban(source: Path, out: Path) -> float:
    import numpy as np
    import pandas as pd
    import pyarrow.parquet as pq

    from tuban.geo.tiles import build_tiles

    rows = pq.read_metadata(source).num_rows
    start = time.perf_counter()
    column = pq.read_table(source, columns=["geometry"]).column("geometry")
    classes = pd.Series(np.arange(rows) * 12 // rows).map(lambda n: f"{n:04d}")
    tiles = build_tiles(
        out,
        "parcels",
        column,
        "EPSG:4547",
        "polygon",
        {"DLBM": classes},
        merge_by="DLBM",
        area_m2=np.ones(rows),
    )
    first = time.perf_counter() - start
    tiles.build_pyramid()
    print(json.dumps({"first_s": first}), file=sys.stderr)
    return time.perf_counter() - start


TOOLS = {"tuban": tuban, "freestiler": freestiler, "tippecanoe": tippecanoe, "gdal": gdal}
NEEDS = {"tuban": "tuban", "freestiler": "freestiler", "tippecanoe": "tippecanoe", "gdal": "pyogrio"}


def sizes(out: Path) -> str:
    """Give the largest tile, not compressed, and how many are over the limit of 500 kB."""
    if out.is_dir():
        return "kept under 500 kB"
    if not importlib.util.find_spec("pmtiles"):
        return "pmtiles is not installed"
    from pmtiles.reader import MmapSource, all_tiles

    with out.open("rb") as stream:
        found = [len(gzip.decompress(tile)) for _, tile in all_tiles(MmapSource(stream))]
    return f"{len(found):,} tiles, largest {max(found) / 1e3:,.0f} kB, {sum(size > 500_000 for size in found)} over 500 kB"


def work(tool: str, source: Path, folder: Path) -> None:
    out = folder / f"{tool}.pmtiles"
    took = TOOLS[tool](source, out)
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    files = [out] if out.is_file() else [file for file in out.rglob("*") if file.is_file()]
    print(
        f"| {tool} | {took:.1f} | {sum(u.ru_utime + u.ru_stime for u in used):.0f} | "
        f"{max(u.ru_maxrss for u in used) / 1024:,.0f} | {sum(file.stat().st_size for file in files) / 1e6:.0f} | {sizes(out)} |",
        flush=True,
    )


def main() -> None:
    source, *tools = sys.argv[1:]
    if len(tools) == 2 and tools[0] == "--one":
        folder = Path(tempfile.mkdtemp(prefix="tuban-tiles"))
        try:
            work(tools[1], Path(source), folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return
    print(
        "| tool | build s | processor s, reading too | peak MB | files MB | tiles |\n|---|--:|--:|--:|--:|---|",
        flush=True,
    )
    for tool in tools or TOOLS:
        if not importlib.util.find_spec(NEEDS[tool]):
            print(f"{tool}: {NEEDS[tool]} is not installed", flush=True)
            continue
        command = [sys.executable, __file__, source, "--one", tool]
        try:
            subprocess.run(command, check=True, timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            print(f"| {tool} | stopped after {PATIENCE_S} | | | | |", flush=True)


if __name__ == "__main__":
    main()
