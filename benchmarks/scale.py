"""A province of made-up parcels, written and overlaid out of core: time, memory, local against cluster, a lost worker.

python benchmarks/scale.py generate FOLDER --counties 100 --parcels 100000     ten million, about ten minutes
python benchmarks/scale.py run FOLDER --engine local:2 --engine dask:2         prints a markdown table
python benchmarks/scale.py run FOLDER --counties 10 --runs 3 --engine local:2 --engine dask:2 --engine dask:2,killed

Counties are 50 km wide, a file each, 60 km apart, in one Gauss-Krüger zone; every county has control lines of
1.1 million vertices. `killed` ends one worker process in mid-run. Memory is the largest sum over all processes,
and the largest of one of them, sampled ten times a second.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import sys
import tempfile
import threading
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import psutil
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parent / "overlay"))
from generate import CRS, county, field, partition, redline, towns, write

from tuban.engine import Engine, open_engine
from tuban.geo.area import area_m2
from tuban.geo.overlay import warm
from tuban.workflows.shares import Done, shares_of_dataset

LAYERS = ("ecored", "farm", "town")
FIRST_CODE = 410101
SPACING_M, COLUMNS = 60_000, 4
LINE_ROWS = 2_000  # small row groups: a piece reads the lines near it


def moved(shapes: np.ndarray, number: int) -> np.ndarray:
    """Put a county's shapes at its own place: four side by side within the zone, row upon row northwards."""
    shift = np.array([(number % COLUMNS - 1.5) * SPACING_M, number // COLUMNS * SPACING_M])
    return shapely.transform(shapes, lambda xy: np.round((xy + shift) * 1e4) / 1e4)


def generate(folder: Path, counties: int, parcels: int) -> None:
    begun = time.perf_counter()
    region = county(np.random.default_rng(3))
    farm, _, bad = partition(50_000, region, 21)
    value = field(shapely.get_coordinates(shapely.centroid(farm)), 99)
    farm = farm[(value < np.quantile(value, 0.4)) & ~bad]
    lines = {"ecored": np.array([redline(region)], dtype=object), "farm": farm, "town": towns(region)}
    rows = vertices = 0
    for number in range(counties):
        place = f"county={FIRST_CODE + number}"
        if (folder / "dltb" / place / "part-0.parquet").exists():
            continue
        for name, shapes in lines.items():
            (folder / name / place).mkdir(parents=True, exist_ok=True)
            frame = gpd.GeoDataFrame(
                {"HXDM": np.arange(len(shapes))}, geometry=moved(shapes, number), crs=CRS
            )
            write(frame, folder / name / place / "part-0.parquet", rows=LINE_ROWS)
        shapes, _, bad = partition(parcels, region, 7000 + number)
        shapes = moved(shapes[~bad], number)
        frame = gpd.GeoDataFrame(
            {"BSM": np.arange(len(shapes)), "_area_m2": area_m2(shapes, CRS)}, geometry=shapes, crs=CRS
        )
        (folder / "dltb" / place).mkdir(parents=True, exist_ok=True)
        write(frame, folder / "dltb" / place / "part-0.parquet")
        rows, vertices = rows + len(shapes), vertices + int(shapely.get_num_coordinates(shapes).sum())
        print(
            f"{place}: {rows:,} parcels, {vertices:,} vertices, {time.perf_counter() - begun:.0f} s",
            flush=True,
        )


class Memory:
    """The largest resident memory of this process and its children, and of the largest of them, in MB."""

    def __init__(self) -> None:
        self.together = self.one = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        me = psutil.Process()
        while not self._stop.wait(0.1):
            sizes = []
            for process in (me, *me.children(recursive=True)):
                try:
                    sizes.append(process.memory_info().rss / 1e6)
                except psutil.NoSuchProcess:
                    continue
            self.together, self.one = max(self.together, sum(sizes)), max(self.one, *sizes)


def processor_s() -> float:
    """Give the processor seconds of this process and its living children."""
    me = psutil.Process()
    return sum(sum(process.cpu_times()[:2]) for process in (me, *me.children(recursive=True)))


def run(folder: Path, engine: Engine, out: Path, counties: int | None, kill: bool) -> tuple[Done, float]:
    place = folder
    if counties is not None:
        place = Path(tempfile.mkdtemp(prefix="tuban-scale"))
        for name in ("dltb", *LAYERS):
            (place / name).mkdir()
            for number in range(counties):
                (place / name / f"county={FIRST_CODE + number}").symlink_to(
                    (folder / name / f"county={FIRST_CODE + number}").resolve()
                )
    killed = []

    def watch(step) -> None:
        if kill and step.share > 0.5 and not killed:
            child = multiprocessing.active_children()[0]
            child.kill()
            killed.append(child.pid)

    before = processor_s()
    done = shares_of_dataset(
        place / "dltb",
        {name: place / name for name in LAYERS},
        out,
        engine=engine,
        checked=True,
        progress=watch,
    )
    return done, processor_s() - before


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("action", choices=["generate", "run"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--counties", type=int)
    parser.add_argument("--parcels", type=int, default=100_000, help="a county")
    parser.add_argument("--engine", action="append", default=[])
    parser.add_argument("--runs", type=int, default=1)
    options = parser.parse_args()
    if options.action == "generate":
        generate(options.folder, options.counties or 100, options.parcels)
        return
    warm()
    names = options.engine or ["local:2"]
    opened: dict[str, Engine] = {}
    for name in names:
        engine = opened.setdefault(name.split(",")[0], open_engine(name.split(",")[0]))
        # The workers load libraries and kernels before anything is measured: a cluster is warm when work comes.
        run(options.folder, engine, options.folder / "warm.parquet", 1, False)
    print(
        "| engine | run | parcels | pieces | pairs | s | processor s | µs a parcel | peak MB, all | largest process MB | result |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|")
    for number in range(options.runs):
        for name in names:
            with Memory() as memory:
                done, used = run(
                    options.folder, opened[name.split(",")[0]], options.folder / "out.parquet", options.counties,
                    name.endswith(",killed"),
                )  # fmt: skip
            same = hashlib.file_digest(done.file.open("rb"), "sha256").hexdigest()[:8]
            print(
                f"| {name} | {number + 1} | {done.parcels:,} | {done.pieces} | {done.pairs:,} | {done.seconds:.1f} | {used:.1f} |"
                f" {done.seconds / done.parcels * 1e6:.2f} | {memory.together:.0f} | {memory.one:.0f} | {same} |",
                flush=True,
            )
    for engine in opened.values():
        engine.close()


if __name__ == "__main__":
    main()
