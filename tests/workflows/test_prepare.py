"""The tile cache: what was cut off is swept, what is whole or under way stays."""

from __future__ import annotations

import os
import time
from pathlib import Path

from tuban.store import create
from tuban.workflows.prepare import CACHE, LONGEST_BUILD_S, sweep


def test_only_old_leftovers_are_swept(tmp_path: Path):
    with create(tmp_path / "w", name="试验县", by="张三") as ws:
        cache = ws.cache_dir(CACHE)
        (cache / "DLTB-1-ab-1").mkdir()
        (cache / "DLTB-1-ab-1" / "flat.json").touch()
        (cache / "DLTB-1-ab-1" / "pyramid.bin.1234.part").touch()
        (cache / "GHFQ-1-cd-1.5678.part").mkdir()
        (cache / "GHFQ-1-cd-1.5678.part" / "xy.npy").touch()
        (cache / "GHFQ-2-ef-1.9999.part").mkdir()  # under way
        old = time.time() - LONGEST_BUILD_S - 60
        for name in ("DLTB-1-ab-1", "DLTB-1-ab-1/pyramid.bin.1234.part", "GHFQ-1-cd-1.5678.part"):
            os.utime(cache / name, (old, old))
        assert sweep(ws) == 2
        left = sorted(str(path.relative_to(cache)) for path in cache.rglob("*"))
        assert left == ["DLTB-1-ab-1", "DLTB-1-ab-1/flat.json", "GHFQ-2-ef-1.9999.part"]
        assert sweep(ws) == 0
