"""`tuban trail`: shown, exported, and checked by someone who has only the file."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from given import parcels, valid
from tuban.cli.main import main
from tuban.store import create


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with one version, as the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TUBAN_LANG", "zh")
    monkeypatch.delenv("TUBAN_WORKSPACE", raising=False)
    with create(tmp_path, name="县", by="张三") as ws:
        ws.add_version(
            "DLTB", parcels(), valid=valid(), by="张三", source_name="a.gdb", source_sha256="0" * 64
        )
        ws.settings.set("place_code", "410481", by="李四")
    return tmp_path


def run(capfd: pytest.CaptureFixture, *args: str) -> tuple[int, str, str]:
    capfd.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(["trail", *args])
    out, err = capfd.readouterr()
    assert "Traceback" not in err
    return int(ended.value.code or 0), out, err


def test_the_newest_steps_come_first_in_plain_words(folder: Path, capfd):
    code, out, _ = run(capfd, "show")
    assert code == 0
    lines = out.splitlines()
    assert "更改设置" in lines[1]
    assert "图层入库" in lines[2]
    assert "a.gdb" in lines[2]
    steps = json.loads(run(capfd, "show", "--json", "--limit", "1")[1])
    assert [step["number"] for step in steps] == [3]
    assert [s["number"] for s in json.loads(run(capfd, "show", "--subject", "DLTB", "--json")[1])] == [2]


def test_a_sound_workspace_exits_0(folder: Path, capfd):
    code, out, err = run(capfd, "verify")
    assert code == 0
    assert "3 条留痕" in out
    assert "1 个图层文件" in out
    assert "--head" in err
    head = out.split()[-1]
    code, _, err = run(capfd, "verify", "--head", head)
    assert code == 0
    assert "截断" not in err


def test_an_edited_layer_file_exits_1_and_is_named(folder: Path, capfd):
    file = next(folder.glob("layers/DLTB/*.parquet"))
    content = bytearray(file.read_bytes())
    content[100] ^= 255
    file.write_bytes(content)
    code, out, _ = run(capfd, "verify")
    assert code == 1
    assert file.name in out
    report = json.loads(run(capfd, "verify", "--json")[1])
    assert report["ok"] is False
    assert report["faults"][0]["kind"] == "file_altered"


def test_an_edited_catalogue_exits_1(folder: Path, capfd):
    with sqlite3.connect(folder / "catalogue.sqlite") as connection:
        connection.execute("DROP TRIGGER trail_no_update")
        connection.execute("UPDATE trail SET by = '赵六' WHERE number = 2")
    connection.close()
    assert run(capfd, "verify")[0] == 1


def test_an_exported_trail_is_checked_without_the_workspace(folder: Path, tmp_path: Path, capfd, monkeypatch):
    code, out, _ = run(capfd, "export", "trail.jsonl")
    assert code == 0
    head = out.strip()
    assert len(head) == 64
    elsewhere = tmp_path / "auditor"
    elsewhere.mkdir()
    (folder / "trail.jsonl").rename(elsewhere / "trail.jsonl")
    monkeypatch.chdir(elsewhere)
    assert run(capfd, "verify", "trail.jsonl", "--head", head)[0] == 0
    lines = Path("trail.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    Path("cut.jsonl").write_text("".join(lines[:-1]), encoding="utf-8")
    assert run(capfd, "verify", "cut.jsonl")[0] == 0, "without a head a cut end cannot be seen"
    assert run(capfd, "verify", "cut.jsonl", "--head", head)[0] == 1
    Path("edited.jsonl").write_text("".join(lines).replace("张三", "赵六"), encoding="utf-8")
    assert run(capfd, "verify", "edited.jsonl")[0] == 1


@pytest.mark.parametrize("name", ["none.jsonl", "binary", "prose"])
def test_a_file_that_is_no_trail_exits_2(folder: Path, capfd, name: str):
    (folder / "binary").write_bytes(b"\xff\xfe\x00")
    (folder / "prose").write_text("从前有座山")
    code, _, err = run(capfd, "verify", name)
    assert code == 2
    assert "→" in err
