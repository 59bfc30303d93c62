"""A dataset in pieces gives what the whole layer gives, on every engine, with a worker lost or not."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely

from given import CRS, parcels, square
from tuban.domain.progress import Step
from tuban.errors import Cancelled, EmptyLayer, InvalidGeometry, NotFound, Text, WrongUse
from tuban.geo import pieces as pieces_module
from tuban.geo import pieces_zones
from tuban.geo.overlay import Tolerance, shares_of_file
from tuban.geo.pieces import pieces_of
from tuban.geo.pieces_zones import ZoneLayer, zones_of
from tuban.geo.zone_index import ZoneIndex
from tuban.store.arrange import arrange
from tuban.workflows.shares import shares_of_dataset


def keep(frame: gpd.GeoDataFrame, file: Path, *, group: int = 8) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(arrange(frame).table, file, row_group_size=group)
    return file


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """Two counties: 64 squares of 100 m west, 36 east of them, 900 m away."""
    folder = tmp_path / "dltb"
    keep(parcels(8), folder / "county=410481" / "part-0.parquet")
    east = parcels(6)
    east["geometry"] = east.geometry.translate(1700, 0)
    keep(east, folder / "county=410422" / "part-0.parquet")
    return folder


@pytest.fixture
def lines(tmp_path: Path) -> dict[str, Path]:
    """A strip of 250 m through both counties, and a zone of two parts, one in each."""
    strip = gpd.GeoDataFrame({"HXDM": ["a"]}, geometry=[shapely.box(*_box(-50, 0, 2500, 250))], crs=CRS)
    parts = shapely.MultiPolygon([square(350, 350, 100), square(1750, 350, 100)])
    zones = gpd.GeoDataFrame({"HXDM": ["far", "two"]}, geometry=[square(0, 9000, 100), parts], crs=CRS)
    return {"JQ": keep(strip, tmp_path / "strip.parquet"), "ZONES": keep(zones, tmp_path / "zones.parquet")}


def _box(west: float, south: float, east: float, north: float) -> tuple[float, float, float, float]:
    low, high = square(west, south, 1).bounds, square(east, north, 1).bounds
    return low[0], low[1], high[0], high[1]


def run(county: Path, lines: dict[str, Path], out: Path, **options) -> pd.DataFrame:
    return plain(shares_of_dataset(county, lines, out, **options).file)


def plain(file: Path) -> pd.DataFrame:
    """The rows written, words as words."""
    found = pd.read_parquet(file)
    return found.astype(dict.fromkeys(("county", "file", "layer"), "str"))


def test_pieces_hold_every_row_once_in_order(county):
    found = pieces_of(county, rows=20)
    assert [piece.county for piece in found] == ["410422"] * 2 + ["410481"] * 4
    for name, rows in (("410422", 36), ("410481", 64)):
        own = [piece for piece in found if piece.county == name]
        ends = np.cumsum([piece.rows for piece in own])
        assert ends[-1] == rows
        assert [piece.first_row for piece in own] == [0, *ends[:-1].tolist()]
        assert max(piece.rows for piece in own) <= 20


def test_a_piece_is_bounded_by_its_own_parcels(county):
    for piece in pieces_of(county, rows=8):
        frame = gpd.read_parquet(county / piece.file)
        own = frame.iloc[piece.first_row : piece.first_row + piece.rows]
        assert piece.box == pytest.approx(tuple(own.total_bounds))


def test_only_zones_near_a_piece_are_prepared_for_it_and_of_them_only_the_near_parts(county, lines):
    layer = ZoneLayer("ZONES", lines["ZONES"], id_column="HXDM")
    names = pd.read_parquet(lines["ZONES"], columns=["HXDM"])["HXDM"].tolist()
    west = next(piece for piece in pieces_of(county, rows=1000) if piece.county == "410481")
    found = zones_of(layer.near(west), west)
    assert found.number.tolist() == [names.index("two")]
    assert found.ids is not None
    assert found.ids.to_pylist() == ["two"]
    assert found.index.shapes(np.array([0]))[0].bounds == square(350, 350, 100).bounds


def test_row_groups_far_from_a_piece_are_not_read(county, tmp_path):
    file = keep(parcels(9, side_m=270.0)[["BSM", "geometry"]], tmp_path / "cells.parquet", group=5)
    layer = ZoneLayer("C", file)
    groups = pieces_of(file, rows=1)
    for piece in pieces_of(county, rows=8):
        west, south, east, north = piece.box
        near = [
            group.first_row
            for group in groups
            if group.box[0] <= east
            and group.box[2] >= west
            and group.box[1] <= north
            and group.box[3] >= south
        ]
        assert [first for _, first in layer.near(piece).groups] == near
        assert len(near) < len(groups)


def test_lines_held_one_row_group_at_a_time_are_the_same_lines(county, tmp_path, monkeypatch):
    file = keep(parcels(9, side_m=270.0)[["BSM", "geometry"]], tmp_path / "cells.parquet", group=5)
    roomy = run(county, {"C": file}, tmp_path / "roomy.parquet", rows=8, zone_id="BSM")
    monkeypatch.setattr(pieces_zones, "KEPT_BYTES", 1)
    tight = run(county, {"C": file}, tmp_path / "tight.parquet", rows=8, zone_id="BSM")
    pd.testing.assert_frame_equal(tight, roomy)
    assert len(pieces_zones._kept) == 1
    assert tight.groupby(["file", "parcel"])["share"].sum().to_numpy() == pytest.approx(1.0)


def test_areas_are_the_overlaps_that_arithmetic_gives(county, lines, engine, tmp_path):
    found = run(county, lines, tmp_path / "out.parquet", engine=engine, rows=20, zone_id="HXDM")
    strip = found[found["layer"] == "JQ"]
    # 250 m of rows 100 m high: two whole rows and half of the third.
    assert sorted(strip["share"].round(9).unique()) == [0.5, 1.0]
    assert len(strip) == 3 * 8 + 3 * 6
    two = found[found["layer"] == "ZONES"]
    assert set(two["zone_id"]) == {"two"}
    # The square of 100 m lies on four parcels of the western county and four of the eastern one.
    assert two.groupby("county", observed=True)["share"].agg(["count", "sum"]).to_numpy().tolist() == [
        [4, pytest.approx(1.0)],
        [4, pytest.approx(1.0)],
    ]


def test_pieces_give_what_the_whole_file_gives(county, lines, engine, tmp_path):
    found = run(county, lines, tmp_path / "out.parquet", engine=engine, rows=16)
    indices = {name: ZoneIndex.of(gpd.read_parquet(file).geometry) for name, file in lines.items()}
    for file in sorted(county.rglob("*.parquet")):
        own = found[found["file"] == file.relative_to(county).as_posix()]
        for name, whole in shares_of_file(file, indices).items():
            mine = own[own["layer"] == name].sort_values(["parcel", "zone"])
            assert mine["parcel"].tolist() == whole.frame["parcel"].tolist()
            assert mine["zone"].tolist() == whole.frame["zone"].tolist()
            np.testing.assert_allclose(mine["area_m2"], whole.frame["area_m2"], rtol=0, atol=1e-6)


def test_every_engine_writes_the_same_bytes(county, lines, engine, tmp_path):
    here = shares_of_dataset(county, lines, tmp_path / "here.parquet", rows=20)
    other = shares_of_dataset(county, lines, tmp_path / "other.parquet", rows=20, engine=engine)
    assert other.file.read_bytes() == here.file.read_bytes()
    pd.testing.assert_frame_equal(other.frame, here.frame)


def test_a_killed_worker_changes_nothing_but_the_time(county, lines, dask_engine, tmp_path):
    here = shares_of_dataset(county, lines, tmp_path / "here.parquet", rows=8)
    killed: list[int] = []

    def kill_one(step: Step) -> None:
        if step.share > 0.2 and not killed:
            child = multiprocessing.active_children()[0]
            child.kill()
            killed.append(child.pid or 0)

    other = shares_of_dataset(
        county, lines, tmp_path / "other.parquet", rows=8, engine=dask_engine, progress=kill_one
    )
    assert killed
    assert other.file.read_bytes() == here.file.read_bytes()


def test_how_a_piece_is_read_changes_nothing(county, lines, tmp_path, monkeypatch):
    whole = shares_of_dataset(county, lines, tmp_path / "whole.parquet", rows=1000)
    monkeypatch.setattr(pieces_module, "ROWS_AT_ONCE", 3)
    small = shares_of_dataset(county, lines, tmp_path / "small.parquet", rows=1000)
    pd.testing.assert_frame_equal(plain(small.file), plain(whole.file))


def test_a_store_of_objects_is_read_like_a_folder(county, lines, tmp_path):
    fsspec = pytest.importorskip("fsspec", reason="fsspec is not installed (comes with Dask)")
    memory = fsspec.filesystem("memory")
    memory.put(str(county), "/bucket/dltb", recursive=True)
    memory.put(str(lines["ZONES"]), "/bucket/zones.parquet")
    here = run(county, {"ZONES": lines["ZONES"]}, tmp_path / "here.parquet")
    there = run(
        "memory://bucket/dltb", {"ZONES": "memory://bucket/zones.parquet"}, tmp_path / "there.parquet"
    )
    pd.testing.assert_frame_equal(there, here)


def test_lines_in_degrees_or_another_zone_are_converted(county, lines, tmp_path):
    same = run(county, lines, tmp_path / "same.parquet")
    for crs in ("EPSG:4490", "EPSG:4546"):
        other = {}
        for name, file in lines.items():
            # A long edge is another line in another plane: divided, it stays where it was.
            frame = gpd.read_parquet(file)[["HXDM", "geometry"]]
            frame["geometry"] = frame.geometry.segmentize(10)
            other[name] = keep(frame.to_crs(crs), tmp_path / f"{name}-{crs[5:]}.parquet")
        found = run(county, other, tmp_path / "other.parquet")
        merged = same.merge(found, on=["file", "parcel", "layer"], how="outer", suffixes=("", "_other"))
        # Corners of lines that touch parcels come back within micrometres: slivers of no size may appear.
        np.testing.assert_allclose(merged["area_m2"].fillna(0), merged["area_m2_other"].fillna(0), atol=0.02)


def test_slivers_are_left_out_as_asked(county, lines, tmp_path):
    wide = run(county, lines, tmp_path / "out.parquet", tolerance=Tolerance(sliver_m2=3000))
    assert (wide["area_m2"] > 3000).all()
    assert set(wide["layer"]) == {"JQ"}


def test_parcels_without_an_area_are_measured(county, lines, tmp_path):
    bare = tmp_path / "bare"
    bare.mkdir()
    frame = gpd.read_parquet(county / "county=410481" / "part-0.parquet")
    frame.drop(columns=["_area_m2"]).to_parquet(bare / "410481.parquet")
    found = run(bare, lines, tmp_path / "a.parquet")
    known = run(county / "county=410481", lines, tmp_path / "b.parquet")
    assert set(found["county"]) == {"410481"}
    np.testing.assert_allclose(found["area_m2"], known["area_m2"], rtol=1e-12)


def test_sums_by_county_are_the_sums_of_the_rows(county, lines, tmp_path):
    done = shares_of_dataset(county, lines, tmp_path / "out.parquet", parcel_id="BSM", rows=10)
    rows = plain(done.file)
    assert done.parcels == 100
    assert done.pairs == len(rows)
    sums = rows.groupby(["county", "layer"], observed=True).agg(
        parcels=("parcel", "nunique"), pairs=("parcel", "size"), area_m2=("area_m2", "sum")
    )
    told = done.frame.set_index(["county", "layer"]).sort_index()
    pd.testing.assert_frame_equal(told, sums.sort_index(), check_index_type=False)
    assert rows["parcel_id"].str.startswith("4104811").all()


def test_a_crossing_zone_or_parcel_is_refused_by_row_and_no_file_is_left(county, lines, engine, tmp_path):
    bow = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    moved = shapely.affinity.translate(bow, *square().bounds[:2])
    crossing = gpd.GeoDataFrame({"BSM": ["x"], "HXDM": ["x"]}, geometry=[moved], crs=CRS)
    file = tmp_path / "crossing.parquet"
    crossing.to_parquet(file)
    out = tmp_path / "out.parquet"
    with pytest.raises(InvalidGeometry, match="分区"):
        shares_of_dataset(county, {"BAD": file}, out, engine=engine)
    with pytest.raises(InvalidGeometry, match="图斑"):
        shares_of_dataset(file, {"JQ": keep(_half(), tmp_path / "half.parquet")}, out, engine=engine)
    assert not list(tmp_path.glob("out*"))


def _half() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"HXDM": ["a"]}, geometry=[square(0, 0, 60)], crs=CRS)


def test_a_stopped_run_leaves_no_file(county, lines, engine, tmp_path):
    def stop(step: Step) -> None:
        if step.share > 0.3:
            raise Cancelled(Text("已取消", "Cancelled"), Text("重新运行", "Run it again"))

    with pytest.raises(Cancelled):
        shares_of_dataset(county, lines, tmp_path / "out.parquet", engine=engine, rows=8, progress=stop)
    assert not list(tmp_path.glob("out*"))


def test_what_cannot_be_meant_is_refused_with_a_way_on(county, lines, tmp_path):
    out = tmp_path / "out.parquet"
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(NotFound):
        shares_of_dataset(empty, lines, out)
    with pytest.raises(WrongUse, match="控制线"):
        shares_of_dataset(county, {}, out)
    with pytest.raises(WrongUse, match=r"\.parquet"):
        shares_of_dataset(county, lines, tmp_path / "out.csv")
    with pytest.raises(WrongUse, match="NOPE"):
        shares_of_dataset(county, lines, out, parcel_id="NOPE")
    with pytest.raises(WrongUse, match="NOPE"):
        shares_of_dataset(county, lines, out, zone_id="NOPE")
    with pytest.raises(WrongUse):
        shares_of_dataset("nowhere://x/y", lines, out)
    none = tmp_path / "none.parquet"
    parcels(2).iloc[:0].to_parquet(none)
    with pytest.raises(EmptyLayer):
        shares_of_dataset(none, lines, out)
