"""One engine, one job, one process: what parcels share with each control layer, from file to table or to file.

Started by run.py, perhaps by the Python of another environment. Prints one line of JSON: seconds of the job
(libraries loaded, nothing read), processor seconds, seconds with the loading, peak memory, pairs and total area of
each layer in the plane.
"""

from __future__ import annotations

import importlib.util
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import peers

BEGUN = time.perf_counter()
GEOMETRY = "geometry"
Totals = dict[str, tuple[int, float]]


def tuban(
    folder: Path, parcels: str, layers: list[str], out: Path | None, threads: int, checked: bool
) -> Iterator[Totals | None]:
    import pyarrow.parquet as pq

    from tuban.geo.overlay import shares_of_file, warm
    from tuban.geo.overlay_pieces_file import Against, pieces_of_file
    from tuban.geo.zone_index import ZoneIndex

    warm()  # the kernels from their cache
    yield None
    file = folder / f"{parcels}.parquet"
    read = {
        name: pq.read_table(folder / f"{name}.parquet", columns=["ctrl_id", "kind", GEOMETRY])
        for name in layers
    }
    zones = {name: ZoneIndex.of_wkb(table[GEOMETRY], "EPSG:4547") for name, table in read.items()}
    if out is not None:
        against = {
            name: Against(zones[name], out / f"{name}.parquet", read[name].drop_columns([GEOMETRY]))
            for name in layers
        }
        done = pieces_of_file(file, against, columns=["parcel_id"], threads=threads, checked=checked)
        yield {name: (done[name].pieces, done[name].area_m2) for name in layers}
    else:
        found = shares_of_file(file, zones, threads=threads, checked=checked)
        yield {name: (len(found[name].frame), float(found[name].frame["area_m2"].sum())) for name in layers}
    # For the agreement of totals only: the same in the plane, as the peers measure.
    if out is not None:
        yield {name: _plane(out / f"{name}.parquet") for name in layers}
        return
    from tuban.geo.coords import from_arrow
    from tuban.geo.overlay_pairs import measure_pairs
    from tuban.geo.overlay_sound import PARCEL

    rings = from_arrow(pq.read_table(file, columns=[GEOMETRY])[GEOMETRY], PARCEL)
    totals = {}
    for name in layers:
        held = measure_pairs(rings, zones[name], measure="plane").common_m2
        totals[name] = (len(held), float(held.sum()))
    yield totals


def _plane(file: Path) -> tuple[int, float]:
    import pyarrow.parquet as pq
    import shapely

    shapes = shapely.from_wkb(pq.read_table(file, columns=[GEOMETRY])[GEOMETRY].to_numpy())
    return len(shapes), float(shapely.area(shapes).sum())


def shapely_kernel(
    folder: Path, parcels: str, layers: list[str], out: Path | None, threads: int, windows: bool
) -> Iterator[Totals | None]:
    import geopandas as gpd
    import pyarrow.parquet as pq
    import shapely
    import shapely_windows

    yield None
    names = {parcels: ["parcel_id"], **{name: ["ctrl_id", "kind"] for name in layers}}
    tables = {
        name: pq.read_table(folder / f"{name}.parquet", columns=[*columns, GEOMETRY])
        for name, columns in names.items()
    }
    read = {name: shapely.from_wkb(table[GEOMETRY].to_numpy()) for name, table in tables.items()}
    work = shapely_windows.tiled if windows else shapely_windows.shortcut
    area = shapely.area(read[parcels])
    totals = {}
    for name in layers:
        row, zone, pieces, m2 = work(read[parcels], read[name], threads=threads, parea=area)
        totals[name] = (len(m2), float(m2.sum()))
        if out is not None:
            row, zone = row.astype(int), zone.astype(int)
            made = {
                "parcel_id": tables[parcels]["parcel_id"].to_numpy()[row],
                "ctrl_id": tables[name]["ctrl_id"].to_numpy()[zone],
                "kind": tables[name]["kind"].to_numpy(zero_copy_only=False)[zone],
                "a": m2,
            }
            gpd.GeoDataFrame(made, geometry=pieces, crs="EPSG:4547").to_parquet(
                out / f"{name}.parquet", compression="zstd"
            )
    yield totals


