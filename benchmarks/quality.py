"""How long quality inspection takes: the whole profile on a county, and topology of one layer against others.

python benchmarks/quality.py profile DB.gdb…              every rule of the national profile on a plan database
python benchmarks/quality.py topology PARCELS.parquet     overlaps and gaps of one layer with planted faults

`tuban demo --no-serve --dir DIR --parcels 500000` makes a county: the database lies in DIR/submission, the parcels in
DIR/layers/DLTB. Engines run in turn, each in a process of its own; those that are not installed are named and left
out. TUBAN_BENCH_POSTGIS names the database, as overlay/postgis.sh prints it; TUBAN_BENCH_QGIS a Python that has QGIS.
Others than ours get the geometry from the same GeoPackage. A run longer than PATIENCE_S is stopped.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PATIENCE_S = 900
OVERLAPS, GAPS = 200, 100
ENGINES = ("tuban", "geopandas", "shapely", "postgis", "qgis-validity")
LEAST_M2 = 0.01


def plant(parquet: Path, gpkg: Path) -> None:
    """Write the parcels with squares laid over some and others taken out."""
    import geopandas as gpd
    import numpy as np
    import shapely

    frame = gpd.read_parquet(parquet, columns=["geometry"])
    rng = np.random.default_rng(1)
    shapes = np.asarray(frame.geometry.array, dtype=object)
    big = np.flatnonzero(shapely.area(shapes) > 2_000)
    chosen = rng.choice(big, OVERLAPS + GAPS, replace=False)
    points = shapely.get_coordinates(shapely.point_on_surface(shapes[chosen[:OVERLAPS]]))
    laid = np.array([shapely.box(x - 1, y - 1, x + 1, y + 1) for x, y in points], dtype=object)
    kept = np.delete(shapes, chosen[OVERLAPS:])
    gpd.GeoDataFrame(geometry=np.concatenate([kept, laid]), crs=frame.crs).to_file(
        gpkg, layer="t", engine="pyogrio"
    )


def read(gpkg: Path):
    import geopandas as gpd

    return gpd.read_file(gpkg, engine="pyogrio", use_arrow=True)


def tuban(gpkg: Path) -> tuple[int, int]:
    """The rules' own functions."""
    import numpy as np

    from tuban.quality.geometry.cover import gaps
    from tuban.quality.geometry.fabric import Fabric
    from tuban.quality.geometry.overlaps import overlaps

    frame = read(gpkg)
    fabric = Fabric.of(np.asarray(frame.geometry.array, dtype=object), f"EPSG:{frame.crs.to_epsg()}")
    return len(overlaps(fabric, least_m2=LEAST_M2)), len(gaps(fabric, least_m2=LEAST_M2))


def geopandas(gpkg: Path) -> tuple[int, int]:
    """The obvious way: join the layer with itself, cut what meets, dissolve for the gaps."""
    import shapely

    frame = read(gpkg)
    pairs = frame.sjoin(frame, predicate="intersects")
    pairs = pairs[pairs.index < pairs["index_right"]]
    cut = frame.geometry.loc[pairs.index].intersection(
        frame.geometry.loc[pairs["index_right"]].set_axis(pairs.index), align=False
    )
    union = frame.geometry.union_all()
    holes = [shapely.Polygon(ring).area for part in shapely.get_parts(union) for ring in part.interiors]
    return int((cut.area > LEAST_M2).sum()), sum(area > LEAST_M2 for area in holes)


def shapely_(gpkg: Path) -> tuple[int, int]:
    """The same with arrays: a search tree, relate before cutting, union of all."""
    import numpy as np
    import shapely

    shapes = np.asarray(read(gpkg).geometry.array, dtype=object)
    tree = shapely.STRtree(shapes)
    shapely.prepare(shapes)
    a, b = tree.query(shapes, predicate="intersects")
    a, b = a[a < b], b[a < b]
    inner = ~shapely.touches(shapes[a], shapes[b])
    area = shapely.area(shapely.intersection(shapes[a[inner]], shapes[b[inner]]))
    union = shapely.unary_union(shapes)
    holes = [shapely.Polygon(ring).area for part in shapely.get_parts(union) for ring in part.interiors]
    return int((area > LEAST_M2).sum()), sum(hole > LEAST_M2 for hole in holes)


def postgis(gpkg: Path) -> tuple[int, int]:
    """SQL as one would write it; loading and indexing count."""
    import psycopg

    with psycopg.connect(os.environ["TUBAN_BENCH_POSTGIS"]) as db:
        import shapely

        db.execute("create extension if not exists postgis")
        db.execute("drop table if exists quality_t")
        db.execute("create table quality_t (id int, g geometry)")
        with db.cursor().copy("copy quality_t from stdin") as copy:
            for i, hex_ in enumerate(shapely.to_wkb(read(gpkg).geometry.to_numpy(), hex=True)):
                copy.write_row((i, hex_))
        db.execute("create index on quality_t using gist (g)")
        db.execute("analyze quality_t")
        overlap = db.execute(
            "select count(*) from quality_t a join quality_t b on a.id < b.id and st_intersects(a.g, b.g)"
            " and not st_touches(a.g, b.g) where st_area(st_intersection(a.g, b.g)) > %s", (LEAST_M2,)
        ).fetchone()  # fmt: skip
        gap = db.execute(
            "select count(*) from (select (st_dumprings((st_dump(st_union(g))).geom)).* from quality_t) r"
            " where r.path[1] > 0 and st_area(r.geom) > %s", (LEAST_M2,)
        ).fetchone()  # fmt: skip
    return int(overlap[0]), int(gap[0])


