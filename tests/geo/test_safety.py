"""Nothing but local data files is opened, and an archive cannot reach out of its folder or fill the disk."""

import io
import os
import stat
import zipfile
from pathlib import Path

import pytest

from given import parcels
from tuban.errors import BrokenFile, FormatNotAllowed, NotFound, UnsafeFile
from tuban.geo import safety
from tuban.geo.io import layers_in, read_layer
from tuban.geo.write import write_layer


def archive(path: Path, entries: dict[str, bytes], **kind: int) -> Path:
    with zipfile.ZipFile(path, "w", kind.get("compression", zipfile.ZIP_DEFLATED)) as made:
        for name, data in entries.items():
            made.writestr(name, data)
    return path


@pytest.mark.parametrize(
    "said",
    [
        "http://example.com/a.gpkg",
        "https://example.com/a.zip",
        "/vsicurl/https://example.com/a.gpkg",
        "/vsizip//tmp/a.zip/b.shp",
        "/vsimem/a.gpkg",
        "s3://bucket/a.gpkg",
        "zip:///tmp/a.zip!b.shp",
        "WFS:http://example.com",
        "PG:dbname=x host://y",
    ],
)
def test_addresses_and_virtual_paths_are_refused(said):
    with pytest.raises(UnsafeFile) as caught:
        layers_in(said)
    assert "本机" in caught.value.problem.zh


@pytest.mark.parametrize("said", ["PG:dbname=x", "GPKG:a.gpkg:t", "nothing.gpkg", "/nowhere/a.shp"])
def test_what_is_not_there_is_not_found(said):
    with pytest.raises(NotFound):
        layers_in(said)


def test_a_pipe_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "a.csv")
    with pytest.raises(UnsafeFile):
        layers_in(tmp_path / "a.csv")


@pytest.mark.parametrize(
    "name", ["../evil.shp", "/etc/evil.shp", "a/../../evil.shp", "C:\\evil.shp", "..\\evil.shp"]
)
def test_paths_out_of_the_archive_are_refused_and_nothing_is_written(tmp_path, name):
    folder = tmp_path / "deep" / "deeper"
    folder.mkdir(parents=True)
    file = archive(folder / "a.zip", {name: b"x"})
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UnsafeFile) as caught:
        layers_in(file)
    assert sorted(tmp_path.rglob("*")) == before
    assert caught.value.fix.zh
    assert caught.value.fix.en


def test_links_in_an_archive_are_refused(tmp_path):
    link = zipfile.ZipInfo("a.shp")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        made.writestr(link, "/etc/passwd")
    with pytest.raises(UnsafeFile, match="链接"):
        layers_in(tmp_path / "a.zip")


