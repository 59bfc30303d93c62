"""A layer is read as its definition wants it, and what was understood on the way is said."""

import zipfile

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely

from given import CRS, parcels, square
from tuban.domain.layer import FieldSpec, LayerSpec
from tuban.domain.progress import Step
from tuban.errors import AmbiguousLayer, Cancelled, ForeignCRS, Text, UnknownLayer
from tuban.geo.io import FREE, layers_in, read_layer
from tuban.geo.write import write_layer, write_layers
from tuban.standards.load import profile


def field(name: str, zh: str, kind: str = "text", **more: object) -> FieldSpec:
    return FieldSpec(name, Text(zh, name), kind, **more)  # type: ignore[arg-type]


DLTB = LayerSpec(
    "DLTB",
    Text("地类图斑", "Land patches"),
    "present",
    "polygon",
    fields=(
        field("BSM", "标识码", required=True),
        field("DLBM", "地类编码", required=True, aliases=("DLDM", "CLASS_CODE")),
        field("TBMJ", "图斑面积", "number"),
        field("SJNF", "数据年份", "integer"),
        field("BHKSSJ", "变化开始时间", "date"),
        field("YJJBNTTBBH_LONG", "很长的名字"),
    ),
    id_field="BSM",
    aliases=("地类图斑面",),
)


def layer(**columns: object) -> gpd.GeoDataFrame:
    return parcels(2, **({"DLBM": ["0101", "0301", "0101", "1001"]} | columns))


def said(notes: tuple[Text, ...]) -> str:
    return "\n".join(note.zh for note in notes)


@pytest.mark.parametrize("name", ["a.gpkg", "a.gdb", "a.shp", "a.parquet", "a.geojson"])
def test_every_format_of_geometry_gives_the_same_frame(tmp_path, name):
    frame = layer(TBMJ=[1.5, 2.5, 3.5, 4.5], SJNF=[2024, 2024, 2023, 2023])
    if name.endswith("geojson"):
        frame.to_crs("EPSG:4490").to_file(tmp_path / name, driver="GeoJSON")
        read = read_layer(tmp_path / name, DLTB)
        assert read.crs == "EPSG:4490"
    else:
        write_layer(frame, tmp_path / name, format=name.split(".")[1], layer_name="DLTB")
        read = read_layer(tmp_path / name, DLTB)
        assert read.crs == CRS
    assert isinstance(read.frame, gpd.GeoDataFrame)
    assert read.frame.crs.to_epsg() == int(read.crs.removeprefix("EPSG:"))
    assert read.frame["DLBM"].tolist() == ["0101", "0301", "0101", "1001"]
    assert read.frame["TBMJ"].tolist() == [1.5, 2.5, 3.5, 4.5]
    assert str(read.frame["SJNF"].dtype) == "Int64"
    assert len(read.source_sha256) == 64
    assert read.frame.index.tolist() == [0, 1, 2, 3]


def test_names_are_found_by_alias_title_and_case_and_it_is_said(tmp_path):
    frame = layer().rename(columns={"DLBM": "dldm", "BSM": "标识码"})
    write_layer(frame, tmp_path / "a.gpkg", format="gpkg", layer_name="DLTB")
    read = read_layer(tmp_path / "a.gpkg", DLTB)
    assert {"BSM", "DLBM"} <= set(read.frame.columns)
    assert "dldm → DLBM" in said(read.notes)
    assert "标识码 → BSM" in said(read.notes)


def test_the_exact_name_wins_over_an_alias(tmp_path):
    write_layer(layer(DLDM=["x"] * 4), tmp_path / "a.gpkg", format="gpkg", layer_name="DLTB")
    read = read_layer(tmp_path / "a.gpkg", DLTB)
    assert read.frame["DLBM"].tolist() == ["0101", "0301", "0101", "1001"]
    assert read.frame["DLDM"].tolist() == ["x"] * 4


def test_a_name_cut_to_ten_letters_by_a_shapefile_is_recognised(tmp_path):
    write_layer(layer(YJJBNTTBBH_LONG=["a", "b", "c", "d"]), tmp_path / "a.shp", format="shp", layer_name="a")
    assert read_layer(tmp_path / "a.shp", DLTB).frame["YJJBNTTBBH_LONG"].tolist() == ["a", "b", "c", "d"]