def qgis_validity(gpkg: Path) -> tuple[int, int]:
    """Its validity check (4102 only): the gap and overlap checks of QGIS 3.22 cannot be called from Python."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from qgis.core import QgsApplication, QgsGeometry, QgsVectorLayer

    app = QgsApplication([], False)
    app.initQgis()
    wrong = 0
    for feature in QgsVectorLayer(str(gpkg), "t", "ogr").getFeatures():
        wrong += bool(feature.geometry().validateGeometry(QgsGeometry.ValidatorGeos))
    return wrong, -1


def one(engine: str, gpkg: Path) -> None:
    """Run one engine here and print what it took."""
    start, cpu = time.perf_counter(), time.process_time()
    found = {"shapely": shapely_, "qgis-validity": qgis_validity}.get(engine, globals().get(engine))(gpkg)  # type: ignore[misc]
    print(
        json.dumps(
            {
                "wall": time.perf_counter() - start,
                "cpu": time.process_time() - cpu,
                "gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
                "found": found,
            }
        )
    )


def available(engine: str) -> str | None:
    """Give the Python to use, None where the engine is not there."""
    if engine == "postgis":
        return sys.executable if os.environ.get("TUBAN_BENCH_POSTGIS") else None
    if engine == "qgis-validity":
        python = os.environ.get("TUBAN_BENCH_QGIS")
        return (
            python
            if python
            and subprocess.run([python, "-c", "import qgis"], check=False, capture_output=True).returncode
            == 0
            else None
        )
    return sys.executable


def topology(parquet: Path, engines: list[str]) -> None:
    """Print a table of engines on one layer."""
    with tempfile.TemporaryDirectory() as room:
        gpkg = Path(room) / "t.gpkg"
        plant(parquet, gpkg)
        print(f"load {os.getloadavg()[0]:.1f}; {OVERLAPS} overlaps and {GAPS} gaps planted\n")
        print("| engine | wall s | processor s | memory GB | overlaps | gaps |\n|---|--:|--:|--:|--:|--:|")
        for engine in engines:
            python = available(engine)
            if python is None:
                print(f"| {engine} | not installed | | | | |")
                continue
            try:
                done = subprocess.run(
                    [python, __file__, "one", engine, str(gpkg)],
                    capture_output=True,
                    text=True,
                    timeout=PATIENCE_S,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                print(f"| {engine} | stopped after {PATIENCE_S} s | | | | |", flush=True)
                continue
            if done.returncode:
                print(
                    f"| {engine} | {(done.stderr.strip().splitlines() or ['failed'])[-1][:80]} | | | | |",
                    flush=True,
                )
                continue
            r = json.loads(done.stdout.splitlines()[-1])
            found = [str(n) if n >= 0 else "–" for n in r["found"]]
            print(
                f"| {engine} | {r['wall']:.1f} | {r['cpu']:.1f} | {r['gb']:.1f} | {found[0]} | {found[1]} |",
                flush=True,
            )


def profile(databases: list[Path]) -> None:
    """Print what the whole profile takes on plan databases."""
    print(
        "| objects | wall s | processor s | memory GB | findings | slowest rules (s) |\n|---|--:|--:|--:|--:|--:|---|"
    )
    for database in databases:
        done = subprocess.run(
            [sys.executable, __file__, "check", str(database)], capture_output=True, text=True, check=False
        )
        print(done.stdout.strip() or done.stderr[-300:], flush=True)


def check_one(database: Path) -> None:
    """Check one database by every rule and print a row."""
    from tuban.domain.progress import Step
    from tuban.quality.check import check
    from tuban.quality.package import open_package
    from tuban.workflows.quality import rules_of

    definitions, book = rules_of(None)
    spent: dict[str, float] = {}
    last = [time.perf_counter(), "open"]

    def watch(step: Step) -> None:
        now = time.perf_counter()
        spent[str(last[1])] = spent.get(str(last[1]), 0.0) + now - float(last[0])
        last[:] = [now, step.text.en[:4]]

    start, cpu = time.perf_counter(), time.process_time()
    with open_package(database, definitions) as package:
        result = check(package, definitions, book, progress=watch)
        rows = sum(layer.rows for layer in package.layers)
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    slow = ", ".join(f"{name} {s:.1f}" for name, s in sorted(spent.items(), key=lambda one: -one[1])[:6])
    gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    partial = f", {len(result.incomplete)} incomplete" if result.incomplete else ""
    print(f"| {rows:,} | {wall:.1f} | {cpu:.1f} | {gb:.2f} | {len(result.findings):,}{partial} | {slow} |")


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["profile", "topology", "one", "check"])
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--only", nargs="*", default=list(ENGINES))
    args = parser.parse_args()
    if args.what == "profile":
        profile([Path(path) for path in args.paths])
    elif args.what == "topology":
        topology(Path(args.paths[0]), args.only)
    elif args.what == "one":
        one(args.paths[0], Path(args.paths[1]))
    else:
        check_one(Path(args.paths[0]))


if __name__ == "__main__":
    main()