def test_an_archive_in_an_archive_is_refused(tmp_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as made:
        made.writestr("a.csv", "x")
    with pytest.raises(UnsafeFile, match="压缩包"):
        layers_in(archive(tmp_path / "a.zip", {"inner.zip": inner.getvalue()}))


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    """300 MB of zeros pack to 0.3 MB: a thousand to one."""
    with (
        zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as made,
        made.open("a.dbf", "w") as entry,
    ):
        for _ in range(300):
            entry.write(bytes(1024**2))
    with pytest.raises(UnsafeFile, match="300 MB"):
        layers_in(tmp_path / "a.zip")


def test_a_bomb_in_many_files_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(safety, "MAX_ENTRIES", 50)
    with pytest.raises(UnsafeFile, match="50"):
        layers_in(archive(tmp_path / "a.zip", {f"{i}.csv": b"x" for i in range(51)}))


def test_an_archive_that_lies_about_sizes_is_broken(tmp_path):
    file = archive(tmp_path / "a.zip", {"a.csv": b"x" * 5000})
    raw = file.read_bytes().replace((5000).to_bytes(4, "little"), (50).to_bytes(4, "little"))
    file.write_bytes(raw)
    with pytest.raises(BrokenFile):
        layers_in(file)


def test_a_password_is_said(tmp_path):
    file = archive(tmp_path / "a.zip", {"a.csv": b"x,y\n1,2\n"})
    raw = bytearray(file.read_bytes())
    raw[6] |= 1
    central = raw.find(b"PK\1\2")
    raw[central + 8] |= 1
    file.write_bytes(raw)
    with pytest.raises(BrokenFile, match="密码"):
        layers_in(file)


def test_an_archive_without_data_says_what_is_allowed(tmp_path):
    with pytest.raises(FormatNotAllowed, match="没有可导入"):
        layers_in(archive(tmp_path / "a.zip", {"readme.md": b"x"}))


def test_clutter_of_other_systems_is_overlooked(tmp_path):
    file = archive(
        tmp_path / "a.zip", {"__MACOSX/._a.csv": b"\0", ".DS_Store": b"\0", "a.csv": b"x,y\n1,2\n"}
    )
    assert [layer.name for layer in layers_in(file)] == ["a"]


def test_names_in_an_archive_made_on_chinese_windows_are_read(tmp_path):
    write_layer(parcels(), tmp_path / "地类图斑.shp", format="shp", layer_name="x")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        for part in sorted(tmp_path.glob("地类图斑.*")):
            info = zipfile.ZipInfo(part.name.encode("gbk").decode("cp437"))
            made.writestr(info, part.read_bytes())
    # zipfile marks such names as UTF-8; Windows does not.
    raw = bytearray((tmp_path / "a.zip").read_bytes())
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        place = raw.find(mark)
        while place >= 0:
            flags = int.from_bytes(raw[place + at : place + at + 2], "little")
            assert flags & 0x800
            place = raw.find(mark, place + 4)
    assert [layer.rows for layer in layers_in(tmp_path / "a.zip")] == [4]


def test_a_link_that_leads_out_of_a_geodatabase_is_refused(tmp_path):
    gdb = write_layer(parcels(), tmp_path / "a.gdb", format="gdb", layer_name="DLTB")
    (gdb / "extra").symlink_to("/etc/passwd")
    with pytest.raises(UnsafeFile, match="链接"):
        layers_in(gdb)


@pytest.mark.parametrize("folder", ["a!b", "a;b", "甲 乙", "a?b=c", "a#b", "%41", "[x]", "zip+file"])
@pytest.mark.parametrize("format", ["gpkg", "shp", "gdb"])
def test_odd_signs_in_a_path_are_no_part_of_an_address(tmp_path, folder, format):
    (tmp_path / folder).mkdir()
    file = write_layer(parcels(), tmp_path / f"x.{format}", format=format, layer_name="x")
    for part in tmp_path.glob("x.*"):
        part.rename(tmp_path / folder / part.name)
    assert len(read_layer(tmp_path / folder / file.name).frame) == 4


def test_what_was_unpacked_is_gone_afterwards(tmp_path, monkeypatch):
    write_layer(parcels(), tmp_path / "a.gdb.zip", format="gdb", layer_name="DLTB")
    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(room))
    read_layer(tmp_path / "a.gdb.zip")
    assert list(room.iterdir()) == []


def test_a_virtual_table_in_a_geopackage_is_refused(tmp_path):
    import sqlite3

    file = write_layer(parcels(), tmp_path / "a.gpkg", format="gpkg", layer_name="DLTB")
    with sqlite3.connect(file) as database:
        database.execute("PRAGMA writable_schema=ON")
        database.execute(
            "INSERT INTO sqlite_master(type,name,tbl_name,rootpage,sql) VALUES('table','v','v',0,"
            "'CREATE VIRTUAL TABLE v USING VirtualOGR(''http://example.com'')')"
        )
    with pytest.raises(UnsafeFile):
        layers_in(file)


def test_a_geojson_that_fetches_its_system_is_refused(tmp_path):
    file = tmp_path / "a.geojson"
    file.write_text(
        '{"type":"FeatureCollection","features":[],"crs":{"type":"link","properties":{"href":"http://example.com"}}}'
    )
    with pytest.raises(UnsafeFile):
        layers_in(file)


@pytest.mark.parametrize(
    "text",
    [
        '<OGRVRTDataSource><OGRVRTLayer name="passwd"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>',
        '{"type":"gdal_streamed_alg"}',
        '{"type":"Topology","objects":{}}',
    ],
)
@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.shp", "a.gdb", "a.parquet"])
def test_other_formats_under_an_allowed_name_reach_no_driver(tmp_path, text, name):
    (tmp_path / name).write_text(text)
    with pytest.raises((BrokenFile, FormatNotAllowed)):
        layers_in(tmp_path / name)
