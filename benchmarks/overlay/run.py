"""How long overlay takes, ours and others': prints a markdown table.

python benchmarks/overlay/run.py                       100,000 parcels × three layers cut at random, three runs each
python benchmarks/overlay/run.py --parcels 1000000 --runs 1 --only tuban shapely
python benchmarks/overlay/run.py --follow              lines that follow parcel edges
python benchmarks/overlay/run.py --pieces              pieces with geometry and attributes to GeoParquet, not only areas
python benchmarks/overlay/run.py --site                one 200-vertex site × 20 layers, warm

Engines run in turn, each in a process of its own; those that are not installed are named and left out.
TUBAN_BENCH_DUCKDB and TUBAN_BENCH_SEDONADB name a Python that has the library, where this one has it not;
TUBAN_BENCH_POSTGIS the database, as postgis.sh prints it: what it measures includes loading the tables, and its
processor seconds and memory are the client's only.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import engine

HERE = Path(__file__).resolve().parent
CUT_AT_RANDOM = ["ecored", "farm", "town"]
PATIENCE_S = 600


def generated(folder: Path, parcels: int) -> None:
    if not (folder / f"follow_{parcels}.parquet").exists():
        subprocess.run(
            [sys.executable, str(HERE / "generate.py"), str(folder), str(parcels)],
            check=True,
            stdout=sys.stderr,
        )


def run_once(name: str, folder: Path, pieces: bool, parcels: str, layers: list[str]) -> dict | str:
    try:
        with tempfile.TemporaryDirectory(dir=folder) as out:
            place = out if pieces else "-"
            command = [
                engine.python_for(name),
                str(HERE / "engine.py"),
                name,
                str(folder),
                place,
                parcels,
                *layers,
            ]
            done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    except subprocess.TimeoutExpired:
        return f"stopped after {PATIENCE_S} s"
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["failed"])[-1][:100]
    return json.loads(done.stdout.splitlines()[-1])


def table(runs: dict[str, list[dict]], base: str) -> None:
    print(
        "| engine | runs | job s (min–max) | processor s | with loading s | peak MB | pairs | ratio | ratio of processor s"
        " | total area off by |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")

    def median(name: str, key: str) -> float:
        return statistics.median(run[key] for run in runs[name])

    reference = runs[base][0]["plane_m2"]
    for name, done in sorted(runs.items(), key=lambda item: median(item[0], "job_s")):
        seconds = [run["job_s"] for run in done]
        off = max(abs(done[0]["plane_m2"][layer] / reference[layer] - 1) for layer in reference)
        print(
            f"| {name} | {len(done)} | {median(name, 'job_s'):.2f} ({min(seconds):.2f}–{max(seconds):.2f}) "
            f"| {median(name, 'cpu_s'):.2f} | {median(name, 'with_loading_s'):.2f} | {median(name, 'peak_mb'):.0f} "
            f"| {sum(done[0]['pairs'].values()):,} | {median(name, 'job_s') / median(base, 'job_s'):.1f} "
            f"| {median(name, 'cpu_s') / median(base, 'cpu_s'):.1f} | {off:.1e} |"
        )


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "tuban-overlay")
    asked.add_argument("--parcels", type=int, default=100_000)
    asked.add_argument("--runs", type=int, default=3)
    asked.add_argument("--follow", action="store_true")
    asked.add_argument("--pieces", action="store_true")
    asked.add_argument("--site", action="store_true")
    asked.add_argument("--only", nargs="*", default=[], help="engines whose name begins so")
    said = asked.parse_args()
    generated(said.folder, said.parcels)
    if said.site:
        subprocess.run([sys.executable, str(HERE / "site_questions.py"), str(said.folder)], check=True)
        return
    layers = [f"follow_{said.parcels}"] if said.follow else CUT_AT_RANDOM
    chosen = [name for name in engine.ENGINES if not said.only or name.startswith(tuple(said.only))]
    absent = {name: why for name in chosen if (why := engine.missing(name))}
    runs: dict[str, list[dict]] = {}
    for number in range(said.runs):
        for name in [name for name in chosen if name not in absent]:
            result = run_once(name, said.folder, said.pieces, f"parcels_{said.parcels}", layers)
            if isinstance(result, str):
                absent[name] = result
                continue
            runs.setdefault(name, []).append(result)
            print(f"run {number + 1}: {name} {result['job_s']:.2f} s", file=sys.stderr)
    load = os.getloadavg()[1]
    job = "pieces to GeoParquet" if said.pieces else "areas to a table"
    print(
        f"{job}: {said.parcels:,} parcels × {', '.join(layers)}; {platform.machine()}, {os.cpu_count()} cores, load of five minutes {load:.1f} (this included)\n"
    )
    table(runs, next(iter(runs)))
    for name, why in absent.items():
        print(f"\nnot run: {name} — {why}")


if __name__ == "__main__":
    main()
