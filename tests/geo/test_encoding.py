"""The encoding of text is told by evidence, said when it was a guess, and never garbled in silence."""

import codecs
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from given import parcels
from tuban.errors import BrokenFile, UnknownEncoding
from tuban.geo.encoding import of_shapefile, of_text
from tuban.geo.io import read_layer
from tuban.geo.write import write_layer

CHINESE = ["朱兰街道办事处", "垭口街道", "尚店镇", "永久基本农田"]
FRENCH = ["Zone agricole protégée", "Forêt", "Équipements", "à urbaniser"]


def dbf(
    path: Path, values: list[str], encoding: str, *, width: int = 40, ldid: int = 0, name: str = "NAME"
) -> Path:
    """A DBF of one text column, written byte by byte."""
    field = name.encode(encoding)[:10].ljust(11, b"\0") + b"C" + bytes(4) + bytes([width, 0]) + bytes(14)
    head = (
        struct.pack("<BBBBIHH", 3, 126, 1, 1, len(values), 32 + 32 + 1, width + 1)
        + bytes(17)
        + bytes([ldid, 0, 0])
    )
    rows = b"".join(b" " + value.encode(encoding)[:width].ljust(width) for value in values)
    path.write_bytes(head + field + b"\r" + rows + b"\x1a")
    return path


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "gb2312"])
def test_chinese_without_any_hint_is_gb18030_and_the_guess_is_shown(tmp_path, encoding):
    found, notes = of_shapefile(dbf(tmp_path / "a.dbf", CHINESE, encoding))
    assert found == "gb18030"
    assert any(value in notes[0].zh and value in notes[0].en for value in CHINESE)
    assert "--encoding" in notes[0].zh


def test_utf8_without_any_hint_is_utf8(tmp_path):
    assert of_shapefile(dbf(tmp_path / "a.dbf", CHINESE, "utf-8")) == ("utf-8", ())


def test_plain_ascii_needs_no_word(tmp_path):
    assert of_shapefile(dbf(tmp_path / "a.dbf", ["0101", "0301"], "ascii")) == ("utf-8", ())


def test_chinese_field_names_count_too(tmp_path):
    found, _ = of_shapefile(dbf(tmp_path / "a.dbf", ["1"], "gbk", name="行政区"))
    assert found == "gb18030"


def test_western_text_without_a_hint_is_refused_rather_than_read_as_chinese(tmp_path):
    with pytest.raises(UnknownEncoding) as caught:
        of_shapefile(dbf(tmp_path / "a.dbf", FRENCH, "cp1252"))
    assert "--encoding cp1252" in caught.value.fix.zh
    assert of_shapefile(tmp_path / "a.dbf", "cp1252")[0] == "cp1252"


def test_the_language_byte_is_believed_where_it_fits(tmp_path):
    assert of_shapefile(dbf(tmp_path / "a.dbf", CHINESE, "gbk", ldid=0x4D))[0] == "gb18030"


def test_the_ansi_byte_of_chinese_arcgis_is_not_believed(tmp_path):
    assert of_shapefile(dbf(tmp_path / "a.dbf", CHINESE, "gbk", ldid=0x57))[0] == "gb18030"


@pytest.mark.parametrize("cpg", ["UTF-8", "65001", "ISO-8859-1", "88591", "ANSI 1252"])
def test_a_cpg_that_contradicts_the_bytes_is_refused_with_the_right_option(tmp_path, cpg):
    (tmp_path / "a.cpg").write_text(cpg)
    with pytest.raises(UnknownEncoding) as caught:
        of_shapefile(dbf(tmp_path / "a.dbf", CHINESE, "gbk"))
    assert "--encoding gb18030" in caught.value.fix.zh
    assert any(value in caught.value.fix.en for value in CHINESE)


@pytest.mark.parametrize("cpg", ["GBK", "gb2312", "936", "OEM 936", "GB18030"])
def test_a_cpg_that_fits_is_followed(tmp_path, cpg):
    (tmp_path / "a.cpg").write_text(cpg)
    assert of_shapefile(dbf(tmp_path / "a.dbf", CHINESE, "gbk"))[0] == "gb18030"


def test_a_choice_that_cannot_be_is_refused(tmp_path):
    with pytest.raises(UnknownEncoding):
        of_shapefile(dbf(tmp_path / "a.dbf", CHINESE, "gbk"), "utf-8")
    with pytest.raises(UnknownEncoding, match="klingon"):
        of_shapefile(tmp_path / "a.dbf", "klingon")


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
@pytest.mark.parametrize("width", [7, 8, 9, 10, 11])
def test_a_character_cut_by_the_end_of_the_field_is_no_other_encoding(tmp_path, encoding, width):
    found, _ = of_shapefile(dbf(tmp_path / "a.dbf", CHINESE, encoding, width=width))
    assert found == {"utf-8": "utf-8", "gbk": "gb18030"}[encoding]


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
@pytest.mark.parametrize("width", [7, 8, 10, 11])
def test_values_with_a_cut_character_are_read_without_it(tmp_path, encoding, width):
    write_layer(parcels(2), tmp_path / "a.shp", format="shp", layer_name="a")
    (tmp_path / "a.cpg").unlink()
    dbf(tmp_path / "a.dbf", CHINESE, encoding, width=width)
    found = read_layer(tmp_path / "a.shp").frame["NAME"].tolist()
    whole = [value.encode(encoding)[:width].decode(encoding, errors="ignore") for value in CHINESE]
    assert [text.rstrip("\ufffd?_") for text in found] == whole


@pytest.mark.parametrize("keep", [0, 10, 31, 50, 70])
def test_a_truncated_dbf_is_broken(tmp_path, keep):
    whole = dbf(tmp_path / "a.dbf", CHINESE, "gbk").read_bytes()
    (tmp_path / "a.dbf").write_bytes(whole[:keep])
    with pytest.raises((BrokenFile, IndexError)) as caught:
        of_shapefile(tmp_path / "a.dbf")
    assert caught.type is BrokenFile


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_a_csv_in_any_usual_encoding_reads_the_same(tmp_path, encoding):
    file = tmp_path / "a.csv"
    file.write_bytes("行政区代码,行政区名称\r\n410481,舞钢市\r\n041048,朱兰街道\r\n".encode(encoding))
    frame = read_layer(file).frame
    assert frame["行政区名称"].tolist() == ["舞钢市", "朱兰街道"]
    assert frame["行政区代码"].tolist() == ["410481", "041048"]


@settings(max_examples=50)
@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=30))
def test_whatever_is_chosen_decodes_without_loss_or_is_refused(text):
    for encoding in ("utf-8", "gb18030"):
        data = text.encode(encoding)
        try:
            found, _ = of_text(data, "a.csv")
        except UnknownEncoding:
            assert encoding == "gb18030"
            continue
        assert data.decode(codecs.lookup(found).name) == text or encoding == "gb18030"
