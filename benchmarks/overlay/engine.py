"""One engine, one job, one process: the areas that parcels share with each control layer, from file to table.

Started by run.py. Prints one line of JSON: seconds of the job (libraries loaded, nothing read), processor
seconds, seconds with the loading, peak memory, pairs and total area of each layer.
"""

from __future__ import annotations

import importlib.util
import json
import os
import resource
import sys
import time
from pathlib import Path

BEGUN = time.perf_counter()
GEOMETRY = "geometry"


def tuban(folder: Path, parcels: str, layers: list[str], threads: int, checked: bool):
    import pyarrow.parquet as pq

    from tuban.geo.overlay import shares_of_file, warm
    from tuban.geo.zone_index import ZoneIndex

    warm()  # the kernels from their cache
    yield
    zones = {
        name: ZoneIndex.of_wkb(
            pq.read_table(folder / f"{name}.parquet", columns=[GEOMETRY])[GEOMETRY], "EPSG:4547"
        )
        for name in layers
    }
    found = shares_of_file(folder / f"{parcels}.parquet", zones, threads=threads, checked=checked)
    yield {name: (len(found[name].frame), float(found[name].frame["area_m2"].sum())) for name in layers}
    # For the agreement of totals only: the same pairs measured in the plane, as the peers do.
    from tuban.geo.coords import from_arrow
    from tuban.geo.overlay_pairs import PARCEL, measure_pairs

    rings = from_arrow(pq.read_table(folder / f"{parcels}.parquet", columns=[GEOMETRY])[GEOMETRY], PARCEL)
    yield {name: float(measure_pairs(rings, zones[name], measure="plane").common_m2.sum()) for name in layers}


def shapely_kernel(folder: Path, parcels: str, layers: list[str], threads: int, windows: bool):
    import pyarrow.parquet as pq
    import shapely
    import shapely_windows

    yield
    read = {
        name: shapely.from_wkb(
            pq.read_table(folder / f"{name}.parquet", columns=[GEOMETRY])[GEOMETRY].to_numpy()
        )
        for name in (parcels, *layers)
    }
    work = shapely_windows.tiled if windows else shapely_windows.shortcut
    area = shapely.area(read[parcels])
    found = {name: work(read[parcels], read[name], threads=threads, parea=area)[3] for name in layers}
    yield {name: (len(m2), float(m2.sum())) for name, m2 in found.items()}


def geopandas_exploded(folder: Path, parcels: str, layers: list[str]):
    import geopandas as gpd

    yield
    frame = gpd.read_parquet(folder / f"{parcels}.parquet", columns=["parcel_id", GEOMETRY])
    totals = {}
    for name in layers:
        zones = gpd.read_parquet(folder / f"{name}.parquet", columns=["ctrl_id", GEOMETRY]).explode(
            ignore_index=True
        )
        pieces = gpd.overlay(frame, zones, how="intersection", keep_geom_type=True)
        totals[name] = (len(pieces), float(pieces.area.sum()))
    yield totals


def duckdb_spatial(folder: Path, parcels: str, layers: list[str]):
    import duckdb

    db = duckdb.connect()
    db.execute("LOAD spatial")
    db.execute("SET threads=2")
    yield
    db.execute(f"CREATE TABLE p AS SELECT parcel_id, geometry g FROM '{folder / parcels}.parquet'")
    totals = {}
    for name in layers:
        db.execute(
            f"CREATE OR REPLACE TABLE z AS SELECT unnest(ST_Dump(geometry)).geom g FROM '{folder / name}.parquet'"
        )
        row = db.execute(
            "SELECT count(*) FILTER (a > 0), sum(a) FROM (SELECT CASE WHEN ST_Contains(z.g, p.g) THEN ST_Area(p.g)"
            " ELSE ST_Area(ST_Intersection(p.g, z.g)) END a FROM p JOIN z ON ST_Intersects(p.g, z.g))"
        ).fetchone()
        totals[name] = (int(row[0]), float(row[1]))
    yield totals


