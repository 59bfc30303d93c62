"""From a package to its reports, and from a kept run to the same."""

import json

import geopandas as gpd
import pytest
import shapely

from tuban.errors import NotFound, WrongUse
from tuban.sample.corpus import ground
from tuban.sample.corpus.make import SAMPLES, write_sample
from tuban.sample.corpus.model import World
from tuban.sample.corpus.write import write_world
from tuban.store import create
from tuban.workflows.quality import check_package
from tuban.workflows.quality_report import FORMATS, check_and_report, report, result_of, write_run_reports


def package(folder, sample_id):
    sample = next(one for one in SAMPLES if one.id == sample_id)
    own = write_sample(sample, folder)
    return own / json.loads((own / "expected.json").read_text(encoding="utf-8"))["package"]


@pytest.fixture
def ws(tmp_path):
    with create(tmp_path / "ws", name="示范", sample=True, by="test") as workspace:
        yield workspace


def test_a_check_writes_every_report_asked_for(tmp_path):
    checked, written = check_and_report(package(tmp_path, "4201-inside"), tmp_path / "out", FORMATS)
    assert checked.result.verdict == "fail"
    assert sorted(path.name for path in written) == sorted(f"质检报告.{one}" for one in FORMATS)
    assert all(path.stat().st_size > 1000 for path in written)
    said = json.loads((tmp_path / "out" / "质检报告.json").read_text(encoding="utf-8"))
    assert [one["rule"] for one in said["findings"]] == ["4201"]


def test_two_checks_of_one_package_write_equal_bytes(tmp_path):
    path = package(tmp_path, "3103-extra-field")
    for number in (1, 2):
        check_and_report(path, tmp_path / str(number), ("pdf", "html", "json", "xlsx"))
    for one in (tmp_path / "1").iterdir():
        assert one.read_bytes() == (tmp_path / "2" / one.name).read_bytes(), one.name


def test_no_format_writes_nothing_and_an_unknown_one_says_which_there_are(tmp_path):
    path = package(tmp_path, "3103-extra-field")
    assert check_and_report(path, tmp_path / "out", ())[1] == []
    assert not (tmp_path / "out").exists()
    with pytest.raises(WrongUse, match="odt"):
        check_and_report(path, tmp_path / "out", ("odt",))


def test_a_kept_run_gives_its_result_and_reports_again(ws, tmp_path):
    checked = check_package(package(tmp_path, "4201-inside"), ws=ws, by="李工")
    assert checked.run is not None
    again = result_of(ws, checked.run)
    assert (again.verdict, again.findings, again.runs) == (
        checked.result.verdict,
        checked.result.findings,
        checked.result.runs,
    )
    number = checked.run.number
    assert report(ws, number, "json") == report(ws, number, "json")
    page = report(ws, number, "html").decode()
    assert "李工" in page and "示范数据" in page
    (written,) = write_run_reports(ws, number, tmp_path / "out", ["xlsx"], lang="en")
    assert written.name == f"质检报告-{number}.xlsx"
    with pytest.raises(NotFound):
        report(ws, 99, "pdf")


def test_findings_between_layers_in_two_systems_lie_where_they_are(tmp_path):
    # The zones in degrees, the lines in metres: redline and boundary beyond their zones.
    world = World(ground.layers())
    zones = world.layers["YDYHGHFQ"]
    assert isinstance(zones, gpd.GeoDataFrame)
    world.layers["YDYHGHFQ"] = zones.iloc[1:].to_crs("EPSG:4490")  # the ecological zone is gone
    path = write_world(world, tmp_path, "两个坐标系", "gpkg")
    found = [one for one in check_package(path, keep=False).result.findings if one.geometry is not None]
    assert any(one.rule == "5103" for one in found)
    for one in found:
        degrees = abs(shapely.bounds(shapely.from_wkb(one.geometry))[0]) <= 180
        assert degrees == (one.crs == "EPSG:4490"), one.rule
