"""The peers with an engine of their own: DuckDB spatial, SedonaDB, PostGIS. Each as its makers would have it.

A generator each: yields when libraries are loaded, then the totals by layer (pairs, area in the plane). With `out`
it also writes the pieces with both sides' attributes as GeoParquet, one file for each layer. Only the standard
library and the engine are imported, so that each can live in an environment without the others.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

Totals = dict[str, tuple[int, float]]


def duckdb_spatial(
    folder: Path, parcels: str, layers: list[str], out: Path | None
) -> Iterator[Totals | None]:
    """Multipolygons exploded; what is wholly inside is not clipped."""
    import duckdb

    db = duckdb.connect()
    held = importlib.util.find_spec("duckdb_extension_spatial")
    if held is not None and held.origin:
        place = Path(held.origin).parent / "extensions" / f"v{duckdb.__version__}"
        db.execute(f"LOAD '{next(place.glob('*.duckdb_extension'))}'")
    else:
        db.execute("LOAD spatial")
    db.execute("SET threads=2; SET memory_limit='12GB'; SET preserve_insertion_order=false")
    yield None
    db.execute(
        f"CREATE TEMP TABLE p AS SELECT parcel_id, geometry FROM read_parquet('{folder / parcels}.parquet')"
    )
    totals: Totals = {}
    for name in layers:
        db.execute(
            "CREATE OR REPLACE TEMP TABLE k AS SELECT ctrl_id, kind, UNNEST(ST_Dump(geometry)).geom AS geometry"
            f" FROM read_parquet('{folder / name}.parquet')"
        )
        clip = (
            "CASE WHEN ST_ContainsProperly(k.geometry, p.geometry) THEN p.geometry"
            " ELSE ST_Intersection(p.geometry, k.geometry) END"
        )
        join = "FROM p JOIN k ON ST_Intersects(p.geometry, k.geometry)"
        if out is None:
            row = db.execute(
                f"SELECT count(*) FILTER (a > 0), sum(a) FROM (SELECT ST_Area({clip}) a {join})"
            ).fetchone()
        else:
            db.execute(
                "CREATE OR REPLACE TEMP TABLE o AS SELECT *, ST_Area(geometry) a FROM (SELECT p.parcel_id, k.ctrl_id,"
                f" k.kind, ST_CollectionExtract({clip}, 3) AS geometry {join})"
            )
            db.execute(
                f"COPY (SELECT * FROM o WHERE a > 0) TO '{out / name}.parquet' (FORMAT parquet, COMPRESSION zstd)"
            )
            row = db.execute("SELECT count(*) FILTER (a > 0), sum(a) FROM o").fetchone()
        totals[name] = (int(row[0]), float(row[1]))
    yield totals


def sedonadb_exploded(
    folder: Path, parcels: str, layers: list[str], out: Path | None
) -> Iterator[Totals | None]:
    """Multipolygons exploded."""
    import sedonadb

    db = sedonadb.connect()
    yield None
    db.read_parquet(str(folder / f"{parcels}.parquet")).to_view("p0")
    db.sql("SELECT parcel_id, geometry FROM p0").to_memtable().to_view("p")
    totals: Totals = {}
    for name in layers:
        db.read_parquet(str(folder / f"{name}.parquet")).to_view(f"{name}_0")
        db.sql(f"SELECT ctrl_id, kind, geometry FROM {name}_0").to_memtable().to_view(f"{name}_1")
        db.sql(
            f"SELECT ctrl_id, kind, unnest(ST_Dump(geometry))['geom'] AS geometry FROM {name}_1"
        ).to_memtable().to_view(f"{name}_2")
        clip = "ST_Intersection(p.geometry, k.geometry)"
        join = f"FROM p JOIN {name}_2 k ON ST_Intersects(p.geometry, k.geometry)"
        if out is None:
            source = f"(SELECT ST_Area({clip}) AS a {join})"
        else:
            db.sql(
                "SELECT *, ST_Area(geometry) AS a FROM (SELECT p.parcel_id, k.ctrl_id, k.kind,"
                f" {clip} AS geometry {join})"
            ).to_memtable().to_view("o", overwrite=True)
            db.sql("SELECT * FROM o WHERE a > 0").to_parquet(str(out / f"{name}.parquet"))
            source = "o"
        row = (
            db.sql(f"SELECT sum(a) AS s, count(*) AS n FROM {source} WHERE a > 0")
            .to_arrow_table()
            .to_pylist()[0]
        )
        totals[name] = (int(row["n"]), float(row["s"]))
    yield totals


def postgis_subdivided(
    folder: Path, parcels: str, layers: list[str], out: Path | None
) -> Iterator[Totals | None]:
    """Zones cut by ST_Subdivide, what is inside not clipped, pieces joined again; with the loading of the tables."""
    import psycopg
    import pyarrow as pa
    import pyarrow.parquet as pq

    def load(table: str, file: Path, columns: list[str]) -> None:
        held = pq.read_table(file, columns=[*columns, "geometry"])
        types = {pa.int64(): "bigint", pa.int32(): "int"}
        fields = ", ".join(f"{name} {types.get(held.schema.field(name).type, 'text')}" for name in columns)
        db.execute(f"CREATE UNLOGGED TABLE {table} ({fields}, geometry geometry)")
        with db.cursor().copy(f"COPY {table} FROM STDIN") as copy:
            wkb = (value.hex() for value in held.column("geometry").to_pylist())
            for row in zip(*(held.column(name).to_pylist() for name in columns), wkb, strict=True):
                copy.write_row(row)
        db.execute(f"CREATE INDEX ON {table} USING gist (geometry)")
        db.execute(f"ANALYZE {table}")

    with psycopg.connect(os.environ["TUBAN_BENCH_POSTGIS"], autocommit=True) as db:
        db.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        db.execute("DROP SCHEMA IF EXISTS overlay_bench CASCADE")
        db.execute("CREATE SCHEMA overlay_bench")
        db.execute("SET search_path TO overlay_bench, public")
        yield None
        load("p", folder / f"{parcels}.parquet", ["parcel_id"])
        totals: Totals = {}
        for name in layers:
            load("z", folder / f"{name}.parquet", ["ctrl_id", "kind"])
            db.execute(
                "CREATE UNLOGGED TABLE k AS SELECT ctrl_id, kind, ST_Subdivide(geometry, 128) AS geometry FROM z"
            )
            db.execute("CREATE INDEX ON k USING gist (geometry)")
            db.execute("ANALYZE k")
            clip = (
                "CASE WHEN ST_ContainsProperly(k.geometry, p.geometry) THEN p.geometry"
                " ELSE ST_CollectionExtract(ST_Intersection(p.geometry, k.geometry), 3) END"
            )
            join = "FROM p JOIN k ON ST_Intersects(p.geometry, k.geometry)"
            shape = (
                ""
                if out is None
                else ", CASE WHEN count(*) = 1 THEN (array_agg(g))[1] ELSE ST_Union(g) END AS geometry"
            )
            db.execute(
                f"CREATE UNLOGGED TABLE o AS SELECT parcel_id, ctrl_id, min(kind) AS kind, sum(a) AS a{shape}"
                " FROM (SELECT *, ST_Area(g) AS a FROM (SELECT p.parcel_id, k.ctrl_id, k.kind,"
                f" {clip} AS g {join} OFFSET 0) q) t WHERE a > 0 GROUP BY parcel_id, ctrl_id"
            )
            row = db.execute("SELECT count(*), sum(a) FROM o").fetchone()
            totals[name] = (int(row[0]), float(row[1]))
            if out is not None:
                got = db.execute(
                    "SELECT parcel_id, ctrl_id, kind, a, ST_AsBinary(geometry) FROM o", binary=True
                )
                columns = zip(*got.fetchall(), strict=True)
                table = pa.table(
                    dict(
                        zip(
                            ("parcel_id", "ctrl_id", "kind", "a", "geometry"), map(list, columns), strict=True
                        )
                    )
                )
                pq.write_table(table, out / f"{name}.parquet", compression="zstd")
            db.execute("DROP TABLE z, k, o")
        db.execute("DROP SCHEMA overlay_bench CASCADE")
        yield totals
