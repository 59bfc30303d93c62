"""What docs/guide promises: its recipe for checking a trail is run as it is printed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest


@pytest.fixture
def recipe(root: Path) -> str:
    text = (root / "docs" / "guide" / "trail.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    return next(block for block in blocks if "hashlib" in block)


def test_the_printed_recipe_checks_an_exported_trail(
    sqlite_bench, recipe: str, tmp_path: Path, monkeypatch, capsys
):
    ws = sqlite_bench.create()
    ws.settings.set("place", {"名称": "某县", "share": 0.25, "quote": 'a"b\\c\n'}, by="张三")
    report = ws.trail.export(tmp_path / "trail.jsonl")
    monkeypatch.chdir(tmp_path)
    exec(compile(recipe, "trail.md", "exec"), {})
    assert capsys.readouterr().out.split() == ["head:", report.head]
    tampered = (tmp_path / "trail.jsonl").read_text(encoding="utf-8").replace("某县", "别县")
    (tmp_path / "trail.jsonl").write_text(tampered, encoding="utf-8")
    with pytest.raises(AssertionError):
        exec(compile(recipe, "trail.md", "exec"), {})


def test_every_action_of_the_store_is_named_in_both_languages(sqlite_bench):
    from given import parcels, valid
    from tuban.store.trail import ACTIONS

    ws = sqlite_bench.create()
    version = ws.add_version("DLTB", parcels(), valid=valid(), by="", source_name="", source_sha256="0" * 64)
    ws.withdraw(version, reason="误", by="")
    ws.settings.set("a", 1)
    ws.trail.export(ws.folder / "t.jsonl")
    assert {entry.action for entry in ws.trail.entries()} <= set(ACTIONS)
    assert all(text.zh and text.en for text in ACTIONS.values())
