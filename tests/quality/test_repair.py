"""Repairs are offered, measured, accepted one by one, and looked for again; nothing changes silently."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon

from given import CRS, ORIGIN_E, ORIGIN_N, square
from quality.hand_in import database, layer
from tuban.errors import NotFound, WrongUse
from tuban.quality.geometry.fabric import Fabric
from tuban.quality.repair import Kind, propose
from tuban.quality.repair_shapes import snapped, without_repeats
from tuban.quality.tolerance import Tolerance
from tuban.workflows.quality_repair import accept_repairs, propose_repairs


def at(*corners: tuple[float, float]) -> Polygon:
    return Polygon([(ORIGIN_E + x, ORIGIN_N + y) for x, y in corners])


# A neighbour whose shared corner is half a millimetre off, a repeated vertex, a hole drawn like its shell.
SHIFTED = at((100.0005, 0), (200, 0), (200, 100), (100.0005, 100))
REPEATED = at((300, 0), (400, 0), (400, 0.00005), (400, 100), (300, 100))
RING = Polygon(square(500, 0).exterior.coords, [list(square(510, 10, 10).exterior.coords)])


def hand_in(folder: Path) -> Path:
    shapes = [square(), SHIFTED, REPEATED, RING, square(510, 10, 10)]
    frame = layer(shapes, TBBH=["1", "２", " 3 ", "4", "5"], DLBM=["0101"] * 5)
    path = folder / "plan.gpkg"
    frame.to_file(path, layer="DLTB", engine="pyogrio")
    return path


def test_every_kind_of_repair_is_offered_with_the_ground_it_moves(tmp_path: Path) -> None:
    found = {one.kind: one for one in propose_repairs(hand_in(tmp_path))}
    kinds: set[Kind] = {"snap", "repeated", "ring_order", "full_width", "blanks"}
    assert set(found) == kinds
    assert found["snap"].moved_m2 == pytest.approx(0.05, rel=1e-3)  # 0.5 mm × 100 m
    assert found["ring_order"].moved_m2 == 0
    assert found["repeated"].moved_m2 < 0.003  # at most a triangle of 0.05 mm × 100 m / 2
    assert (found["full_width"].old, found["full_width"].new) == ("２", "2")
    assert (found["blanks"].old, found["blanks"].new) == (" 3 ", "3")


def test_proposing_changes_nothing(tmp_path: Path) -> None:
    path = hand_in(tmp_path)
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    propose_repairs(path)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
    assert [file.name for file in tmp_path.iterdir()] == ["plan.gpkg"]


def test_what_is_accepted_is_mended_in_a_new_file_and_looked_for_again(tmp_path: Path) -> None:
    path, out = hand_in(tmp_path), tmp_path / "mended.gpkg"
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    done = accept_repairs(path, out)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
    assert set(done.outcomes.values()) == {"mended"}
    assert done.before.findings
    assert not done.after.findings
    mended = gpd.read_file(out, layer="DLTB")
    assert mended["TBBH"].tolist() == ["1", "2", "3", "4", "5"]
    assert mended.geometry.bounds["minx"].iloc[1] == ORIGIN_E + 100
    record = json.loads(done.record.read_text(encoding="utf-8"))
    assert record["moved_m2"] == pytest.approx(sum(one["moved_m2"] for one in record["repairs"]))
    moved = gpd.read_file(done.diff, layer="moved")
    assert moved.geometry.area.sum() == pytest.approx(record["moved_m2"], rel=1e-2)


def test_objects_are_accepted_one_by_one(tmp_path: Path) -> None:
    path = hand_in(tmp_path)
    done = accept_repairs(path, tmp_path / "one.gpkg", objects=["A00000000000000002"])
    assert {name.split(":")[1] for name in done.outcomes} == {"2"}
    again = gpd.read_file(done.path, layer="DLTB")
    assert again["TBBH"].tolist() == ["1", "２", "3", "4", "5"]
    assert (
        shapely.get_coordinates(again.geometry.to_numpy()[1]).tolist()
        == shapely.get_coordinates(SHIFTED).tolist()
    )
    with pytest.raises(NotFound):
        accept_repairs(path, tmp_path / "none.gpkg", ids=["DLTB:99:snap"])


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    path = hand_in(tmp_path)
    with pytest.raises(WrongUse):
        accept_repairs(path, path)


def test_a_bow_tie_is_not_repaired(tmp_path: Path) -> None:
    """How to mend it is a planner's decision: it stays a finding."""
    tie = at((0, 0), (100, 100), (100, 0), (0, 100))
    assert not propose(database(DLTB=layer([tie])).layers, Tolerance())


@given(st.floats(0, 0.00075), st.floats(0, 6.28))
@settings(max_examples=40, deadline=None)
def test_snapping_closes_what_lies_within_reach_and_moves_nobody_farther(off: float, turn: float) -> None:
    x, y = 100 + off * np.cos(turn), off * np.sin(turn)
    shapes = np.array([square(), at((x, y), (200, 0), (200, 100), (100, 100))], dtype=object)
    changed = snapped(Fabric.of(shapes, CRS), 0.001)
    after = shapes.copy()
    for row, shape in changed.items():
        assert shapely.hausdorff_distance(shape, shapes[row]) <= 0.001
        after[row] = shape
    assert shapely.intersection(after[0], after[1]).area < 1e-9
    corners = {tuple(p) for p in shapely.get_coordinates(after[0])} & {
        tuple(p) for p in shapely.get_coordinates(after[1])
    }
    assert len(corners) >= (2 if changed or off < 1e-4 else 1)


def test_repeats_at_the_seam_of_a_ring_go_too() -> None:
    shape = Polygon(
        [
            (ORIGIN_E, ORIGIN_N),
            (ORIGIN_E + 9, ORIGIN_N),
            (ORIGIN_E + 9, ORIGIN_N + 9),
            (ORIGIN_E, ORIGIN_N + 5e-5),
        ]
    )
    mended = without_repeats(np.array([shape], dtype=object), CRS, 1e-4)[0]
    assert shapely.get_num_coordinates(mended) == 4
    assert shapely.is_valid(mended)


def test_the_command_lists_and_accepts(tmp_path: Path) -> None:
    from tuban.cli.quality import command

    def call(*args: str):
        return CliRunner().invoke(
            command, ["repair", *args], obj={"workspace": str(tmp_path / "none"), "lang": "zh"}
        )

    path = hand_in(tmp_path)
    listed = call(str(path), "--propose", "--json")
    assert listed.exit_code == 0, listed.output
    assert {one["kind"] for one in json.loads(listed.stdout)} >= {"snap", "repeated"}
    out = tmp_path / "mended.gpkg"
    done = call(str(path), "--accept-all", "--out", str(out), "--json")
    assert done.exit_code == 0, done.output
    assert out.exists()
    assert isinstance(call(str(path), "--accept-all").exception, WrongUse)
