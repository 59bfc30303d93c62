"""How long a tile takes, over HTTP, at every zoom; prints a markdown table.

python benchmarks/tiles.py                       500,000 made-up parcels, about three minutes
python benchmarks/tiles.py --parcels 60000
python benchmarks/tiles.py --workspace DIR --layer DLTB     a workspace there is
python benchmarks/tiles.py --fresh               also the first map of a layer that was never shown (empties its cache)
"""

from __future__ import annotations

import argparse
import gzip
import math
import random
import shutil
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np
from served import QUANTILES, RULES, asked, quantiles, service, workspace

from tuban.geo import warm
from tuban.geo.tiles import tiles_of
from tuban.geo.tiles_world import lonlat_to_world


def main() -> None:
    """Build the tiles, then ask for tiles of every zoom that no one asked for before, and for some again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=500_000)
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--layer", default="DLTB")
    parser.add_argument("--sample", type=int, default=200, help="tiles a zoom")
    parser.add_argument("--fresh", action="store_true", help="begin without any tile")
    options = parser.parse_args()
    folder = options.workspace or workspace(
        Path(tempfile.gettempdir()) / f"tuban-benchmark-{options.parcels}", options.parcels
    )
    rng = random.Random(1)
    slow: list[bool] = []
    with service(folder) as (state, connection):
        version = state.workspace.version(options.layer)
        spec = state.spec(options.layer)
        if options.fresh:
            first_map(state, connection, version, spec)
        clock, cpu = [time.perf_counter()], [time.process_time()]
        for prepare in (
            partial(state.tiles.tile, version, spec, 18, 0, 0),
            partial(state.tiles.prepare, version, spec),
        ):
            prepare()
            clock.append(time.perf_counter())
            cpu.append(time.process_time())
        flat = state.tiles._open(version, spec).flat
        detail = state.tiles.detail_zoom(version)
        print(
            f"{version.rows:,} objects, {len(flat.xy):,} positions; single objects from zoom {detail}; ready after "
            f"{clock[1] - clock[0]:.1f} s (processor {cpu[1] - cpu[0]:.1f} s), low zooms packed after another "
            f"{clock[2] - clock[1]:.1f} s (processor {cpu[2] - cpu[1]:.1f} s); about 0 where they were there\n"
        )
        print(
            f"| zoom | tiles | first time, ms: {QUANTILES} | again, ms: {QUANTILES} | largest kB | sent kB |"
        )
        print(f"|---|---|{RULES}|{RULES}|---|---|")
        deepest = list(tiles_of(flat, 14))
        for z in range(6, 19):
            if z <= 14:
                squares = list(tiles_of(flat, z))
            else:
                step = 2 ** (z - 14)
                squares = [
                    (x * step + rng.randrange(step), y * step + rng.randrange(step)) for x, y in deepest
                ]
            chosen = squares if len(squares) <= options.sample else rng.sample(squares, options.sample)
            first, again, raw, sent = [], [], 0, 0
            for x, y in chosen:
                url = f"/api/layers/{version.code}/tiles/{version.number}/{z}/{x}/{y}.mvt"
                answer = asked(connection, url)
                assert answer.status in (200, 204), answer
                first.append(answer)
                again.append(asked(connection, url))
                body = answer.body
                raw, sent = max(raw, len(gzip.decompress(body)) if body else 0), max(sent, len(body))
            slow += [answer.cpu_ms > 50 for answer in first]
            print(
                f"| {z} | {len(squares)} | {quantiles(first)} | {quantiles(again)} | {raw / 1e3:.0f} | {sent / 1e3:.0f} |"
            )
    print(f"\n{sum(slow)} of {len(slow)} tiles took more than 50 ms of processor time when first asked for")
    sys.exit(1 if sum(slow) > len(slow) / 100 else 0)


def first_map(state, connection, version, spec) -> None:
    """Ask for the screen that shows the whole of a layer whose tiles are not made, as the browser would."""
    for ready in (warm.single, warm.merged):  # a service has its kernels loaded
        ready()
    shutil.rmtree(state.workspace.cache_dir("tiles"), ignore_errors=True)
    west, south, east, north = version.bounds
    # MapLibre: a tile takes 512 pixels; the layer is to fit 1366 × 768.
    corners = lonlat_to_world(np.array([west, east]), np.array([north, south])).astype(np.float64)
    width, height = (corners[1] - corners[0]) / 2**32
    z = int(math.log2(min(1366 / 512 / width, 768 / 512 / height)))
    x, y = (corners / 2**32 * 2**z).astype(int).T
    squares = [(i, j) for i in range(x[0], x[1] + 1) for j in range(y[0], y[1] + 1)]
    start, cpu = time.perf_counter(), time.process_time()
    for number, (i, j) in enumerate(squares):
        asked(connection, f"/api/layers/{version.code}/tiles/{version.number}/{z}/{i}/{j}.mvt")
        if number in (0, len(squares) - 1):
            print(
                f"first map: {number + 1} of {len(squares)} tiles of zoom {z} after "
                f"{time.perf_counter() - start:.1f} s (processor {time.process_time() - cpu:.1f} s)"
            )


if __name__ == "__main__":
    main()
