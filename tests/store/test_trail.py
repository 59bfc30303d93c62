"""The trail: it only grows, it tells everything, and whoever changed anything is found out."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from given import clock, parcels, valid
from tuban.errors import Text, WrongUse
from tuban.store import Workspace
from tuban.store.chain import Entry, canonical, check_chain, from_lines, hash_of, plain_facts, to_line


def add(ws: Workspace, code: str = "DLTB", start: str = "2021-01-01"):
    return ws.add_version(
        code, parcels(), valid=valid(start), by="张三", source_name="a.gdb", source_sha256="cd" * 32
    )


@pytest.fixture
def told(ws: Workspace) -> Workspace:
    """A workspace in which a few things happened: seven entries."""
    first = add(ws)
    add(ws, start="2023-01-01")
    add(ws, "STBHHX")
    ws.withdraw(first, reason="范围有误", by="李四")
    ws.settings.set("place_code", "410481", by="李四")
    ws.trail.append("layer.refuse", "CZKFBJ", {"kind": "UnknownCRS", "share": 0.5}, by="王五")
    return ws


def kinds(report) -> set[str]:
    return {fault.kind for fault in report.faults}


def test_every_step_is_told_in_order(told: Workspace):
    entries = told.trail.entries()
    assert [entry.number for entry in entries] == [1, 2, 3, 4, 5, 6, 7]
    assert [entry.action for entry in entries] == [
        "workspace.create",
        "layer.import",
        "layer.import",
        "layer.import",
        "layer.withdraw",
        "setting.change",
        "layer.refuse",
    ]
    assert [entry.by for entry in entries] == ["张三", "张三", "张三", "张三", "李四", "李四", "王五"]
    assert entries[1].subject == "DLTB/1"
    assert entries[1].facts["sha256"] == told.version("DLTB", number=1).sha256
    assert entries[4].facts["reason"] == "范围有误"
    assert len(told.trail) == 7
    assert [entry.number for entry in told.trail.entries(limit=2, offset=1, newest_first=True)] == [6, 5]


def test_a_sound_trail_is_sound(told: Workspace):
    report = told.verify(head=told.trail.head)
    assert report.ok
    assert (report.entries, report.files, report.head_checked) == (7, 2, True)
    assert told.trail.verify().ok


def test_times_are_strictly_later_even_when_the_clock_goes_back(bench):
    moments = iter(
        [datetime.fromisoformat(f"2024-01-0{day}T00:00:00+00:00") for day in (5, 5, 3, 4, 1, 2, 1, 1, 1, 1)]
    )
    ws = bench.create(clock=lambda: next(moments))
    for _ in range(3):
        ws.trail.append("note.add", "x")
    times = [entry.at for entry in ws.trail.entries()]
    assert times == sorted(set(times))
    assert ws.trail.verify().ok


@pytest.mark.parametrize("table", ["trail", "layer_version", "withdrawal"])
@pytest.mark.parametrize("change", ["UPDATE {} SET recorded_by = 'x'", "DELETE FROM {}"])
def test_the_database_itself_refuses_to_change_what_was_recorded(
    told: Workspace, bench, table: str, change: str
):
    statement = change.format(table).replace("recorded_by", "by" if table == "trail" else "recorded_by")
    with pytest.raises(DatabaseError, match="only grows"), bench.engine().begin() as connection:
        connection.execute(sa.text(statement))
    assert told.verify().ok


def test_the_database_refuses_an_entry_out_of_order_or_over_another(told: Workspace, bench):
    row = {
        "at": "2030-01-01T00:00:00.000000Z",
        "by": "",
        "action": "x",
        "subject": "",
        "facts": "{}",
        "hash": "1" * 64,
    }
    columns = "number, at, by, action, subject, facts, previous, hash"
    values = ":number, :at, :by, :action, :subject, :facts, :previous, :hash"
    for number, previous in ((9, told.trail.head), (8, "0" * 64), (3, told.trail.entries()[1].hash)):
        for verb in ("INSERT", "INSERT OR REPLACE"):
            if bench.database and "REPLACE" in verb:
                continue
            with pytest.raises(DatabaseError), bench.engine().begin() as connection:
                statement = f"{verb} INTO trail ({columns}) VALUES ({values})"
                connection.execute(sa.text(statement), {**row, "number": number, "previous": previous})
    assert told.verify().ok


@pytest.mark.postgres
def test_postgresql_refuses_to_empty_the_trail(tmp_path: Path, postgres):
    from tuban.store import create

    address = postgres()
    with create(tmp_path / "w", name="县", database=address) as ws:
        engine = sa.create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
        with pytest.raises(DatabaseError, match="only grows"), engine.begin() as connection:
            connection.execute(sa.text("TRUNCATE trail CASCADE"))
        assert len(ws.trail) == 1
        engine.dispose()


def tamper(bench, *statements: str) -> None:
    """Change the catalogue as someone would who has the rights to drop the triggers first."""
    with bench.engine().begin() as connection:
        if bench.database:
            connection.execute(sa.text("SET session_replication_role = replica"))
        else:
            names = (
                connection.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
                .scalars()
                .all()
            )
            for name in names:
                connection.execute(sa.text(f"DROP TRIGGER {name}"))
        for statement in statements:
            connection.execute(sa.text(statement))


def test_an_edited_entry_is_found(told: Workspace, bench):
    tamper(bench, "UPDATE trail SET by = '赵六' WHERE number = 3")
    report = bench.open().verify()
    assert "content" in kinds(report)
    assert {fault.number for fault in report.faults if fault.kind == "content"} == {3}


def test_an_edited_entry_with_a_new_hash_is_found_by_the_next(told: Workspace, bench):
    third = told.trail.entries()[2]
    body = {**third.body(), "by": "赵六"}
    tamper(bench, f"UPDATE trail SET by = '赵六', hash = '{hash_of(body)}' WHERE number = 3")
    report = bench.open().verify()
    assert {(fault.kind, fault.number) for fault in report.faults} >= {("link", 4)}


def test_facts_that_are_no_json_any_more_are_found(told: Workspace, bench):
    tamper(bench, "UPDATE trail SET facts = '{broken' WHERE number = 6")
    assert {("content", 6)} <= {(fault.kind, fault.number) for fault in bench.open().verify().faults}


def test_an_entry_taken_out_of_the_middle_is_found(told: Workspace, bench):
    tamper(bench, "DELETE FROM trail WHERE number = 7", "UPDATE trail SET number = 7 WHERE number = 6")
    assert {"order", "link"} & kinds(bench.open().verify())


def test_a_cut_tail_is_found_by_who_kept_the_head(told: Workspace, bench):
    head = told.trail.head
    tamper(bench, "DELETE FROM trail WHERE number = 7")
    again = bench.open()
    assert again.trail.verify().ok, "the chain alone cannot know"
    assert kinds(again.verify(head=head)) == {"head"}


def test_a_cut_tail_that_told_of_a_version_is_found_even_without_a_head(told: Workspace, bench):
    tamper(bench, "DELETE FROM withdrawal", "DELETE FROM trail WHERE number >= 4")
    assert "untold" in kinds(bench.open().verify())


def test_swapped_entries_are_found(told: Workspace, bench):
    tamper(
        bench,
        "UPDATE trail SET number = 99 WHERE number = 6",
        "UPDATE trail SET number = 6 WHERE number = 7",
        "UPDATE trail SET number = 7 WHERE number = 99",
    )
    assert {"content", "link"} <= kinds(bench.open().verify())


def test_a_version_changed_in_the_catalogue_is_found(told: Workspace, bench):
    tamper(bench, "UPDATE layer_version SET valid_from = '1999-01-01' WHERE code = 'STBHHX'")
    report = bench.open().verify()
    assert [(fault.kind, fault.subject) for fault in report.faults] == [("catalogue_altered", "STBHHX/1")]
    assert "valid_from" in report.faults[0].problem.en


def test_a_version_taken_out_of_the_catalogue_is_found(told: Workspace, bench):
    tamper(bench, "DELETE FROM layer_version WHERE code = 'STBHHX'")
    assert "catalogue_missing" in kinds(bench.open().verify())


def test_an_edited_file_is_found(told: Workspace):
    version = told.version("STBHHX")
    file = told.path(version)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    assert told.trail.verify().ok
    assert [(fault.kind, fault.subject) for fault in told.verify().faults] == [("file_altered", "STBHHX/1")]


def test_a_lost_file_and_a_file_of_nobody_are_found(told: Workspace):
    file = told.path(told.version("STBHHX"))
    file.rename(file.with_name("0" * 16 + ".parquet"))
    assert kinds(told.verify()) == {"file_missing", "file_unknown"}


def test_an_exported_trail_can_be_checked_with_json_and_hashlib_alone(told: Workspace, tmp_path: Path):
    file = tmp_path / "trail.jsonl"
    report = told.trail.export(file, by="审计员")
    assert report.ok
    assert report.entries == 8
    # Nothing of ours from here on: this is what docs/guide/trail.md promises.
    previous = "0" * 64
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        entry = json.loads(line)
        claimed = entry.pop("hash")
        written = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(written.encode("utf-8")).hexdigest() == claimed
        assert entry["previous"] == previous
        assert entry["number"] == number
        previous = claimed
    assert previous == report.head == told.trail.head


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda lines: [lines[0].replace("张三", "赵六"), *lines[1:]], "content"),
        (lambda lines: [*lines[:2], *lines[3:]], "order"),
        (lambda lines: lines[:-1], "head"),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], "order"),
        (lambda lines: [], "head"),
    ],
    ids=["edited", "deleted", "cut off", "swapped", "emptied"],
)
def test_a_tampered_export_is_found(sqlite_bench, tmp_path: Path, change, kind: str):
    ws = sqlite_bench.create()
    for number in range(4):
        ws.trail.append("note.add", str(number), by="张三")
    report = ws.trail.export(tmp_path / "t.jsonl")
    lines = (tmp_path / "t.jsonl").read_text(encoding="utf-8").splitlines()
    assert check_chain(from_lines(lines), head=report.head).ok
    found = check_chain(from_lines(change(lines)), head=report.head)
    assert kind in kinds(found)
    assert all(fault.problem.zh and fault.problem.en for fault in found.faults)


@pytest.mark.parametrize("line", ["nonsense", "[]", "{}", '{"number": "1"}', "1"])
def test_a_file_that_is_no_trail_says_which_line(line: str):
    with pytest.raises(WrongUse) as wrong:
        list(from_lines([line]))
    assert wrong.value.facts["line"] == 1


def test_a_field_more_in_an_exported_line_is_refused(sqlite_bench):
    entry = sqlite_bench.create().trail.entries()[0]
    line = json.dumps({**json.loads(to_line(entry)), "remark": "x"})
    with pytest.raises(WrongUse):
        list(from_lines([line]))


def test_an_older_head_is_still_in_a_trail_that_grew(sqlite_bench):
    ws = sqlite_bench.create()
    head = ws.trail.head
    ws.trail.append("note.add", "x")
    assert ws.trail.verify(head=head).ok


def test_facts_become_what_every_language_writes_alike():
    facts = {
        "a": 0.1,
        "b": date(2024, 5, 1),
        "c": (1, 2),
        "d": {"x", "y"},
        "e": Path("a/b"),
        "f": Text("中", "en"),
        1: None,
    }
    plain = plain_facts(facts)
    assert plain == {
        "a": "0.1",
        "b": "2024-05-01",
        "c": [1, 2],
        "d": ["x", "y"],
        "e": "a/b",
        "f": {"zh": "中", "en": "en"},
        "1": None,
    }
    assert canonical({"乙": 1, "a": [True, None]}) == '{"a":[true,null],"乙":1}'


def test_a_hash_is_what_the_documented_recipe_gives():
    body = {
        "number": 1,
        "at": "2024-01-01T00:00:00.000000Z",
        "by": "张三",
        "action": "a.b",
        "subject": "s",
        "facts": {"k": "v"},
        "previous": "0" * 64,
    }
    written = (
        '{"action":"a.b","at":"2024-01-01T00:00:00.000000Z","by":"张三","facts":{"k":"v"},"number":1,'
        f'"previous":"{"0" * 64}","subject":"s"}}'
    )
    assert hash_of(body) == hashlib.sha256(written.encode()).hexdigest()
    assert check_chain([Entry(**body, hash=hash_of(body))]).ok


def test_many_threads_write_one_chain(bench):
    from concurrent.futures import ThreadPoolExecutor

    ws = bench.create(clock=clock(step=__import__("datetime").timedelta(0)))
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda number: ws.trail.append("note.add", str(number)), range(30)))
    assert len(ws.trail) == 31
    assert ws.trail.verify().ok


def test_a_setting_changed_behind_the_trails_back_is_found(told: Workspace, bench):
    with bench.engine().begin() as connection:
        connection.execute(sa.text("UPDATE setting SET value = 'true' WHERE key = 'sample'"))
        connection.execute(sa.text("DELETE FROM setting WHERE key = 'place_code'"))
    report = bench.open().verify()
    assert sorted(f.subject for f in report.faults if f.kind == "setting_altered") == ["place_code", "sample"]


def test_settings_of_every_kind_agree_with_the_trail(ws: Workspace):
    for number, value in enumerate([1, 0.1, None, True, "文", [1, 2.5], {"a": {"b": 0.5}}]):
        ws.settings.set(f"s{number}", value)
    assert ws.verify().ok
    assert ws.settings["s6"] == {"a": {"b": 0.5}}


def test_names_that_are_no_characters_are_kept_readable(ws: Workspace):
    raw = b"\xb5\xd8\xc0\xe0.gdb".decode("utf-8", "surrogateescape") + "\x00"
    version = ws.add_version(
        "DLTB", parcels(), valid=valid(act=raw), by=raw, source_name=raw, source_sha256="0" * 64
    )
    assert "udcb5" in version.source_name
    ws.trail.append("note.add", raw, {raw: raw}, by=raw)
    ws.withdraw(version, reason=raw, by=raw)
    assert ws.verify().ok
