"""Taking files in: what becomes a version, what is refused, and that a refusal leaves only its trace."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from given import CRS, parcels, valid
from tuban.errors import (
    BrokenFile,
    Cancelled,
    DuplicateId,
    EmptyLayer,
    ForeignCRS,
    InvalidGeometry,
    MissingField,
    NotFound,
    Text,
    TubanError,
    UnknownCRS,
    UnknownLayer,
    Unreadable,
    WrongCRS,
)
from tuban.geo.write import write_layer, write_layers
from tuban.store import Workspace, create
from tuban.workflows.export import write
from tuban.workflows.inspect import inspect
from tuban.workflows.intake import keep_profile, only_code, profile_of, take_in, take_in_all


def survey(sides: int = 2, **columns: object) -> gpd.GeoDataFrame:
    """Parcels with the columns that DLTB must have."""
    count = sides * sides
    return parcels(sides, DLBM=["0101"] * count, TBMJ=[10_000.0] * count, **columns)


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    with create(tmp_path / "w", name="试验县", by="张三") as made:
        yield made


@pytest.fixture
def gpkg(tmp_path: Path) -> Callable[..., Path]:
    def make(frame: gpd.GeoDataFrame | pd.DataFrame, name: str = "DLTB") -> Path:
        return write_layer(frame, tmp_path / f"{name}.gpkg", format="gpkg", layer_name=name)

    return make


def take(ws: Workspace, path: Path, code: str = "DLTB", **options):
    return take_in(ws, path, code, **{"valid": valid(), "by": "张三", **options})


def test_a_file_becomes_a_version_and_the_trail_tells_how(ws: Workspace, gpkg):
    version = take(ws, gpkg(survey(3)), note="初次入库")
    assert (version.code, version.number, version.rows, version.new) == ("DLTB", 1, 9, True)
    assert version.area_m2 == pytest.approx(90_000, rel=1e-3)
    assert ws.version("DLTB", on=date(2022, 1, 1)).sha256 == version.sha256
    last = ws.trail.entries(newest_first=True)[0]
    assert (last.action, last.subject, last.by) == ("layer.import", "DLTB/1", "张三")
    assert last.facts["source_sha256"] == version.source_sha256
    assert last.facts["act"] == "县政府批复"
    assert ws.verify().ok


def test_the_same_file_again_adds_nothing_and_says_so(ws: Workspace, gpkg):
    path = gpkg(survey())
    first = take(ws, path)
    again = take(ws, path)
    assert again.new is False
    assert again.number == first.number
    assert len(ws.versions("DLTB")) == 1
    other_act = take(ws, path, valid=valid(act="更正批复"))
    assert (other_act.new, other_act.number) == (True, 2)


def test_a_dry_run_stores_and_tells_nothing(ws: Workspace, gpkg):
    head = ws.trail.head
    version = take(ws, gpkg(survey()), dry_run=True)
    assert version.rows == 4
    with pytest.raises(Unreadable):
        take(ws, gpkg(survey().set_crs("EPSG:32649", allow_override=True), "X"), dry_run=True)
    assert ws.trail.head == head
    assert ws.versions() == []


def test_any_name_that_the_profile_knows_will_do(ws: Workspace, gpkg):
    assert take(ws, gpkg(survey()), "dltb").code == "DLTB"
    assert take(ws, gpkg(survey()), "地类图斑").code == "DLTB"


def test_other_data_come_in_under_a_free_code(ws: Workspace, gpkg):
    version = take(ws, gpkg(parcels(2, LIBELLE=["U", "AU", "A", "N"]), "zone"), "QT_ZONE")
    assert version.columns == ("BSM", "LIBELLE")


def test_foreign_coordinates_come_in_only_when_a_system_to_convert_to_is_named(ws: Workspace, gpkg):
    path = gpkg(parcels().to_crs("EPSG:32649"), "utm")
    with pytest.raises(ForeignCRS):
        take(ws, path, "QT_U")
    version = take(ws, path, "QT_U", convert_to=CRS)
    assert version.crs == CRS
    assert version.area_m2 == pytest.approx(40_000, rel=1e-3)
    told = ws.trail.entries(newest_first=True)[0].facts
    assert told["asked"]["convert_to"] == CRS
    assert any("EPSG:32649" in note["zh"] for note in told["read"])


def test_crossing_rings_come_in_as_they_are_only_when_asked(ws: Workspace, gpkg):
    frame = survey()
    path = gpkg(frame.set_geometry([BOW_TIE, *frame.geometry[1:]], crs=CRS))
    version = take(ws, path, on_invalid="keep")
    assert version.rows == 4
    assert version.notes
    assert ws.trail.entries(newest_first=True)[0].facts["asked"] == {"on_invalid": "keep"}


def text_file(name: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_text("这不是数据库", encoding="utf-8")
        return folder / name

    return make


def empty_file(name: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).touch()
        return folder / name

    return make


def truncated_zip(folder: Path) -> Path:
    whole = folder / "whole.zip"
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("a.shp", b"x" * 5000)
    cut = folder / "cut.zip"
    cut.write_bytes(whole.read_bytes()[:-60])
    return cut


def layer(change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame | pd.DataFrame]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        return write_layer(change(survey()), folder / "bad.gpkg", format="gpkg", layer_name="DLTB")

    return make


def parquet(change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        change(survey()).to_parquet(folder / "bad.parquet")
        return folder / "bad.parquet"

    return make


BOW_TIE = shapely.Polygon(
    [(500_000, 3_680_000), (500_100, 3_680_100), (500_100, 3_680_000), (500_000, 3_680_100)]
)
BAD: dict[str, tuple[Callable[[Path], Path], type[TubanError]]] = {
    "no such file": (lambda folder: folder / "none.gpkg", NotFound),
    "0 bytes": (empty_file("empty.gpkg"), BrokenFile),
    "text named .gdb": (text_file("text.gdb"), BrokenFile),
    "truncated zip": (truncated_zip, BrokenFile),
    "no CRS": (parquet(lambda f: f.set_crs(None, allow_override=True)), UnknownCRS),
    "foreign CRS": (layer(lambda f: f.to_crs("EPSG:3857")), ForeignCRS),
    "coordinates that contradict the CRS": (
        layer(lambda f: f.set_crs("EPSG:4490", allow_override=True)),
        WrongCRS,
    ),
    "no rows": (layer(lambda f: f.iloc[:0]), EmptyLayer),
    "a column is missing": (layer(lambda f: f.drop(columns="DLBM")), MissingField),
    "text where numbers belong": (layer(lambda f: f.assign(TBMJ=["很大"] * 4)), Unreadable),
    "a ring crosses itself": (
        layer(lambda f: f.set_geometry([BOW_TIE, *f.geometry[1:]], crs=CRS)),
        InvalidGeometry,
    ),
    "an object without geometry": (
        parquet(lambda f: f.set_geometry([None, *f.geometry[1:]], crs=CRS)),
        InvalidGeometry,
    ),
    "lines where polygons belong": (layer(lambda f: f.set_geometry(f.boundary)), InvalidGeometry),
    "one BSM twice": (layer(lambda f: f.assign(BSM="1")), DuplicateId),
}


@pytest.mark.parametrize("case", BAD, ids=str)
def test_bad_input_is_refused_with_a_reason_and_leaves_only_its_trace(
    ws: Workspace, tmp_path: Path, case: str
):
    make, error = BAD[case]
    kept = ws.add_version("QT_A", parcels(), valid=valid(), by="", source_name="a", source_sha256="0" * 64)
    path = make(tmp_path)
    files = sorted(ws.folder.glob("layers/*/*"))
    with pytest.raises(error) as refused:
        take(ws, path)
    assert refused.value.problem.zh
    assert refused.value.fix.zh
    assert refused.value.fix.en
    assert ws.versions() == [kept]
    assert sorted(ws.folder.glob("layers/*/*")) == files
    told = ws.trail.entries(newest_first=True)[0]
    assert (told.action, told.subject, told.by) == ("layer.refuse", "DLTB", "张三")
    assert told.facts["kind"] == type(refused.value).__name__
    assert told.facts["problem"]["zh"] == refused.value.problem.zh
    assert told.facts["file"] == path.name
    assert ws.verify().ok


def test_an_unknown_layer_code_is_refused_and_told(ws: Workspace, gpkg):
    with pytest.raises(UnknownLayer):
        take(ws, gpkg(survey()), "DLTX")
    assert ws.trail.entries(newest_first=True)[0].facts["kind"] == "UnknownLayer"


def test_a_stopped_import_is_no_refusal(ws: Workspace, gpkg):
    def stop(step) -> None:
        if step.share > 0.6:
            raise Cancelled(Text("已停止", "stopped"), Text("重新入库", "import again"))

    with pytest.raises(Cancelled):
        take(ws, gpkg(survey()), progress=stop)
    assert len(ws.trail) == 1
    assert ws.versions() == []


def test_coordinates_are_checked_against_the_workspaces_boundaries(ws: Workspace, gpkg):
    towns = parcels(2, side_m=20_000, XZQDM=["1", "2", "3", "4"], XZQMC=["甲", "乙", "丙", "丁"], MJ=4e8)
    take(ws, gpkg(towns, "XZQXZ"), "XZQXZ")
    shifted = parcels(4, side_m=10_000, DLBM="0101", TBMJ=1e8)
    shifted = shifted.set_geometry(shifted.translate(530, -180))  # as GCJ-02 would be
    with pytest.raises(WrongCRS):
        take(ws, gpkg(shifted, "DLTB"))


def test_every_known_layer_of_a_database_comes_in_and_one_refused_stops_no_other(
    ws: Workspace, tmp_path: Path
):
    towns = parcels(1, side_m=400, XZQDM=["1"], XZQMC=["甲"], MJ=160_000.0)
    bad = parcels(2)  # lacks what STBHHX must have, or has one identifier twice
    bad["BSM"] = "1"
    gdb = write_layers(
        {"DLTB": survey(4), "XZQXZ": towns, "STBHHX": bad, "随手画": parcels(1)},
        tmp_path / "县库.gdb",
        format="gdb",
    )
    taken, refused, unknown = take_in_all(ws, gdb, valid=valid(), by="张三")
    assert [version.code for version in taken] == ["XZQXZ", "DLTB"], "boundaries first"
    assert [r.code for r in refused] == ["STBHHX"]
    assert unknown == ["随手画"]
    assert ws.codes() == ["DLTB", "XZQXZ"]


def test_an_exported_version_can_be_taken_in_again(ws: Workspace, tmp_path: Path, gpkg):
    first = take(ws, gpkg(survey(3)))
    for format in ("gpkg", "parquet", "gdb"):
        path = write(ws, first, tmp_path / f"DLTB.{format}")
        again = take(ws, path, valid=valid("2030-01-01", act=format))
        assert again.new
        assert again.columns == first.columns
        assert again.area_m2 == pytest.approx(first.area_m2, abs=0.01)
        assert any("_area_m2" in note.zh for note in again.notes)


def test_a_code_is_told_from_the_only_known_layer(ws: Workspace, tmp_path: Path, gpkg):
    book = profile_of(ws)
    assert only_code(gpkg(survey()), book) == "DLTB"
    with pytest.raises(UnknownLayer):
        only_code(gpkg(parcels(), "zone"), book)
    both = write_layers({"DLTB": survey(), "XZQXZ": parcels()}, tmp_path / "b.gpkg", format="gpkg")
    with pytest.raises(TubanError) as several:
        only_code(both, book)
    assert "--all" in several.value.fix.zh


def test_looking_into_a_file_tells_what_an_import_would(ws: Workspace, tmp_path: Path):
    path = write_layers(
        {"DLTB": survey(), "STBHHX": parcels().assign(BSM="1"), "随手画": parcels(1)},
        tmp_path / "b.gpkg",
        format="gpkg",
    )
    head = ws.trail.head
    seen = {layer.name: layer for layer in inspect(path, profile_of(ws), ws=ws)}
    assert (seen["DLTB"].code, seen["DLTB"].error, seen["DLTB"].rows) == ("DLTB", None, 4)
    assert seen["DLTB"].area_m2 == pytest.approx(40_000, rel=1e-3)
    assert isinstance(seen["STBHHX"].error, Unreadable)
    assert seen["随手画"].code is None
    assert seen["随手画"].error is None
    assert seen["STBHHX"].record()["error"]["fix"]["zh"]
    assert ws.trail.head == head


def test_a_workspace_keeps_its_own_profile(ws: Workspace, tmp_path: Path):
    own = tmp_path / "county.yaml"
    own.write_text(
        "name: county\ntitle: {zh: 某县, en: A county}\nextends: national-2021\n", encoding="utf-8"
    )
    try:
        keep_profile(ws, str(own), by="张三")
    except TubanError as error:  # the form of such a file is the standards' business
        pytest.fail(f"{error.problem.en} {error.fix.en}")
    own.unlink()
    assert profile_of(ws).layer("DLTB").code == "DLTB"
    assert ws.settings["profile"] == "profile.yaml"