def test_numbers_and_dates_written_as_text_are_read_and_it_is_said(tmp_path):
    frame = layer(
        TBMJ=["1.5", " 2 ", "", None], SJNF=["2024", "2023", None, "2024"], BHKSSJ=["2024-01-31"] * 4
    )
    write_layer(frame, tmp_path / "a.gpkg", format="gpkg", layer_name="DLTB")
    read = read_layer(tmp_path / "a.gpkg", DLTB)
    assert read.frame["TBMJ"].fillna(-1).tolist() == [1.5, 2, -1, -1]
    assert read.frame["SJNF"].fillna(0).tolist() == [2024, 2023, 0, 2024]
    assert read.frame["BHKSSJ"].dt.day.tolist() == [31] * 4
    assert "TBMJ" in said(read.notes)
    assert "BHKSSJ" in said(read.notes)


@pytest.mark.parametrize(
    "written", ["2024-01-31", "2024/01/31", "20240131", "2024年01月31日", "2024-01-31T00:00:00"]
)
def test_dates_are_read_in_every_usual_form(tmp_path, written):
    write_layer(layer(BHKSSJ=[written] * 4), tmp_path / "a.gpkg", format="gpkg", layer_name="DLTB")
    days = read_layer(tmp_path / "a.gpkg", DLTB).frame["BHKSSJ"]
    assert days.dt.strftime("%Y%m%d").tolist() == ["20240131"] * 4


def test_whole_numbers_kept_as_double_are_whole_numbers(tmp_path):
    write_layer(
        layer(SJNF=[2024.0, None, 2023.0, 2023.0]), tmp_path / "a.gpkg", format="gpkg", layer_name="DLTB"
    )
    assert read_layer(tmp_path / "a.gpkg", DLTB).frame["SJNF"].fillna(0).tolist() == [2024, 0, 2023, 2023]


def test_heights_and_measures_are_left_out_and_it_is_said(tmp_path):
    frame = layer()
    frame.geometry = shapely.force_3d(frame.geometry.array, 87.5)
    write_layer(frame, tmp_path / "a.gpkg", format="gpkg", layer_name="DLTB")
    read = read_layer(tmp_path / "a.gpkg", DLTB)
    assert not read.frame.geometry.has_z.any()
    assert "4 个对象的高程" in said(read.notes)
    assert "heights (Z) of 4" in read.notes[-1].en + read.notes[0].en


def test_the_layer_of_the_definitions_name_is_chosen_among_several(tmp_path):
    write_layers({"DLTB": layer(), "XZQ": layer()}, tmp_path / "a.gdb", format="gdb")
    read = read_layer(tmp_path / "a.gdb", DLTB)
    assert read.source_name == "a.gdb/DLTB"
    assert "DLTB" in said(read.notes)
    write_layers({"地类图斑面": layer(), "XZQ": layer()}, tmp_path / "b.gpkg", format="gpkg")
    assert read_layer(tmp_path / "b.gpkg", DLTB).source_name == "b.gpkg/地类图斑面"


def test_several_layers_without_a_choice_are_listed(tmp_path):
    write_layers({"A": layer(), "B": layer()}, tmp_path / "a.gdb", format="gdb")
    with pytest.raises(AmbiguousLayer) as caught:
        read_layer(tmp_path / "a.gdb", DLTB)
    assert "A、B" in caught.value.fix.zh
    assert len(read_layer(tmp_path / "a.gdb", DLTB, layer="b").frame) == 4
    with pytest.raises(UnknownLayer) as caught:
        read_layer(tmp_path / "a.gdb", DLTB, layer="DLTBB")
    assert "A、B" in caught.value.fix.zh


def test_layers_in_says_what_a_file_holds(tmp_path):
    table = pd.DataFrame({"XZQDM": ["410481001"]})
    write_layers({"DLTB": layer(), "RK": table}, tmp_path / "a.gdb", format="gdb")
    first, second = layers_in(tmp_path / "a.gdb")
    assert (first.name, first.geometry, first.rows, first.crs) == ("DLTB", "polygon", 4, CRS)
    assert first.fields == ("BSM", "DLBM")
    assert (second.name, second.geometry, second.rows, second.crs) == ("RK", "table", 1, None)


def test_a_folder_of_shapefiles_lists_each_with_its_tables(tmp_path):
    folder = tmp_path / "shapes"
    folder.mkdir()
    for name in ("DLTB", "XZQ"):
        write_layer(layer(), folder / f"{name}.shp", format="shp", layer_name=name)
    (folder / "RK.dbf").write_bytes((folder / "XZQ.dbf").read_bytes())
    assert [(found.name, found.geometry) for found in layers_in(folder)] == [
        ("DLTB", "polygon"),
        ("XZQ", "polygon"),
        ("RK", "table"),
    ]
    assert len(read_layer(folder, DLTB).frame) == 4


