"""Workspaces: made, found again, kept apart from what is none."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely
import sqlalchemy as sa

from given import CRS, parcels, valid
from tuban.domain.layer import LayerSpec
from tuban.domain.version import LayerVersion
from tuban.errors import (
    Damaged,
    EmptyLayer,
    ForeignCRS,
    InvalidGeometry,
    Text,
    UnknownCRS,
    UnknownLayer,
    UnknownVersion,
    WorkspaceNotFound,
    WorkspaceTooNew,
    WrongType,
    WrongUse,
)
from tuban.store import Workspace, create, open_workspace

SHA = "ab" * 32


def add(
    ws: Workspace, frame: pd.DataFrame | None = None, code: str = "DLTB", **options: object
) -> LayerVersion:
    frame = parcels() if frame is None else frame
    options = {
        "valid": valid(),
        "by": "张三",
        "source_name": "县库.gdb/DLTB",
        "source_sha256": SHA,
        **options,
    }
    return ws.add_version(code, frame, **options)  # type: ignore[arg-type]


def test_a_version_comes_back_as_it_went_in(ws: Workspace):
    version = add(
        ws, parcels(3, DLBM=["0101"] * 8 + [None], TBMJ=[float(i) for i in range(9)]), note="初次入库"
    )
    assert version.number == 1
    assert version.rows == 9
    assert version.crs == CRS
    assert version.geometry == "polygon"
    assert version.columns == ("BSM", "DLBM", "TBMJ")
    assert version.valid == valid()
    assert (version.source_name, version.source_sha256, version.note) == ("县库.gdb/DLTB", SHA, "初次入库")
    frame = ws.read(version).sort_values("BSM").reset_index(drop=True)
    original = parcels(3)
    assert frame["BSM"].tolist() == original["BSM"].tolist()
    assert frame["TBMJ"].tolist() == [float(i) for i in range(9)]
    assert frame["DLBM"].isna().sum() == 1
    assert frame.geometry.geom_equals(original.geometry).all()
    assert frame.crs == original.crs
    assert sorted(frame["_fid"]) == list(range(9))


def test_everything_is_there_after_opening_again(bench):
    first = bench.create(name="试验县", sample=True)
    version = add(first)
    first.close()
    again = bench.open()
    assert again.versions() == [version]
    assert again.version("DLTB") == version
    assert again.codes() == ["DLTB"]
    assert (again.name, again.sample, version.sample) == ("试验县", True, True)


def test_area_is_that_of_geo_area_and_sums_to_the_versions(ws: Workspace):
    from tuban.geo.area import area_m2

    version = add(ws, parcels(4))
    frame = ws.read(version)
    assert np.array_equal(frame["_area_m2"], area_m2(frame.geometry, CRS))
    assert version.area_m2 == pytest.approx(frame["_area_m2"].sum(), abs=1e-6)
    assert "_length_m" not in frame


def test_lines_carry_their_length_and_points_nothing(ws: Workspace):
    line = shapely.LineString([(500_000, 3_680_000), (500_000, 3_681_000)])
    roads = add(ws, gpd.GeoDataFrame({"MC": ["路"]}, geometry=[line], crs=CRS), "QT_DL")
    assert roads.geometry == "line"
    assert roads.area_m2 is None
    # On the central meridian the plane is true to scale.
    assert ws.read(roads)["_length_m"][0] == pytest.approx(1000, abs=0.01)
    points = add(
        ws, gpd.GeoDataFrame({"MC": ["站"]}, geometry=[shapely.Point(500_000, 3_680_000)], crs=CRS), "QT_DD"
    )
    assert points.geometry == "point"
    assert [name for name in ws.read(points) if name.startswith("_")] == ["_fid"]


def test_a_table_without_geometry_keeps_its_order(ws: Workspace):
    table = pd.DataFrame({"ZB": ["丙", "甲", "乙"], "Z": [3, 1, 2]})
    version = add(ws, table, "ZBB")
    assert (version.geometry, version.crs, version.bounds, version.area_m2) == ("table", None, None, None)
    back = ws.read(version)
    assert not isinstance(back, gpd.GeoDataFrame)
    assert back["ZB"].tolist() == ["丙", "甲", "乙"]
    assert back["_fid"].tolist() == [0, 1, 2]


def test_bounds_are_in_degrees_whatever_the_layers_system(ws: Workspace):
    west, south, east, north = add(ws).bounds  # type: ignore[misc]
    # The origin lies on 114°E; 200 m east at 33.2°N are about 0.00214°.
    assert west == pytest.approx(114, abs=1e-9)
    assert east - west == pytest.approx(
        200 / (6_378_137 * np.cos(np.radians(33.246)) * np.pi / 180), rel=0.003
    )
    assert 33.2 < south < north < 33.3
    degrees = gpd.GeoDataFrame({"A": [1]}, geometry=[shapely.box(113.25, 33, 113.5, 33.25)], crs="EPSG:4490")
    assert add(ws, degrees, "QT_D").bounds == (113.25, 33, 113.5, 33.25)


def test_the_same_again_is_no_new_version_but_another_validity_is(ws: Workspace):
    first = add(ws)
    before = len(ws.trail)
    assert add(ws) == first
    assert len(ws.trail) == before
    second = add(ws, valid=valid("2023-01-01"))
    assert second.number == 2
    assert second.file == first.file, "the same content lies on the disk once"
    assert ws.verify().ok


def test_the_same_again_after_a_withdrawal_is_a_new_version(ws: Workspace):
    ws.withdraw(add(ws), reason="误入", by="李四")
    assert add(ws).number == 2


def test_a_dry_run_measures_and_stores_nothing(ws: Workspace):
    version = add(ws, dry_run=True)
    assert version.area_m2 == pytest.approx(40_000, rel=1e-3)
    assert (version.number, version.file, version.sha256) == (1, "", "")
    assert ws.versions() == []
    assert len(ws.trail) == 1


def test_a_box_gives_what_touches_it(ws: Workspace):
    version = add(ws, parcels(10))
    # In the middle of the cell in column 3, row 7 from the southwest.
    found = ws.read(version, bbox=(500_340, 3_680_740, 500_360, 3_680_760))
    assert found["BSM"].tolist() == ["41048110000000007" + "3"]
    corner = ws.read(version, bbox=(500_100, 3_680_100, 500_100, 3_680_100), columns=["BSM"])
    assert len(corner) == 4
    assert list(corner.columns) == ["_fid", "BSM", "geometry"]
    assert len(ws.read(version, bbox=(0, 0, 1, 1))) == 0


def test_conditions_and_columns_are_applied(ws: Workspace):
    version = add(ws, parcels(2, DLBM=["0101", "0301", "0101", "1001"]))
    assert len(ws.read(version, where=[("DLBM", "==", "0101")])) == 2
    assert (
        len(
            ws.read(
                version,
                where=[("DLBM", "in", ["0301", "1001"])],
                bbox=(500_000, 3_680_000, 500_150, 3_680_050),
            )
        )
        == 1
    )
    table = ws.table(version, columns=["DLBM"])
    assert table.column_names == ["DLBM"]
    with pytest.raises(WrongUse, match="NICHT"):
        ws.read(version, columns=["NICHT"])
    with pytest.raises(WrongUse):
        ws.read(version, bbox=(2, 2, 1, 1))


def test_a_number_or_a_date_that_does_not_exist_says_what_does(ws: Workspace):
    with pytest.raises(UnknownLayer) as no_layer:
        ws.version("DLTB")
    assert no_layer.value.fix.zh
    add(ws)
    with pytest.raises(UnknownLayer) as near:
        ws.version("DLTP")
    assert near.value.facts["near"] == ["DLTB"]
    with pytest.raises(UnknownVersion):
        ws.version("DLTB", number=2)
    with pytest.raises(UnknownVersion) as early:
        ws.version("DLTB", on=date(2020, 12, 31))
    assert "2021-01-01" in early.value.fix.zh


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda f: f.iloc[:0], EmptyLayer),
        (lambda f: f.set_crs(None, allow_override=True), UnknownCRS),
        (lambda f: f.set_crs("EPSG:32649", allow_override=True), ForeignCRS),
        (lambda f: f.set_geometry([None, *f.geometry[1:]], crs=CRS), InvalidGeometry),
        (lambda f: f.assign(X=[1, "a", 2.5, None]), WrongType),
        (lambda f: f.assign(_fid=1), WrongUse),
        (lambda f: f.rename(columns={"BSM": "A"}).assign(B=1).rename(columns={"B": "A"}), WrongUse),
    ],
    ids=["empty", "no crs", "foreign crs", "null geometry", "mixed column", "reserved name", "name twice"],
)
def test_what_cannot_be_kept_is_refused_and_leaves_nothing(sqlite_bench, change, error):
    ws = sqlite_bench.create()
    with pytest.raises(error) as refused:
        add(ws, change(parcels()))
    assert refused.value.problem.zh
    assert refused.value.fix.en
    assert ws.versions() == []
    assert not list(ws.folder.glob("layers/*/*"))


@pytest.mark.parametrize("code", ["dltb", "../X", "A/B", "", "A" * 65, "C:X", "A.B"])
def test_a_code_that_cannot_name_a_folder_is_refused(sqlite_bench, code: str):
    with pytest.raises(WrongUse):
        add(sqlite_bench.create(), code=code)


def test_a_code_must_be_the_definitions(sqlite_bench):
    spec = LayerSpec("STBHHX", Text("生态保护红线", "ecological redline"), "plan", "polygon")
    with pytest.raises(WrongUse):
        add(sqlite_bench.create(), code="DLTB", spec=spec)


def test_an_end_before_the_start_is_refused(sqlite_bench):
    with pytest.raises(WrongUse):
        add(sqlite_bench.create(), valid=valid("2022-01-01", "2022-01-01"))


def test_settings_are_kept_and_told_to_the_trail(bench):
    ws = bench.create()
    ws.settings.set("place", {"code": "410481", "name": "舞钢市"}, by="李四")
    ws.settings.set("place", {"code": "410481", "name": "舞钢市"}, by="李四")
    ws.settings["scale"] = 2
    again = bench.open()
    assert again.settings["place"]["name"] == "舞钢市"
    assert again.settings["scale"] == 2
    assert again.settings.get("nothing") is None
    changes = [entry for entry in again.trail.entries() if entry.action == "setting.change"]
    assert [(entry.subject, entry.by) for entry in changes] == [("place", "李四"), ("scale", "")]


def test_what_another_process_wrote_is_seen_at_once(bench):
    one = bench.create()
    other = bench.open()
    assert other.versions() == []
    version = add(one)
    assert other.versions() == [version]


def test_a_cache_is_made_on_demand(sqlite_bench):
    folder = sqlite_bench.create().cache_dir("tiles")
    assert folder.is_dir()
    assert folder.parent.name == "cache"


def test_no_workspace_is_said_and_nothing_is_made(tmp_path: Path):
    with pytest.raises(WorkspaceNotFound) as missing:
        open_workspace(tmp_path / "none")
    assert "tuban layers init" in missing.value.fix.zh
    assert list(tmp_path.iterdir()) == []


def test_a_second_workspace_in_one_folder_is_refused(bench):
    bench.create()
    with pytest.raises(WrongUse):
        bench.create()


def test_a_folder_with_other_files_may_become_a_workspace(tmp_path: Path):
    (tmp_path / "县库.gdb").mkdir()
    create(tmp_path, name="县").close()
    assert (tmp_path / "县库.gdb").is_dir()


def test_layers_without_a_catalogue_are_not_built_over(sqlite_bench):
    ws = sqlite_bench.create()
    version = add(ws)
    ws.close()
    (sqlite_bench.folder / "catalogue.sqlite").unlink()
    with pytest.raises(WorkspaceNotFound):
        sqlite_bench.open()
    with pytest.raises(WrongUse):
        sqlite_bench.create()
    assert (sqlite_bench.folder / version.file).exists()


def test_a_workspace_of_a_newer_tuban_is_left_alone(bench):
    ws = bench.create()
    add(ws)
    ws.close()
    with bench.engine().begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0999'"))
        connection.execute(sa.text("UPDATE setting SET value = '\"7.3.0\"' WHERE key = 'tuban_version'"))
    with pytest.raises(WorkspaceTooNew) as newer:
        bench.open()
    assert "7.3.0" in newer.value.problem.zh
    assert "7.3.0" in newer.value.fix.en


def test_a_catalogue_that_is_none_is_damaged(sqlite_bench):
    sqlite_bench.create().close()
    (sqlite_bench.folder / "catalogue.sqlite").write_bytes(
        b"not a database, but long enough to look at" * 100
    )
    with pytest.raises(Damaged):
        sqlite_bench.open()


def test_a_missing_or_shortened_file_is_damaged(sqlite_bench):
    ws = sqlite_bench.create()
    version = add(ws)
    file = ws.path(version)
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(Damaged):
        ws.read(version)
    file.unlink()
    with pytest.raises(Damaged):
        ws.read(version)


def test_a_file_altered_inside_is_found_when_it_is_read(sqlite_bench):
    ws = sqlite_bench.create()
    version = add(ws, parcels(20))
    file = ws.path(version)
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 255
    file.write_bytes(content)
    with pytest.raises(Damaged):
        ws.read(version)


def test_a_workspace_of_an_older_tuban_is_brought_up_to_date(bench, monkeypatch: pytest.MonkeyPatch):
    from tuban.store import catalogue

    ws = bench.create()
    version = add(ws)
    ws.close()
    monkeypatch.setattr(catalogue, "REVISIONS", (*catalogue.REVISIONS, "9999"))

    def to_9999(connection: sa.Connection) -> None:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))

    monkeypatch.setattr(catalogue, "upgrade", to_9999)
    again = bench.open()
    assert again.versions() == [version]
    assert again.trail.entries(newest_first=True)[0].action == "workspace.upgrade"
    assert again.verify().ok
    again.close()
    assert len(bench.open().trail) == 3, "once is enough"


def test_the_file_is_geoparquet_that_others_read(ws: Workspace):
    version = add(ws, parcels(10))
    file = ws.path(version)
    other = gpd.read_parquet(file, bbox=(500_340, 3_680_740, 500_360, 3_680_760))
    assert len(other) == 1
    assert other.crs.to_epsg() == 4547
    assert "bbox" not in other
    geo = json.loads(pq.read_schema(file).metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    column = geo["columns"]["geometry"]
    assert column["crs"]["id"] == {"authority": "EPSG", "code": 4547}
    assert column["geometry_types"] == ["Polygon"]
    assert column["bbox"] == [500_000, 3_680_000, 501_000, 3_681_000]
    assert column["covering"]["bbox"]["ymax"] == ["bbox", "ymax"]


def test_a_column_called_bbox_is_kept(sqlite_bench):
    ws = sqlite_bench.create()
    version = add(ws, parcels(2, bbox=["a", "b", "c", "d"]))
    assert sorted(ws.read(version, bbox=(500_010, 3_680_010, 500_020, 3_680_020))["bbox"]) == ["a"]


def test_rows_are_stored_so_that_a_box_needs_few_row_groups(sqlite_bench, monkeypatch: pytest.MonkeyPatch):
    from tuban.store import parquet

    monkeypatch.setattr(parquet, "ROWS_PER_GROUP", 100)
    ws = sqlite_bench.create()
    shuffled = parcels(50).sample(frac=1, random_state=1)
    file = pq.ParquetFile(ws.path(add(ws, shuffled)))
    assert file.num_row_groups == 25
    touched = 0
    # The middle of the county: where a curve by rows would touch every group.
    for group in range(file.num_row_groups):
        columns = {
            file.metadata.row_group(group).column(i).path_in_schema: i
            for i in range(file.metadata.num_columns)
        }
        stats = {
            side: file.metadata.row_group(group).column(columns[f"bbox.{side}"]).statistics
            for side in ("xmin", "xmax", "ymin", "ymax")
        }
        touched += (
            stats["xmin"].min <= 502_400 <= stats["xmax"].max
            and stats["ymin"].min <= 3_682_400 <= stats["ymax"].max
        )
    assert touched <= 4


def test_the_hilbert_curve_visits_every_cell_and_never_jumps():
    from tuban.store.arrange import _hilbert_distance

    level = 5
    x, y = (grid.ravel() for grid in np.meshgrid(np.arange(32), np.arange(32)))
    distance = _hilbert_distance(x, y, level)
    assert sorted(distance) == list(range(1024))
    along = np.argsort(distance)
    steps = np.abs(np.diff(x[along])) + np.abs(np.diff(y[along]))
    assert set(steps) == {1}


def test_the_same_rows_give_the_same_bytes(tmp_path: Path):
    hashes = set()
    for name in ("a", "b"):
        with create(tmp_path / name, name=name) as ws:
            hashes.add(add(ws, parcels(5)).sha256)
    assert len(hashes) == 1


def test_the_tables_are_what_the_migrations_make(bench):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    import tuban.store
    from tuban.store.catalogue import REVISIONS
    from tuban.store.tables import metadata

    bench.create()
    with bench.engine().connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    scripts = ScriptDirectory(str(Path(tuban.store.__file__).parent / "migrations"))
    assert tuple(script.revision for script in reversed(list(scripts.walk_revisions()))) == REVISIONS


def test_only_postgresql_is_taken_as_a_database(tmp_path: Path):
    for address in ("mysql://x/y", "nonsense", "sqlite:///x.db"):
        with pytest.raises(WrongUse):
            create(tmp_path / "w", name="县", database=address)
    assert not (tmp_path / "w").exists()


def test_a_workspace_with_its_own_catalogue_takes_no_address(sqlite_bench):
    sqlite_bench.create()
    with pytest.raises(WrongUse):
        open_workspace(sqlite_bench.folder, database="postgresql://localhost/x")


@pytest.mark.postgres
def test_a_folder_and_a_database_of_another_workspace_do_not_mix(tmp_path: Path, postgres):
    one, two = postgres(), postgres()
    create(tmp_path / "one", name="甲", database=one).close()
    create(tmp_path / "two", name="乙", database=two).close()
    with pytest.raises(WrongUse):
        open_workspace(tmp_path / "one", database=two)
    with pytest.raises(WrongUse):
        create(tmp_path / "three", name="丙", database=two)
    # The folder's own note is enough where no password is needed, and never holds one.
    with open_workspace(tmp_path / "one") as ws:
        assert ws.name == "甲"


@pytest.mark.postgres
def test_the_password_stays_out_of_the_folder(tmp_path: Path, postgres):
    address = postgres().replace("postgres@", "postgres:geheim@")
    with create(tmp_path / "w", name="县", database=address) as ws:
        assert "geheim" not in ws.database
    assert all(b"geheim" not in file.read_bytes() for file in (tmp_path / "w").iterdir() if file.is_file())
