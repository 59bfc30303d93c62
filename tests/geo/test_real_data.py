"""Real data sets, Chinese and foreign: each loads, or is refused with the reason. Figures: the sets' own notes."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from pyproj import Proj

from tuban.domain.layer import LayerSpec
from tuban.errors import (
    BrokenFile,
    ForeignCRS,
    FormatNotAllowed,
    InvalidGeometry,
    Text,
    TubanError,
    UnknownCRS,
    UnknownEncoding,
    WrongCRS,
)
from tuban.geo.area import area_m2
from tuban.geo.io import ReadLayer, layers_in, read_layer

pytestmark = pytest.mark.shared

POLYGONS = LayerSpec("QT_OUTLINE", Text("范围", "Outline"), "management", "polygon")


@pytest.fixture(scope="module")
def data(shared) -> Path:
    return shared / "data"


def km2(read: ReadLayer) -> float:
    assert isinstance(read.frame, gpd.GeoDataFrame)
    return float(area_m2(read.frame.geometry.array, read.crs).sum()) / 1e6


def notes(read: ReadLayer) -> str:
    return "\n".join(note.zh for note in read.notes)


def test_the_outline_of_wugang_is_foreign_until_conversion_is_asked_for(data):
    file = data / "admin/boundaries_wgs84.gpkg"
    with pytest.raises(ForeignCRS):
        read_layer(file, POLYGONS, layer="county_amap")
    read = read_layer(file, POLYGONS, layer="county_amap", convert_to="EPSG:4490")
    wugang = read.frame[read.frame["district_adcode"].astype(str) == "410481"]
    # 628.74 km² geodesic; the layer's own 20 counties.
    assert float(area_m2(wugang.geometry.array, "EPSG:4490").sum()) / 1e6 == pytest.approx(628.74, rel=1e-3)
    assert len(read.frame) == 20


def test_counties_in_gbk_without_cpg_read_as_chinese_and_say_so(data):
    read = read_layer(data / "hard/counties_gbk_nocpg.shp", POLYGONS)
    assert read.crs == "EPSG:4526"
    assert {"行政区代码", "行政区名称"} <= set(read.frame.columns)
    assert "舞钢市" in read.frame["行政区名称"].tolist()
    assert "GB 18030" in notes(read)
    with pytest.raises(UnknownEncoding):
        read_layer(data / "hard/counties_gbk_nocpg.shp", POLYGONS, encoding="utf-8")


@pytest.mark.parametrize(
    ("wrong", "option"),
    [("EPSG:4547", "--crs EPSG:4526"), ("EPSG:4525", "--crs EPSG:4526"), ("EPSG:4490", "--crs EPSG:4526")],
)
def test_counties_under_a_wrong_label_are_refused_with_the_right_one(data, wrong, option):
    with pytest.raises(WrongCRS) as caught:
        read_layer(data / "hard/counties_gbk_nocpg.shp", POLYGONS, crs=wrong)
    assert option in caught.value.fix.zh


@pytest.mark.parametrize(
    ("folder", "layer", "rows", "area_km2"),
    [
        ("241800432_PLUi_20200128", "241800432_ZONE_URBA_20200128", 221, 272.38),
        ("200011781_PLUi_20180101", "ZONE_URBA", 222, 117.26),
    ],
)
def test_french_zones_have_one_faulty_object_and_load_when_it_is_kept(data, folder, layer, rows, area_km2):
    path = data / "plan_fr" / folder
    with pytest.raises(ForeignCRS):
        read_layer(path, layer=layer)
    with pytest.raises(InvalidGeometry) as caught:
        read_layer(path, layer=layer, convert_to="EPSG:4490")
    assert caught.value.facts["count"] == 1
    read = read_layer(path, layer=layer, convert_to="EPSG:4490", on_invalid="keep")
    assert len(read.frame) == rows
    # The published figures are plane areas in Lambert-93, which shrinks them by 0.19 % there.
    west, south, east, north = read.frame.total_bounds
    shrunk = Proj("EPSG:2154").get_factors((west + east) / 2, (south + north) / 2).areal_scale
    assert km2(read) * shrunk == pytest.approx(area_km2, rel=2e-4)


def test_french_prescriptions_of_every_kind_and_the_tables_load(data):
    folder = data / "plan_fr/241800432_PLUi_20200128"
    rows = {}
    for found in layers_in(folder):
        if "ZONE" not in found.name:
            read = read_layer(folder, layer=found.name, convert_to="EPSG:4490")
            rows[found.name.removeprefix("241800432_").removesuffix("_20200128")] = (
                found.geometry,
                len(read.frame),
            )
    assert rows == {
        "PRESCRIPTION_SURF": ("polygon", 32),
        "PRESCRIPTION_LIN": ("line", 264),
        "PRESCRIPTION_PCT": ("point", 167),
        "DOC_URBA": ("table", 1),
        "DOC_URBA_COM": ("table", 1),
    }


@pytest.mark.parametrize("name", ["grasleben_fnp.gml", "bremen_bp2070.gml"])
def test_german_plans_in_gml_are_refused_with_the_way_to_convert_them(data, name):
    before = sorted((data / "plan_de").iterdir())
    with pytest.raises(FormatNotAllowed) as caught:
        layers_in(data / "plan_de" / name)
    assert "ogr2ogr" in caught.value.fix.zh
    # The GML driver would have left a .gfs beside the file: it was never asked.
    assert sorted((data / "plan_de").iterdir()) == before


@pytest.mark.parametrize(
    ("name", "layer", "kind", "crs"),
    [
        ("grasleben_fnp.gml", None, "polygon", "EPSG:25832"),
        ("bremen_bp2070.gml", "BP_BaugebietsTeilFlaeche", "polygon", "EPSG:31467"),
    ],
)
def test_german_plans_load_once_converted(data, tmp_path, name, layer, kind, crs):
    """As the refusal says: GML to GeoPackage, by GDAL, then the same reader."""
    import pyogrio

    gml = tmp_path / name
    gml.write_bytes((data / "plan_de" / name).read_bytes())
    listed = {str(n): str(g) for n, g in pyogrio.list_layers(gml)}
    layer = layer or next(
        n for n, g in listed.items() if g == "Polygon" and len(pyogrio.read_dataframe(gml, layer=n)) > 20
    )
    pyogrio.write_dataframe(pyogrio.read_dataframe(gml, layer=layer), tmp_path / "a.gpkg", layer=layer)
    with pytest.raises(ForeignCRS) as caught:
        read_layer(tmp_path / "a.gpkg")
    assert crs in caught.value.problem.zh
    read = read_layer(tmp_path / "a.gpkg", convert_to="EPSG:4490")
    west, south, east, north = read.frame.total_bounds
    assert 8 < west < east < 12
    assert 52 < south < north < 54


@pytest.mark.parametrize(("layer", "rows"), [("land_use", 2033), ("road_centerlines", 5835), ("water", 87)])
def test_wuxi_loads_from_utm(data, layer, rows):
    read = read_layer(data / "landuse/wuxi_xinwu.gpkg", layer=layer, convert_to="EPSG:4549")
    assert len(read.frame) == rows
    assert read.crs == "EPSG:4549"
    if layer == "land_use":
        assert km2(read) == pytest.approx(143.4, rel=2e-3)


def test_prague_in_web_mercator_is_refused_with_the_reason_and_true_once_converted(data):
    with pytest.raises(ForeignCRS) as caught:
        read_layer(data / "parcels/prague_bubenec.gpkg", layer="plots")
    assert "墨卡托" in caught.value.problem.zh
    read = read_layer(data / "parcels/prague_bubenec.gpkg", layer="plots", convert_to="EPSG:4490")
    # 0.677 km² in the file's own metres, 2.43 times too much.
    assert km2(read) == pytest.approx(0.279, rel=5e-3)


def test_helsinki_loads_or_lists_its_faulty_objects(data):
    outcome = {}
    for found in layers_in(data / "osm/helsinki_centre.gpkg"):
        try:
            read_layer(data / "osm/helsinki_centre.gpkg", layer=found.name, convert_to="EPSG:4490")
            outcome[found.name] = 0
        except InvalidGeometry as error:
            outcome[found.name] = error.facts["count"]
    assert outcome == {"roads": 0, "poi": 0, "landuse": 13, "buildings": 18, "waterways": 0}


def test_a_true_curve_is_refused(data):
    with pytest.raises(InvalidGeometry, match="CURVEPOLYGON"):
        read_layer(data / "hard/curvepolygon.gpkg", convert_to="EPSG:4490")


REFUSED = {
    "multipatch": InvalidGeometry,
    "null_polygon": InvalidGeometry,
    "empty_polygon": InvalidGeometry,
    "empty_multipoint": InvalidGeometry,
    "empty_polygonm": InvalidGeometry,
    "hole": InvalidGeometry,
    "several_polygons": UnknownCRS,
}


def test_every_layer_of_a_geodatabase_of_all_kinds_loads_or_is_refused_rightly(data):
    file = data / "hard/testopenfilegdb.gdb.zip"
    listed = layers_in(file)
    assert len(listed) == 37
    refused, flat = {}, 0
    for found in listed:
        try:
            read = read_layer(file, layer=found.name, convert_to="EPSG:4490")
        except TubanError as error:
            refused[found.name] = type(error)
            continue
        assert len(read.frame) == found.rows
        if isinstance(read.frame, gpd.GeoDataFrame):
            assert not shapely.has_z(read.frame.geometry.array).any()
            flat += "未读入" in notes(read) and ("Z" in notes(read) or "M 值" in notes(read))
    assert {name: kind for name, kind in refused.items() if name in REFUSED} == REFUSED
    assert set(refused) - set(REFUSED) == {"testnotnullable"}
    assert flat == 19


EXPECTED = {
    "valid": {"geometrycollection": InvalidGeometry, "null_geometry": InvalidGeometry},
    "problematic_structure": {"geometrycollection": InvalidGeometry},
    "invalid_geometries": {"": InvalidGeometry, "not_cw": None},
    "problematic_geometries": {
        "self_intersection": InvalidGeometry,
        "ring_intersect": InvalidGeometry,
        "zero_length": InvalidGeometry,
        "outside_lat_lon": WrongCRS,
    },
    "invalid_structure": {
        "": (BrokenFile, InvalidGeometry),
        "bbox": None,
        "no_properties": None,
    },
}


def test_every_geojson_of_the_collection_loads_or_is_refused_rightly(data):
    files = sorted((data / "hard/geojson_spec").glob("*/*.geojson"))
    assert len(files) == 49
    wrong = {}
    for file in files:
        rules = EXPECTED[file.parent.name]
        keys = sorted((key for key in rules if key in file.name), key=len)
        expected = rules[keys[-1]] if keys else None
        found = None
        try:
            read_layer(file, convert_to="EPSG:4490")
        except TubanError as error:
            found = type(error)
        right = found is None if expected is None else found is not None and issubclass(found, expected)
        if not right:
            wrong[f"{file.parent.name}/{file.name}"] = found
    assert wrong == {}


@pytest.mark.parametrize(
    "name",
    [
        "osm/helsinki_centre.osm.pbf",
        "raster/gebco_2025_0p1deg.tif",
        "hard/antarctica.wkt",
        "hard/jts_test_geometries.csv.gz",
        "hard/counties_gbk_nocpg.prj",
    ],
)
def test_other_formats_are_refused_by_name(data, name):
    with pytest.raises(FormatNotAllowed):
        layers_in(data / name)


def test_real_tables_keep_their_codes(data):
    read = read_layer(data / "admin/divisions_2023_nbs.csv")
    assert len(read.frame) == 2385
    assert read.frame["code"].str.len().min() >= 2
    census = read_layer(data / "admin/census_2020_county.csv").frame
    assert len(census) == 23


def test_a_list_in_a_geojson_is_read_as_text(data):
    read = read_layer(data / "hard/issue627.geojson", convert_to="EPSG:4490")
    assert len(read.frame) == 3
    assert "skip_me" in notes(read)
