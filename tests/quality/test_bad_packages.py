"""What institutes really hand in: every fault is a finding or a clear error, and every rule runs to its end."""

from __future__ import annotations

import json
import os
import sys
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from click.testing import CliRunner
from shapely import MultiPolygon, Polygon

from given import CRS, ORIGIN_E, ORIGIN_N, square
from quality.county import layers, with_change, write
from tuban.cli.main import root
from tuban.errors import NotFound
from tuban.quality.check import Budget
from tuban.quality.result import Result
from tuban.workflows.quality import check_package


def whole(path: Path) -> Result:
    """Judge by every rule; none may fail or be left unfinished."""
    result = check_package(path).result
    assert result.complete, [(run.rule, run.reason) for run in result.incomplete]
    return result


def rules(result: Result) -> set[str]:
    return {finding.rule for finding in result.findings}


def test_nothing_at_the_path_is_an_error_with_its_fix(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        check_package(tmp_path / "nothing.gdb")
    done = CliRunner().invoke(root, ["quality", "check", str(tmp_path / "nothing.gdb")])
    assert isinstance(done.exception, NotFound)


def test_an_empty_folder_has_no_database(tmp_path: Path) -> None:
    assert rules(whole(tmp_path)) == {"1102"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plan.gpkg", b"this is no database"),
        ("plan.gpkg", b"SQLite format 3\0" + bytes(84)),
        ("DLTB.shp", b"no shapes"),
        ("plan.zip", b"PK\x03\x04 torn"),
        ("plan.geojson", b'{"type": "FeatureCollection"'),
        ("plan.rar", b"Rar!"),
        ("table.xlsx", b"PK\x03\x04 torn"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_a_finding(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    assert whole(tmp_path / name).verdict == "fail"
    assert whole(tmp_path).verdict == "fail"


def test_an_empty_folder_called_gdb_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "plan.gdb").mkdir()
    assert "1102" in rules(whole(tmp_path))
    assert "1102" in rules(whole(tmp_path / "plan.gdb"))


class GbkName(zipfile.ZipInfo):
    """An entry whose name is packed in GBK and not marked, as Windows tools do."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def test_names_in_gbk_inside_a_zip_are_read(tmp_path: Path) -> None:
    folder = write({"地类图斑": layers()["DLTB"]}, tmp_path / "shapes")
    archive = tmp_path / "410481.zip"
    with zipfile.ZipFile(archive, "w") as pack:
        for file in sorted(folder.iterdir()):
            pack.writestr(GbkName(file.name), file.read_bytes())
    (said,) = [f.message.zh for f in whole(archive).findings if f.rule == "1202"]
    assert "“地类图斑”应按标准命名为 DLTB" in said


@pytest.mark.skipif(sys.platform != "linux", reason="file names of bytes")
def test_a_file_name_that_is_no_utf8_can_be_printed(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode("数据.exe".encode("gbk"))).write_bytes(b"MZ")
    result = whole(tmp_path)
    text = "".join(result.json_parts())
    assert "数据.exe" in text
    json.loads(text.encode("utf-8"))


def test_a_geometry_with_a_million_vertices_is_judged(tmp_path: Path) -> None:
    turn = np.linspace(0, 2 * np.pi, 1_000_000, endpoint=False)
    ring = np.c_[ORIGIN_E + 500 + 400 * np.cos(turn), ORIGIN_N + 500 + 400 * np.sin(turn)]
    made = layers()["STBHHX"].set_geometry([Polygon(ring)])
    result = whole(write({"STBHHX": made}, tmp_path / "plan.gpkg"))
    assert "6101" in rules(result)  # the declared area is still that of the square


def test_a_multipolygon_that_crosses_itself_is_a_finding(tmp_path: Path) -> None:
    bow = Polygon(
        [
            (ORIGIN_E, ORIGIN_N),
            (ORIGIN_E + 9, ORIGIN_N + 9),
            (ORIGIN_E + 9, ORIGIN_N),
            (ORIGIN_E, ORIGIN_N + 9),
        ]
    )
    crossing = MultiPolygon([bow, square(2, 2, 5)])

    def cross(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        shapes = list(frame.geometry)
        shapes[4] = crossing
        return frame.set_geometry(shapes)

    assert "4102" in rules(whole(with_change(tmp_path, "DLTB", cross)))


def test_rows_without_geometry_and_without_values_are_findings(tmp_path: Path) -> None:
    empty = gpd.GeoDataFrame(
        {"BSM": [None, None], "DLBM": [None, ""], "TBMJ": [np.nan, -1]}, geometry=[None, None], crs=CRS
    )
    found = rules(whole(write({"DLTB": empty}, tmp_path / "plan.gpkg")))
    assert {"3201", "4101"} <= found


def test_a_cell_of_many_megabytes_is_a_finding_and_not_a_crash(tmp_path: Path) -> None:
    def swell(frame: gpd.GeoDataFrame) -> None:
        frame.loc[0, "DLMC"] = "长" * 8_000_000

    path = with_change(tmp_path, "DLTB", swell)
    result = whole(path)
    assert any(f.rule in {"1102", "3102"} and "DLMC" in f.message.zh for f in result.findings)


def test_a_broken_projection_file_is_a_missing_system(tmp_path: Path) -> None:
    folder = write({"DLTB": layers()["DLTB"]}, tmp_path / "shapes")
    (folder / "DLTB.prj").write_text("PROJCS[broken", encoding="ascii")
    assert rules(whole(folder)) & {"1102", "2101"}


def test_layers_in_different_systems_are_found_and_the_rest_is_still_judged(tmp_path: Path) -> None:
    path = with_change(tmp_path, "CZKFBJ", lambda f: f.to_crs("EPSG:3857").drop(columns="GHFQMC"))
    assert {"2101", "2102", "3101"} <= rules(whole(path))


def test_a_rule_that_runs_out_of_its_budget_makes_the_verdict_partial(tmp_path: Path) -> None:
    import pandas as pd

    many = pd.concat([layers()["DLTB"]] * 30, ignore_index=True)
    many["BSM"] = [f"41048100060000{i:04d}" for i in range(len(many))]
    path = write({"DLTB": many.assign(TBMJ=[1.0] * len(many))}, tmp_path / "plan.gpkg")
    result = check_package(path, only=["3203", "6101"], budget=Budget(findings=10)).result
    assert not result.complete
    assert [run.rule for run in result.incomplete] == ["6101"]
    assert "10 条" in result.incomplete[0].reason.zh  # type: ignore[union-attr]


def test_a_rule_that_fails_is_reported_and_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tuban.quality import bound, register

    def fails(case: object) -> list:
        raise ZeroDivisionError

    bound.functions()
    monkeypatch.setitem(register._FUNCTIONS, "3203", fails)
    path = write({"DLTB": layers()["DLTB"]}, tmp_path / "plan.gpkg")
    result = check_package(path, only=["3202", "3203", "3204"]).result
    assert {run.rule: run.status for run in result.runs} == {
        "3202": "done",
        "3203": "incomplete",
        "3204": "done",
    }
    assert result.verdict == "partial"


def test_two_runs_on_the_same_input_are_byte_for_byte_equal(tmp_path: Path) -> None:
    def spoil(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return frame.assign(DLBM=["9999"] * 9, geometry=frame.geometry.translate(0.5, 0))

    path = with_change(tmp_path, "DLTB", spoil)
    first, second = ("".join(check_package(path).result.json_parts()) for _ in range(2))
    assert first == second
    said = json.loads(first)
    assert {"verdict", "profile", "findings"} <= set(said)
    keys = {"rule", "severity", "layer", "objects", "message", "geometry", "area_m2", "observed", "expected"}
    assert all(keys <= set(one) for one in said["findings"])
    assert str(tmp_path) not in first
