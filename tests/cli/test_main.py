"""The command line as a whole: what it loads, how it exits, how it speaks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "numpy",
    "pandas",
    "geopandas",
    "shapely",
    "pyarrow",
    "fastapi",
    "sqlalchemy",
    "numba",
    "rich",
    "scipy",
}


def tuban(*args: str, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("TUBAN_", "LC_", "LANG"))}
    return subprocess.run(
        [sys.executable, "-m", "tuban.cli.main", *args],
        cwd=cwd,
        env={**plain, "PYTHONIOENCODING": "utf-8", **env},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_help_loads_no_heavy_library():
    code = (
        "import sys\n"
        "from tuban.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit: pass\n"
        f"print('LOADED', sorted({HEAVY!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "LOADED []" in done.stdout


def test_every_feature_named_in_help_exists_and_explains_itself():
    from tuban.cli.main import FEATURES

    for name in FEATURES:
        done = tuban(name, "--help")
        assert done.returncode == 0, done.stderr
        assert "Usage" in done.stdout


def test_help_speaks_chinese_by_default_and_english_by_switch():
    assert "全过程留痕" in tuban("--help").stdout
    assert "trail of every step" in tuban("--lang", "en", "--help").stdout
    assert "trail of every step" in tuban("--help", TUBAN_LANG="en").stdout


def test_an_unknown_feature_exits_2_without_traceback():
    done = tuban("nothing-like-this")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "args", [("layers", "list"), ("trail", "verify"), ("statistics", "areas", "--layer", "DLTB")]
)
def test_a_folder_without_a_workspace_says_so_and_how_to_go_on(args: tuple[str, ...], tmp_path: Path):
    done = tuban(*args, cwd=tmp_path)
    assert done.returncode == 2
    assert "→" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == [], "asking must not create anything"