def sedonadb_exploded(folder: Path, parcels: str, layers: list[str]):
    import sedona.db

    db = sedona.db.connect()
    yield
    db.read_parquet(str(folder / f"{parcels}.parquet")).to_view("p")
    totals = {}
    for name in layers:
        db.read_parquet(str(folder / f"{name}.parquet")).to_view(f"whole_{name}")
        db.sql(f"SELECT (UNNEST(ST_Dump(geometry))).geom g FROM whole_{name}").to_memtable().to_view(
            f"z_{name}"
        )
        frame = db.sql(
            f"SELECT count(*) n, sum(ST_Area(ST_Intersection(p.geometry, z.g))) a FROM p JOIN z_{name} z"
            " ON ST_Intersects(p.geometry, z.g)"
        ).to_pandas()
        totals[name] = (int(frame["n"][0]), float(frame["a"][0]))
    yield totals


def postgis_subdivided(folder: Path, parcels: str, layers: list[str]):
    import psycopg
    import pyarrow.parquet as pq

    url = os.environ["TUBAN_BENCH_POSTGIS"]
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        db.execute(
            "DROP SCHEMA IF EXISTS overlay_bench CASCADE; CREATE SCHEMA overlay_bench; SET search_path TO overlay_bench, public"
        )
        yield
        for name in (parcels, *layers):
            db.execute(f"CREATE UNLOGGED TABLE {name} (g geometry)")
            with db.cursor().copy(f"COPY {name} (g) FROM STDIN") as copy:
                for wkb in pq.read_table(folder / f"{name}.parquet", columns=[GEOMETRY])[GEOMETRY]:
                    copy.write(wkb.as_py().hex().encode() + b"\n")
        db.execute(f"CREATE INDEX ON {parcels} USING gist (g)")
        totals = {}
        for name in layers:
            db.execute(f"CREATE UNLOGGED TABLE s AS SELECT ST_Subdivide(g, 128) g FROM {name}")
            db.execute("CREATE INDEX ON s USING gist (g); ANALYZE")
            row = db.execute(
                "SELECT count(*), sum(a) FROM (SELECT CASE WHEN ST_CoveredBy(p.g, s.g) THEN ST_Area(p.g) ELSE"
                f" ST_Area(ST_Intersection(p.g, s.g)) END a FROM {parcels} p JOIN s ON ST_Intersects(p.g, s.g)) t WHERE a > 0"
            ).fetchone()
            totals[name] = (int(row[0]), float(row[1]))
            db.execute("DROP TABLE s")
        db.execute("DROP SCHEMA overlay_bench CASCADE")
        yield totals


ENGINES = {
    "tuban, 2 threads": lambda *a: tuban(*a, threads=2, checked=True),
    "tuban, 1 thread": lambda *a: tuban(*a, threads=1, checked=True),
    "tuban, 2 threads, parcels checked": lambda *a: tuban(*a, threads=2, checked=False),
    "shapely windows, 2 threads": lambda *a: shapely_kernel(*a, threads=2, windows=True),
    "shapely windows, 1 thread": lambda *a: shapely_kernel(*a, threads=1, windows=True),
    "shapely STRtree, 2 threads": lambda *a: shapely_kernel(*a, threads=2, windows=False),
    "shapely STRtree, 1 thread": lambda *a: shapely_kernel(*a, threads=1, windows=False),
    "geopandas.overlay, exploded": geopandas_exploded,
    "DuckDB spatial, exploded": duckdb_spatial,
    "SedonaDB, exploded": sedonadb_exploded,
    "PostGIS, ST_Subdivide": postgis_subdivided,
}


def missing(engine: str) -> str | None:
    """Say why an engine cannot run here."""
    if engine.startswith("DuckDB") and not importlib.util.find_spec("duckdb"):
        return "duckdb is not installed"
    if engine.startswith("SedonaDB") and not importlib.util.find_spec("sedona"):
        return "sedonadb is not installed"
    if engine.startswith("PostGIS") and "TUBAN_BENCH_POSTGIS" not in os.environ:
        return "TUBAN_BENCH_POSTGIS names no database"
    return None


def main() -> None:
    engine, folder, parcels, *layers = sys.argv[1:]
    steps = ENGINES[engine](Path(folder), parcels, layers)
    next(steps)
    start, processor = time.perf_counter(), time.process_time()
    totals = next(steps)
    end, used = time.perf_counter(), time.process_time() - processor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    plane = next(steps, None) or {name: total for name, (_, total) in totals.items()}
    print(
        json.dumps(
            {
                "job_s": end - start,
                "cpu_s": used,
                "with_loading_s": end - BEGUN,
                "peak_mb": peak,
                "pairs": {name: pairs for name, (pairs, _) in totals.items()},
                "plane_m2": plane,
            }
        )
    )


if __name__ == "__main__":
    main()
