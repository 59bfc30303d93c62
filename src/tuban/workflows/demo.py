"""The sample county, whole: made as an institute hands it in, taken in through the same door, checked."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tuban
from tuban.domain.progress import Progress, Step, part, quiet
from tuban.domain.version import Validity
from tuban.errors import Text, WrongUse
from tuban.geo.topology import tiling
from tuban.sample import county
from tuban.sample.report import Calibration, SampleReport
from tuban.standards.load import profile
from tuban.store.opening import create, is_workspace, open_workspace
from tuban.store.workspace import Workspace
from tuban.workflows.intake import keep_profile, take_in
from tuban.workflows.prepare import has_map, prepare_tiles

BY = "tuban demo"
HAND_IN = "submission"  # 成果: the folder as handed in, kept beside the workspace's layers
# The figures that the sample follows leave one rule no way to hold: see the profile.
SAMPLE_PROFILE = "sample-county"
RECIPE = "demo.recipe"
# A quarter of a square decimetre for each parcel: what rounding to 0.1 mm can move.
TILING_TOLERANCE_M2 = 1.0


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was verified after the county was taken in."""

    title: Text
    ok: bool


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What `tuban demo` built, how it compares with the published figures, and what was checked."""

    folder: str
    name: str
    layers: int
    rows: int
    seconds: float
    calibration: tuple[Calibration, ...]
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Every check holds, and every figure is met or its difference is explained."""
        return all(c.ok for c in self.checks) and all(c.within or c.note for c in self.calibration)


def build(
    folder: Path,
    *,
    outline: str | None = None,
    figures: Path | None = None,
    parcels: int = 60_000,
    seed: int = 20260101,
    progress: Progress = quiet,
) -> DemoReport:
    """Build the sample county in `folder`; the folder appears only when it is complete.

    Raises
    ------
    WrongUse : the folder exists and is not empty. Whatever making, reading and storing raise.
    """
    started = time.monotonic()
    folder = Path(folder).absolute()
    _check_free(folder)
    draft = folder.with_name(f"{folder.name}.building")
    if draft.exists():
        shutil.rmtree(draft)  # what a killed run left; it holds nothing but the sample
    draft.mkdir(parents=True)
    try:
        handed_in = county.make(
            draft / HAND_IN,
            outline=outline,
            figures=figures,
            parcels=parcels,
            seed=seed,
            progress=part(progress, 0.0, 0.45),
        )
        recipe = recipe_of(outline=outline, figures=figures, parcels=parcels, seed=seed)
        with create(draft, name=handed_in.name, sample=True, by=BY) as workspace:
            workspace.settings.set("place_name", handed_in.name, by=BY)
            workspace.settings.set("place_code", handed_in.code, by=BY)
            workspace.settings.set(RECIPE, recipe, by=BY)
            keep_profile(workspace, SAMPLE_PROFILE, by=BY)
            rows = _take_in_all(workspace, handed_in, part(progress, 0.45, 0.75))
            _prepare_maps(workspace, part(progress, 0.75, 0.93))
            checks = tuple(_checks(workspace, handed_in, part(progress, 0.93, 1.0)))
            versions = len(workspace.versions())
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    if folder.exists():
        folder.rmdir()  # empty, as checked
    draft.replace(folder)
    progress(Step(1.0, Text("示范县已就绪", "The sample county is ready")))
    return DemoReport(
        folder=str(folder),
        name=handed_in.name,
        layers=versions,
        rows=rows,
        seconds=time.monotonic() - started,
        calibration=handed_in.calibration,
        checks=checks,
    )


def recipe_of(*, outline: str | None, figures: Path | None, parcels: int, seed: int) -> dict[str, Any]:
    """Give what decides how the sample county looks; files count by name, a workspace keeps no path."""
    return {
        "tuban": tuban.__version__,
        "seed": seed,
        "parcels": parcels,
        "outline": Path(outline).name if outline else None,
        "figures": figures.name if figures else None,
    }


def built_before(folder: Path, recipe: dict[str, Any]) -> bool:
    """Say whether `folder` holds the sample county of this very recipe, so that it need not be built again."""
    if not is_workspace(folder):
        return False
    with open_workspace(folder) as workspace:
        return workspace.sample and workspace.settings.get(RECIPE) == recipe


def _check_free(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WrongUse(
            Text(
                f"“{folder}”已存在且不为空,不会被覆盖。",
                f"{folder} exists and is not empty; it is left as it is.",
            ),
            Text(
                "用 --dir 另选文件夹;若里面是示范县,可用 tuban serve 打开或自行删除。",
                "Choose another with --dir; if it is the sample county, open it with tuban serve or delete it.",
            ),
            folder=str(folder),
        )


def _take_in_all(workspace: Workspace, handed_in: SampleReport, progress: Progress) -> int:
    rows = 0
    total = sum(layer.rows for layer in handed_in.layers) or 1
    for layer in handed_in.layers:
        words = Text(f"入库 {layer.code} {layer.layer}", f"Taking in {layer.code} {layer.layer}")
        progress(Step(rows / total, words))
        take_in(
            workspace,
            layer.file,
            layer.code,
            layer=layer.layer,
            valid=Validity(layer.valid_from, layer.valid_to, layer.act),
            encoding=layer.encoding,
            by=BY,
        )
        rows += layer.rows
    return rows


def _prepare_maps(workspace: Workspace, progress: Progress) -> None:
    known = profile()
    drawn = [version for version in workspace.versions() if has_map(version)]
    total = sum(version.rows for version in drawn) or 1
    done = 0
    for version in drawn:
        progress(
            Step(done / total, Text(f"准备 {version.code} 的瓦片", f"Preparing the tiles of {version.code}"))
        )
        prepare_tiles(workspace, version, known.layer(version.code))
        done += version.rows


def _checks(workspace: Workspace, handed_in: SampleReport, progress: Progress) -> list[Check]:
    progress(Step(0.0, Text("检查图斑铺满县域", "Checking that the parcels tile the county")))
    parcels = workspace.read(workspace.version("DLTB"), columns=["geometry"])
    outline = workspace.read(workspace.version("XZQX"), columns=["geometry"])
    found = tiling(parcels.geometry.to_numpy(), outline.geometry.to_numpy(), handed_in.crs)
    progress(Step(0.6, Text("核验文件与留痕", "Verifying files and trail")))
    trail = workspace.verify()
    met = [line for line in handed_in.calibration if line.within]
    explained = [line for line in handed_in.calibration if not line.within and line.note]
    return [
        Check(
            Text(
                f"{found.polygons:,} 个图斑无缝无叠铺满县域,面积之和与县域相差 {found.difference_m2:.4f} 平方米",
                f"{found.polygons:,} parcels tile the county without gap or overlap; "
                f"their sum differs from it by {found.difference_m2:.4f} m²",
            ),
            found.exact(TILING_TOLERANCE_M2),
        ),
        Check(
            Text(
                f"{len(met)} 项面积与公布值相差不超过 0.1%,{len(explained)} 项公布值自相矛盾并已说明",
                f"{len(met)} areas within 0.1 % of the published figures, "
                f"{len(explained)} contradict one another and say why",
            ),
            len(met) + len(explained) == len(handed_in.calibration),
        ),
        Check(
            Text(
                f"留痕 {trail.entries} 条首尾相接,每个图层文件与登记的哈希一致",
                f"{trail.entries} entries of the trail join, every layer file has the hash recorded for it",
            ),
            trail.ok,
        ),
    ]
