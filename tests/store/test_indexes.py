"""Prepared zones beside their version: made once, found again, made anew when damaged, gone with the version."""

from __future__ import annotations

import threading
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from given import CRS, parcels, square, valid
from tuban.errors import InvalidGeometry, WrongUse
from tuban.geo.overlay import shares
from tuban.geo.zone_index import ZoneIndex
from tuban.store import Workspace, create
from tuban.store.indexes import ZoneIndexes


@pytest.fixture
def ws(tmp_path: Path):
    with create(tmp_path / "w", name="试验县", by="张三") as made:
        yield made


def add(ws: Workspace, frame: gpd.GeoDataFrame, code: str = "ZONES", start: str = "2021-01-01"):
    return ws.add_version(
        code, frame, source_name="x.gpkg", source_sha256="0" * 64, valid=valid(start), by="张三"
    )


def zones(side: float = 150) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"HXDM": ["a"]}, geometry=[square(0, 0, side)], crs=CRS)


def kept(ws: Workspace) -> list[str]:
    return sorted(file.name for file in ws.cache_dir("zones").iterdir())


def test_the_index_answers_as_the_zones_themselves(ws):
    version = add(ws, parcels(6))
    lots = parcels(4, side_m=130).geometry
    found = shares(lots, ws.indexes.of(version)).frame
    plain = shares(lots, ws.read(version).geometry).frame
    assert found.equals(plain)
    assert len(found) > 16


def test_it_is_made_once_and_read_from_its_file_by_whoever_comes_later(ws, monkeypatch):
    version = add(ws, zones())
    first = ws.indexes.of(version)
    assert ws.indexes.of(version) is first
    assert kept(ws) == [f"{version.sha256[:32]}-4547.npz"]
    monkeypatch.setattr(ZoneIndex, "of", lambda *_: pytest.fail("made again"))
    again = ZoneIndexes(ws).of(version)
    assert np.array_equal(again.rings.xy, first.rings.xy)


def test_another_system_is_another_index(ws):
    version = add(ws, zones())
    west = ws.indexes.of(version, "EPSG:4546")
    assert west.crs == "EPSG:4546"
    assert west.crs != ws.indexes.of(version).crs
    assert len(kept(ws)) == 2


def test_a_damaged_file_is_made_again(ws):
    version = add(ws, zones())
    ws.indexes.of(version)
    (file,) = ws.cache_dir("zones").iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    assert len(ZoneIndexes(ws).of(version).rings) == 1
    assert ZoneIndex.load(file).crs == CRS


def test_an_emptied_cache_costs_nothing_but_time(ws):
    version = add(ws, zones())
    ws.indexes.of(version)
    for file in ws.cache_dir("zones").iterdir():
        file.unlink()
    assert len(ZoneIndexes(ws).of(version).rings) == 1


def test_a_withdrawn_version_loses_its_index_and_others_keep_theirs(ws):
    first, second = add(ws, zones()), add(ws, zones(90), start="2022-01-01")
    for version in (first, second):
        ws.indexes.of(version)
    ws.withdraw(first, reason="错误", by="张三")
    assert kept(ws) == [f"{second.sha256[:32]}-4547.npz"]


def test_what_no_version_has_is_removed_when_an_index_is_made(ws):
    stray = ws.cache_dir("zones") / f"{'f' * 32}-4547.npz"
    stray.write_bytes(b"of a catalogue that was put back")
    version = add(ws, zones())
    ws.indexes.of(version)
    assert kept(ws) == [f"{version.sha256[:32]}-4547.npz"]


def test_many_threads_make_it_once(ws, monkeypatch):
    version = add(ws, zones())
    made = []
    plain = ZoneIndex.of.__func__

    def counted(cls, *args, **options):
        made.append(1)
        return plain(cls, *args, **options)

    monkeypatch.setattr(ZoneIndex, "of", classmethod(counted))
    found = []
    threads = [threading.Thread(target=lambda: found.append(ws.indexes.of(version))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert all(each is found[0] for each in found)


def test_memory_keeps_the_last_and_answers_for_the_others_from_disk(ws):
    versions = [add(ws, zones(100 + number), code=f"Z{number}") for number in range(3)]
    indexes = ZoneIndexes(ws, kept_bytes=1)
    for version in versions * 2:
        assert len(indexes.of(version).rings) == 1
    assert len(indexes._held) == 1


def test_lines_are_no_zones_and_a_crossing_zone_is_named(ws):
    lines = gpd.GeoDataFrame({"A": [1]}, geometry=[shapely.LineString(square().exterior.coords[:2])], crs=CRS)
    with pytest.raises(WrongUse):
        ws.indexes.of(add(ws, lines, code="ROADS"))
    x, y = square().bounds[:2]
    bow = shapely.Polygon([(x, y), (x + 9, y + 9), (x + 9, y), (x, y + 9)])
    with pytest.raises(InvalidGeometry):
        ws.indexes.of(add(ws, gpd.GeoDataFrame({"A": [1]}, geometry=[bow], crs=CRS), code="BOW"))