def test_shapefiles_of_one_name_in_an_archive_are_told_apart_by_folder(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for folder in ("before", "after"):
            (tmp_path / folder).mkdir()
            write_layer(layer(), tmp_path / folder / "CZKFBJ.shp", format="shp", layer_name="x")
            for part in (tmp_path / folder).iterdir():
                archive.write(part, f"{folder}/{part.name}")
    assert [found.name for found in layers_in(tmp_path / "a.zip")] == ["after/CZKFBJ", "before/CZKFBJ"]
    assert len(read_layer(tmp_path / "a.zip", DLTB, layer="before/CZKFBJ").frame) == 4


def test_a_foreign_system_is_converted_only_when_asked(tmp_path):
    frame = layer().to_crs("EPSG:4326")
    write_layer(frame, tmp_path / "a.gpkg", format="gpkg", layer_name="DLTB")
    with pytest.raises(ForeignCRS) as caught:
        read_layer(tmp_path / "a.gpkg", DLTB)
    assert "--convert-to EPSG:4490" in caught.value.fix.zh
    read = read_layer(tmp_path / "a.gpkg", DLTB, convert_to="EPSG:4547")
    assert read.crs == "EPSG:4547"
    assert read.frame.geometry.area.tolist() == pytest.approx([10_000] * 4, rel=1e-6)
    assert "EPSG:4326 转换到 EPSG:4547" in said(read.notes)


def test_a_stated_system_takes_the_place_of_the_files_own_and_it_is_said(tmp_path):
    frame = layer().to_crs("EPSG:4526").set_crs("EPSG:4547", allow_override=True)
    write_layer(frame, tmp_path / "a.gpkg", format="gpkg", layer_name="DLTB")
    read = read_layer(tmp_path / "a.gpkg", DLTB, crs="EPSG:4526")
    assert read.crs == "EPSG:4526"
    assert "EPSG:4547" in said(read.notes)


def test_swapped_axes_are_put_right_when_asked(tmp_path):
    frame = layer()
    frame.geometry = gpd.GeoSeries(shapely.transform(frame.geometry.array, lambda xy: xy[:, ::-1]), crs=CRS)
    write_layer(frame, tmp_path / "a.gpkg", format="gpkg", layer_name="DLTB")
    read = read_layer(tmp_path / "a.gpkg", DLTB, swap_axes=True)
    assert read.frame.geometry.iloc[0].equals(square())
    assert "两个轴" in said(read.notes)


def test_longitudes_among_the_attributes_betray_a_wrong_zone(tmp_path):
    from tuban.errors import WrongCRS

    frame = (
        layer(经度=[114.0] * 4, 纬度=[33.2] * 4).to_crs("EPSG:4546").set_crs("EPSG:4547", allow_override=True)
    )
    write_layer(frame, tmp_path / "a.gpkg", format="gpkg", layer_name="DLTB")
    with pytest.raises(WrongCRS) as caught:
        read_layer(tmp_path / "a.gpkg", DLTB)
    assert "--crs EPSG:4546" in caught.value.fix.zh


def test_a_reference_betrays_a_wrong_zone(tmp_path):
    from tuban.errors import WrongCRS

    frame = layer().to_crs("EPSG:4546").set_crs("EPSG:4547", allow_override=True)
    write_layer(frame, tmp_path / "a.gpkg", format="gpkg", layer_name="DLTB")
    reference = gpd.GeoSeries([square(-500, -500, 1200)], crs=CRS)
    with pytest.raises(WrongCRS) as caught:
        read_layer(tmp_path / "a.gpkg", DLTB, reference=reference)
    assert "--crs EPSG:4546" in caught.value.fix.zh


def test_faulty_rings_are_kept_when_asked_and_it_is_said(tmp_path):
    frame = layer()
    bow = shapely.Polygon([(500000, 3680000), (500100, 3680100), (500100, 3680000), (500000, 3680100)])
    frame.geometry = gpd.GeoSeries([bow, *frame.geometry.iloc[1:]], crs=CRS)
    write_layer(frame, tmp_path / "a.gpkg", format="gpkg", layer_name="DLTB")
    read = read_layer(tmp_path / "a.gpkg", DLTB, on_invalid="keep")
    assert read.frame.geometry.iloc[0].equals_exact(bow, 1e-6)
    assert "保留了 1 个" in said(read.notes)
    assert "500050" in said(read.notes)


def test_codes_in_a_csv_stay_text_and_numbers_become_numbers(tmp_path):
    (tmp_path / "a.csv").write_text(
        "XZQDM,DLBM,序列,面积,备注\n041048,0101,007,12.5,\n041049,0301,008,3,好\n", "utf-8"
    )
    read = read_layer(tmp_path / "a.csv")
    assert read.crs is None
    assert read.frame["XZQDM"].tolist() == ["041048", "041049"]
    assert read.frame["DLBM"].tolist() == ["0101", "0301"]
    assert read.frame["序列"].tolist() == ["007", "008"]
    assert read.frame["面积"].tolist() == [12.5, 3.0]
    assert "面积" in said(read.notes)


def test_the_separator_of_a_csv_is_found(tmp_path):
    (tmp_path / "a.csv").write_text("代码;名称;数\n01;甲;1\n", "utf-8")
    assert read_layer(tmp_path / "a.csv").frame.to_dict("records") == [{"代码": "01", "名称": "甲", "数": 1}]


def test_a_sheet_is_read_with_excels_own_kinds(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "规划指标"
    for row in [
        (),
        ("指标代码", "指标名称", "数值"),
        ("01", "耕地保有量", 12.5),
        (None, None, None),
        ("02", "林地", 3),
    ]:
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    frame = read_layer(tmp_path / "a.xlsx").frame
    assert frame["指标代码"].tolist() == ["01", "02"]
    assert frame["数值"].tolist() == [12.5, 3.0]


def test_the_hash_tells_whether_the_source_is_the_same(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_layer(layer(), tmp_path / name / "x.shp", format="shp", layer_name="x")
    first = read_layer(tmp_path / "a" / "x.shp").source_sha256
    assert first == read_layer(tmp_path / "b" / "x.shp").source_sha256
    (tmp_path / "b" / "x.prj").write_text((tmp_path / "b" / "x.prj").read_text().replace("x", "x") + " ")
    assert first != read_layer(tmp_path / "b" / "x.shp").source_sha256


def test_progress_grows_to_the_end_and_may_stop_the_work(tmp_path):
    write_layer(layer(), tmp_path / "a.gpkg", format="gpkg", layer_name="DLTB")
    shares: list[float] = []
    read_layer(tmp_path / "a.gpkg", progress=lambda step: shares.append(step.share))
    assert shares == sorted(shares)
    assert shares[-1] == 1

    def stop(step: Step) -> None:
        if step.share > 0.3:
            raise Cancelled(Text("停", "stop"), Text("–", "–"))

    with pytest.raises(Cancelled):
        read_layer(tmp_path / "a.gpkg", progress=stop)


def test_an_attribute_called_geometry_keeps_its_values_under_another_name(tmp_path):
    frame = layer()
    frame = gpd.GeoDataFrame(
        frame.drop(columns="geometry").assign(geometry=["a", "b", "c", "d"])
    ).set_geometry(gpd.GeoSeries(frame.geometry.array, crs=CRS).rename("shape"))
    write_layer(frame, tmp_path / "a.gpkg", format="gpkg", layer_name="DLTB")
    read = read_layer(tmp_path / "a.gpkg")
    assert read.frame["geometry_1"].tolist() == ["a", "b", "c", "d"]
    assert read.frame.geometry.iloc[0].equals(square())


def test_columns_that_tuban_computes_are_left_out(tmp_path):
    frame = layer(_fid=np.arange(4), _area_m2=[1.0] * 4)
    write_layer(frame, tmp_path / "a.gpkg", format="gpkg", layer_name="DLTB")
    read = read_layer(tmp_path / "a.gpkg")
    assert not {"_fid", "_area_m2"} & set(read.frame.columns)
    assert "_area_m2" in said(read.notes)


def test_a_real_definition_of_the_profile_reads_its_layer(tmp_path):
    spec = profile().layer("CZKFBJ")
    values = {"text": "1", "number": 1.5, "integer": 1, "date": "2024-01-01"}
    columns = {f.name: [values[f.kind]] * 4 for f in spec.fields if f.name != "BSM"}
    write_layer(parcels(2, **columns), tmp_path / "a.gdb", format="gdb", layer_name="CZKFBJ")
    read = read_layer(tmp_path / "a.gdb", spec)
    assert len(read.frame) == 4
    assert {f.name for f in spec.fields} <= set(read.frame.columns)


def test_a_free_layer_takes_any_fields_and_kinds(tmp_path):
    mixed = gpd.GeoDataFrame(
        {"a": ["1", "2", "3"]},
        geometry=[
            square(),
            shapely.Point(500000, 3680000),
            shapely.LineString([(500000, 3680000), (500100, 3680100)]),
        ],
        crs=CRS,
    )
    write_layer(mixed, tmp_path / "a.gpkg", format="gpkg", layer_name="x")
    assert read_layer(tmp_path / "a.gpkg", FREE).frame.geom_type.tolist() == [
        "Polygon",
        "Point",
        "LineString",
    ]
