"""How long “what is here” takes, over HTTP; prints a markdown table.

python benchmarks/identify.py                    500,000 made-up parcels
python benchmarks/identify.py --workspace DIR    a workspace there is, all its layers
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import tempfile
import time
from pathlib import Path

from served import QUANTILES, RULES, asked, quantiles, service, workspace


def main() -> None:
    """Ask at random points, and for pages of features in random boxes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=500_000)
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--points", type=int, default=1000)
    options = parser.parse_args()
    folder = options.workspace or workspace(
        Path(tempfile.gettempdir()) / f"tuban-benchmark-{options.parcels}", options.parcels
    )
    rng = random.Random(1)
    with service(folder) as (_, connection):
        west, south, east, north = json.loads(asked(connection, "/api/status").body)["bounds"]
        layers = json.loads(plain(asked(connection, "/api/layers").body))["layers"]
        code = max(layers, key=lambda layer: layer["rows"])["code"]
        spots = [(rng.uniform(west, east), rng.uniform(south, north)) for _ in range(options.points)]
        print(
            f"{len(layers)} layers, {sum(layer['rows'] for layer in layers):,} objects, {len(spots)} points\n"
        )
        print(f"| what | ms: {QUANTILES} |")
        print(f"|---|{RULES}|")
        start = time.perf_counter()
        asked(connection, f"/api/identify?lon={spots[0][0]}&lat={spots[0][1]}")
        print(
            f"| first question, tables made ready if they were not | {(time.perf_counter() - start) * 1e3:.0f} | | | | |"
        )
        urls = {
            "identify, every layer": "/api/identify?lon={x}&lat={y}",
            f"100 of {code} in a box of 0.01°": f"/api/layers/{code}/features?bbox={{x}},{{y}},{{x1}},{{y1}}",
            f"100 of {code} by class, sorted": f"/api/layers/{code}/features?filter=DLBM:eq:0702&sort=-BSM&limit=100",
            "search by name": "/api/search?q=街道",
        }
        for what, url in urls.items():
            answers = []
            for x, y in spots if "{x}" in url else spots[:30]:
                ready = url.format(x=x, y=y, x1=min(x + 0.01, 180), y1=min(y + 0.01, 90))
                answer = asked(connection, ready.replace("街道", "%E8%A1%97%E9%81%93"))
                assert answer.status == 200, answer.body[:200]
                answers.append(answer)
            print(f"| {what} | {quantiles(answers)} |")


def plain(body: bytes) -> bytes:
    """Undo the compression of a body that has one."""
    return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body


if __name__ == "__main__":
    main()
