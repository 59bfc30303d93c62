"""`tuban demo`: whole or not at all, the same twice, honest about the published figures."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tuban.domain.progress import Step
from tuban.errors import Cancelled, Text, WrongUse
from tuban.store.opening import open_workspace
from tuban.workflows.demo import DemoReport, build, built_before, recipe_of

PARCELS = 2_000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DemoReport]:
    folder = tmp_path_factory.mktemp("demo") / "county"
    return folder, build(folder, parcels=PARCELS)


def test_every_check_holds_and_every_figure_is_met_or_explained(made: tuple[Path, DemoReport]):
    _, report = made
    assert [check.title.zh for check in report.checks if not check.ok] == []
    assert [line.quantity for line in report.calibration if not line.within and not line.note] == []
    assert report.ok


def test_the_three_lines_zones_and_land_use_are_compared_with_published_figures(
    made: tuple[Path, DemoReport],
):
    published = {round(line.published, 2) for line in made[1].calibration if line.within}
    # 舞钢 2026: redline 68.17 km², farmland after maintenance, boundary before, two zones, two central-city classes.
    assert {6817.00, 21300.46, 4293.87, 21965.24, 4023.33, 849.94, 1120.43} <= published


def test_all_four_data_groups_have_layers_and_all_are_marked_as_sample(made: tuple[Path, DemoReport]):
    from tuban.standards.load import profile

    with open_workspace(made[0]) as workspace:
        versions = workspace.versions()
        groups = {profile().layer(version.code).group for version in versions}
    assert groups == {"present", "plan", "management", "socioeconomic"}
    assert all(version.sample for version in versions)


def test_the_boundary_of_2024_is_replaced_in_2026_and_both_stay_answerable(made: tuple[Path, DemoReport]):
    from datetime import date

    with open_workspace(made[0]) as workspace:
        before = workspace.version("CZKFBJ", on=date(2025, 6, 30))
        after = workspace.version("CZKFBJ", on=date(2026, 11, 20))
    assert before.number != after.number
    assert before.area_m2 is not None and after.area_m2 is not None
    assert before.area_m2 / 1e4 == pytest.approx(4293.87, rel=1e-3)
    assert after.area_m2 < before.area_m2


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(WrongUse) as refused:
        build(tmp_path, parcels=PARCELS)
    assert "--dir" in refused.value.fix.zh and "--dir" in refused.value.fix.en
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_the_same_recipe_is_recognised_and_another_is_not(made: tuple[Path, DemoReport], tmp_path: Path):
    recipe = recipe_of(outline=None, figures=None, parcels=PARCELS, seed=20260101)
    assert built_before(made[0], recipe)
    assert not built_before(made[0], {**recipe, "seed": 1})
    assert not built_before(tmp_path, recipe)


def test_stopping_leaves_no_folder_behind(tmp_path: Path):
    def stop(step: Step) -> None:
        if step.share > 0.5:
            raise Cancelled(Text("已停止", "stopped"), Text("重新运行", "run again"))

    with pytest.raises(Cancelled):
        build(tmp_path / "county", parcels=PARCELS, progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_a_killed_run_leaves_no_half_county_and_the_next_one_succeeds(tmp_path: Path):
    target = tmp_path / "county"
    run = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tuban.cli.main",
            "demo",
            "--no-serve",
            "--dir",
            str(target),
            "--parcels",
            str(PARCELS),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    draft = tmp_path / "county.building"
    deadline = time.monotonic() + 120
    while not any(draft.glob("layers/*/*.parquet")) and run.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    assert not target.exists()
    assert build(target, parcels=PARCELS).ok
    assert not draft.exists()
