"""Real files from several countries, taken in as a planner would: they load, or the reason is given and kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest

from given import valid
from tuban.errors import ForeignCRS, FormatNotAllowed, InvalidGeometry, TubanError
from tuban.store import Workspace, create
from tuban.workflows.intake import TakenIn, take_in

pytestmark = pytest.mark.shared


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    with create(tmp_path / "w", name="外来数据", by="张三") as made:
        yield made


def take(ws: Workspace, path: Path, code: str, **options) -> TakenIn:
    return take_in(ws, path, code, valid=valid(), by="张三", **options)


def test_the_wugang_outline_comes_in_with_its_known_area(ws: Workspace, shared: Path, tmp_path: Path):
    counties = gpd.read_file(shared / "data" / "admin" / "boundaries_wgs84.gpkg", layer="county_amap")
    code = next(c for c in counties.columns if counties[c].astype(str).eq("410481").any())
    outline = counties[counties[code].astype(str) == "410481"]
    path = tmp_path / "outline.gpkg"
    outline.to_file(path, layer="outline")
    with pytest.raises(ForeignCRS):
        take(ws, path, "QT_OUTLINE")
    version = take(ws, path, "QT_OUTLINE", convert_to="EPSG:4490")
    # The data's own README: 628.74 km², geodesic on GRS80.
    assert version.area_m2 == pytest.approx(628.74e6, rel=1e-4)


@pytest.mark.parametrize("folder", ["241800432_PLUi_20200128", "200011781_PLUi_20180101"])
def test_french_plans_come_in_layer_by_layer_or_are_refused_with_the_reason(
    ws: Workspace, shared: Path, folder: str
):
    files = sorted((shared / "data" / "plan_fr" / folder).rglob("*.shp"))
    assert files
    for file in files:
        code = f"QT_{file.stem.upper()}"
        rows = pyogrio.read_info(file)["features"]
        try:
            version = take(ws, file, code, convert_to="EPSG:4490")
        except InvalidGeometry as refused:
            assert refused.fix.zh
            version = take(ws, file, code, convert_to="EPSG:4490", on_invalid="keep")
        assert version.rows == rows
        assert len(ws.read(version)) == rows
    assert ws.verify().ok


@pytest.mark.parametrize("name", ["grasleben_fnp.gml", "bremen_bp2070.gml"])
def test_german_plans_in_gml_are_refused_with_the_reason_and_come_in_by_layer_once_converted(
    ws: Workspace, shared: Path, tmp_path: Path, name: str
):
    source = shared / "data" / "plan_de" / name
    with pytest.raises(FormatNotAllowed) as refused:
        take(ws, source, "QT_PLAN")
    assert "GeoPackage" in refused.value.fix.zh
    assert ws.trail.entries(newest_first=True)[0].facts["kind"] == "FormatNotAllowed"
    # What the fix says: write it as GeoPackage. GDAL's own faults with curves are not ours to judge.
    taken = 0
    for layer, kind in pyogrio.list_layers(source):
        if not str(kind or "").endswith("Polygon"):
            continue
        frame = gpd.read_file(source, layer=layer)
        path = tmp_path / f"{layer}.gpkg"
        frame[[frame.geometry.name]].assign(layer=layer).to_file(path, layer=layer)
        try:
            take(ws, path, f"QT_{layer.upper()}", convert_to="EPSG:4490")
            taken += 1
        except TubanError as error:
            assert error.problem.zh
            assert error.fix.zh
    assert taken
    assert ws.verify().ok


def test_wuxi_parcels_and_roads_come_in(ws: Workspace, shared: Path):
    path = shared / "data" / "landuse" / "wuxi_xinwu.gpkg"
    land = take(ws, path, "QT_YD", layer="land_use", convert_to="EPSG:4490")
    roads = take(ws, path, "QT_DL", layer="road_centerlines", convert_to="EPSG:4490")
    assert (land.rows, roads.rows, land.geometry, roads.geometry) == (2033, 5835, "polygon", "line")
    # The data's own README: 143.4 km² covered.
    assert land.area_m2 == pytest.approx(143.4e6, rel=2e-3)


def test_a_gbk_shapefile_without_cpg_is_read_and_the_assumption_told(ws: Workspace, shared: Path):
    version = take(ws, shared / "data" / "hard" / "counties_gbk_nocpg.shp", "QT_COUNTY")
    assert any("舞钢" in str(value) for column in version.columns for value in ws.read(version)[column])
    assert any("GB" in note.zh for note in version.notes)
    told = ws.trail.entries(newest_first=True)[0].facts["read"]
    assert any("GB" in note["zh"] for note in told)
