"""Compiled kernels are kept on disk, and made again when any file that is compiled into them changes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import tuban

COUNT = """
from tuban.geo import kernel_area, kernel_density
x = kernel_density.density(1, 500_000.0, 400_000.0, 3_700_000.0)
print(sum(kernel_density.density.stats.cache_hits.values()), x[0] > 0.5)
"""


def test_a_change_in_one_file_reaches_the_kernels_of_all(tmp_path):
    copy = tmp_path / "tuban"
    source = Path(tuban.__file__).parent
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__", "_web", "data"))
    env = os.environ | {"PYTHONPATH": str(tmp_path), "NUMBA_CACHE_DIR": str(tmp_path / "cache")}

    def hits() -> str:
        done = subprocess.run(
            [sys.executable, "-c", COUNT], env=env, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    assert [hits(), hits()] == ["0 True", "1 True"]
    other = copy / "geo" / "kernel_grid.py"
    other.write_text(other.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    assert [hits(), hits()] == ["0 True", "1 True"]
