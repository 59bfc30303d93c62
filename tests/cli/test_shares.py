"""`tuban statistics shares`: datasets and workspace layers, in words and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from given import CRS, parcels, square, valid
from tuban.cli.main import root
from tuban.errors import NotFound, TubanError, WrongUse
from tuban.store import create
from tuban.store.arrange import arrange


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Sixteen parcels of 1 ha in two files by county, and a zone of 1.5 ha over the first."""
    for number, name in enumerate(("410481", "410422")):
        frame = parcels(4)
        frame["geometry"] = frame.geometry.translate(number * 1000, 0)
        place = tmp_path / "dltb" / name
        place.mkdir(parents=True)
        pq.write_table(arrange(frame).table, place / "part-0.parquet")
    zone = gpd.GeoDataFrame({"HXDM": ["a"]}, geometry=[square(0, 0, 100).union(square(100, 0, 50))], crs=CRS)
    pq.write_table(arrange(zone).table, tmp_path / "zone.parquet")
    return tmp_path


def run(*words: str):
    return CliRunner().invoke(root, [*words], catch_exceptions=False)


def test_a_partitioned_layer_is_overlaid_and_summed_by_county(folder):
    out = folder / "out.parquet"
    found = run(
        "statistics", "shares", str(folder / "dltb"), f"JQ={folder / 'zone.parquet'}", "--out", str(out),
        "--engine", "local:2", "--id", "BSM", "--zone-id", "HXDM", "--json",
    )  # fmt: skip
    assert found.exit_code == 0
    told = json.loads(found.stdout)
    assert (told["engine"], told["workers"], told["parcels"], told["pairs"]) == ("local", 2, 32, 2)
    row = {name: told["rows"][0][name] for name in ("county", "layer", "parcels", "pairs")}
    assert row == {"county": "410481", "layer": "JQ", "parcels": 2, "pairs": 2}
    assert told["rows"][0]["area_m2"] == pytest.approx(12_500, rel=1e-5)
    rows = pq.read_table(out).to_pylist()
    assert [(row["parcel_id"], row["zone_id"], round(row["share"], 9)) for row in rows] == [
        ("410481100000000000", "a", 1.0),
        ("410481100000000001", "a", 0.25),
    ]


def test_layers_of_the_workspace_are_named_by_their_code(folder):
    with create(folder / "w", name="试验县", by="张三") as ws:
        for code, file in (("DLTB", "dltb/410481/part-0.parquet"), ("STBHHX", "zone.parquet")):
            frame = gpd.read_parquet(folder / file)[["geometry"]]
            ws.add_version(
                code, frame, source_name="x.gpkg", source_sha256="0" * 64, valid=valid(), by="张三"
            )
    place = ["--workspace", str(folder / "w"), "--lang", "en"]
    out = folder / "out.parquet"
    found = run(*place, "statistics", "shares", "DLTB", "STBHHX", "--out", str(out))
    assert found.exit_code == 0
    assert "STBHHX" in found.stdout
    assert "16 parcels, 2 overlaps" in found.stderr
    assert pq.read_metadata(out).num_rows == 2


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["dltb", "nowhere"], NotFound),
        (["nowhere", "zone.parquet"], NotFound),
        (["dltb", "zone.parquet", "zone.parquet"], WrongUse),
        (["dltb", "zone.parquet", "--engine", "spark"], WrongUse),
        (["dltb", "zone.parquet", "--id", "NOPE"], WrongUse),
    ],
)
def test_what_cannot_be_meant_is_refused(folder, monkeypatch, words, error):
    monkeypatch.chdir(folder)
    with pytest.raises(TubanError) as caught:
        run("statistics", "shares", *words, "--out", "out.parquet")
    assert isinstance(caught.value, error)
    assert not (folder / "out.parquet").exists()


def test_the_engine_of_the_settings_is_used(folder, monkeypatch):
    monkeypatch.setenv("TUBAN_ENGINE", "local:3")
    found = run(
        "statistics", "shares", str(folder / "dltb"), str(folder / "zone.parquet"),
        "--out", str(folder / "out.parquet"), "--json",
    )  # fmt: skip
    assert json.loads(found.stdout)["workers"] == 3
