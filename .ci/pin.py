"""Pin every dependency, direct and transitive, in pyproject.toml: no lock file, no registry host.

`python .ci/pin.py` asks uv for a universal resolution of the run-time, development and build requirements and
writes the exact versions between the marks in pyproject.toml. Run it to take in new releases; commit the result.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
START, END = "# >>> pinned by .ci/pin.py", "# <<< pinned"


def resolve(requirements: list[str]) -> list[str]:
    """Give `name==version ; marker` for everything that `requirements` pull in."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "wanted.in"
        wanted.write_text("\n".join(requirements) + "\n")
        command = ["uv", "pip", "compile", "--universal", "--python-version", "3.11", "--no-emit-index-url"]
        done = subprocess.run(
            [*command, "--no-annotate", "--no-header", "--quiet", "--no-config", str(wanted)],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        sys.exit(done.stderr)
    return [line for line in done.stdout.splitlines() if "==" in line]


def block(name: str, pins: list[str]) -> str:
    """Write one TOML list."""
    lines = "\n".join(f'  "{pin}",' for pin in pins)
    return f"{name} = [\n{lines}\n]\n"


def main() -> None:
    """Resolve and rewrite the block between the marks."""
    text = PYPROJECT.read_text(encoding="utf-8")
    project = tomllib.loads(text)
    run = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    for extra in project["project"].get("optional-dependencies", {}).values():
        run += extra
    pins = block("constraint-dependencies", resolve(run))
    pins += block(
        "build-constraint-dependencies", resolve([*project["build-system"]["requires"], "editables"])
    )
    fresh = re.sub(
        f"{re.escape(START)}.*?{re.escape(END)}", lambda _: f"{START}\n{pins}{END}", text, flags=re.DOTALL
    )
    PYPROJECT.write_text(fresh, encoding="utf-8")
    print(f"{pins.count('==')} pins written")


if __name__ == "__main__":
    main()