def geopandas_exploded(
    folder: Path, parcels: str, layers: list[str], out: Path | None
) -> Iterator[Totals | None]:
    import geopandas as gpd

    yield None
    frame = gpd.read_parquet(folder / f"{parcels}.parquet", columns=["parcel_id", GEOMETRY])
    totals = {}
    for name in layers:
        zones = gpd.read_parquet(folder / f"{name}.parquet", columns=["ctrl_id", "kind", GEOMETRY])
        pieces = gpd.overlay(frame, zones.explode(ignore_index=True), how="intersection", keep_geom_type=True)
        totals[name] = (len(pieces), float(pieces.area.sum()))
        if out is not None:
            pieces.to_parquet(out / f"{name}.parquet", compression="zstd")
    yield totals


ENGINES: dict[str, Callable[..., Iterator[Totals | None]]] = {
    "tuban, 2 threads": lambda *a: tuban(*a, threads=2, checked=True),
    "tuban, 1 thread": lambda *a: tuban(*a, threads=1, checked=True),
    "tuban, 2 threads, parcels checked": lambda *a: tuban(*a, threads=2, checked=False),
    "shapely windows, 2 threads": lambda *a: shapely_kernel(*a, threads=2, windows=True),
    "shapely windows, 1 thread": lambda *a: shapely_kernel(*a, threads=1, windows=True),
    "shapely STRtree, 2 threads": lambda *a: shapely_kernel(*a, threads=2, windows=False),
    "shapely STRtree, 1 thread": lambda *a: shapely_kernel(*a, threads=1, windows=False),
    "geopandas.overlay, exploded": geopandas_exploded,
    "DuckDB spatial, exploded": peers.duckdb_spatial,
    "SedonaDB, exploded": peers.sedonadb_exploded,
    "PostGIS, ST_Subdivide": peers.postgis_subdivided,
}
# The Python that has a peer's library, where it is not this one's.
PYTHONS = {"DuckDB": "TUBAN_BENCH_DUCKDB", "SedonaDB": "TUBAN_BENCH_SEDONADB"}


def python_for(engine: str) -> str:
    """Give the interpreter that runs an engine."""
    return (
        next((os.environ.get(name, "") for key, name in PYTHONS.items() if engine.startswith(key)), "")
        or sys.executable
    )


def missing(engine: str) -> str | None:
    """Say why an engine cannot run here."""
    for key, module in (("DuckDB", "duckdb"), ("SedonaDB", "sedonadb")):
        if (
            engine.startswith(key)
            and not os.environ.get(PYTHONS[key])
            and not importlib.util.find_spec(module)
        ):
            return f"{module} is not installed, and {PYTHONS[key]} names no Python that has it"
    if engine.startswith("PostGIS") and "TUBAN_BENCH_POSTGIS" not in os.environ:
        return "TUBAN_BENCH_POSTGIS names no database"
    return None


def main() -> None:
    engine, folder, out, parcels, *layers = sys.argv[1:]
    steps = ENGINES[engine](Path(folder), parcels, layers, None if out == "-" else Path(out))
    next(steps)
    start, processor = time.perf_counter(), time.process_time()
    totals = next(steps)
    end, used = time.perf_counter(), time.process_time() - processor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    plane = next(steps, None) or totals
    assert totals is not None
    assert plane is not None
    print(
        json.dumps(
            {
                "job_s": end - start,
                "cpu_s": used,
                "with_loading_s": end - BEGUN,
                "peak_mb": peak,
                "pairs": {name: pairs for name, (pairs, _) in totals.items()},
                "plane_m2": {name: total for name, (_, total) in plane.items()},
            }
        )
    )


if __name__ == "__main__":
    main()
