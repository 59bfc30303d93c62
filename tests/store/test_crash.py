"""Killed at any moment, out of disk, two writers: the workspace opens and is as before or as after."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from given import parcels, valid
from tuban.errors import Cancelled, DiskFull, Text, WorkspaceBusy
from tuban.store import Workspace, create

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")

Order = Callable[..., dict[str, Any]]


@pytest.fixture
def order(bench) -> Iterator[Order]:
    """Have a child process write to the bench's workspace; says how it ended."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("zygote.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout

    def give(what: str = "add", *, wait: bool = True, **about: Any) -> dict[str, Any]:
        asked = {"what": what, "rows": 50, "folder": str(bench.folder), "database": bench.database, **about}
        process.stdin.write(json.dumps(asked) + "\n")
        process.stdin.flush()
        answer: dict[str, Any] = {}
        while "killed" not in answer:
            line = process.stdout.readline()
            assert line, "the helper process ended"
            answer.update(json.loads(line))
            if not wait and "holding" in answer:
                break
        return answer

    yield give
    process.stdin.close()
    process.kill()
    process.wait()


def assert_consistent(ws: Workspace) -> None:
    """Everything agrees, nothing is left over, and every version can be read."""
    report = ws.verify()
    assert report.ok, report.faults
    assert sorted(p.relative_to(ws.folder).as_posix() for p in ws.folder.glob("layers/*/*")) == sorted(
        {version.file for version in ws.versions(withdrawn=True)}
    )
    assert list((ws.folder / "tmp").iterdir()) == []
    for version in ws.versions():
        assert len(ws.read(version)) == version.rows


def test_killed_at_every_touch_of_the_disk(bench, order: Order):
    bench.create().close()
    stored, event, outcomes = 0, 0, []
    while True:
        event += 1
        ended = order(event=event, year=event, rows=50 + event)
        ws = bench.open()
        assert_consistent(ws)
        now = len(ws.versions())
        assert now in (stored, stored + 1)
        outcomes.append(now - stored)
        stored = now
        ws.close()
        if not ended["killed"]:
            assert ended["error"] is None
            break
        assert event < 400
    # It was really killed before and after the version came to be.
    assert event > 15
    assert outcomes[0] == 0
    assert 1 in outcomes[:-1]
    assert outcomes[-1] == 1


def test_killed_after_a_random_while(bench, order: Order):
    bench.create().close()
    chance = random.Random(20260101)
    stored = 0
    for number in range(25):
        order(kill_after_s=chance.uniform(0.0, 0.35), year=number, rows=3000 + number)
        ws = bench.open()
        assert_consistent(ws)
        now = len(ws.versions())
        assert now in (stored, stored + 1)
        stored = now
        ws.close()


def test_a_killed_import_can_be_repeated_at_once(bench, order: Order):
    bench.create().close()
    order(event=20, year=1)
    assert order(year=1)["error"] is None
    ws = bench.open()
    assert_consistent(ws)
    assert len(ws.versions()) == 1


def test_no_file_may_grow_beyond_a_limit(bench, order: Order):
    """A quota: the system refuses writes in the middle of a file, at whichever file reaches it first."""
    ws = bench.create()
    kept = ws.add_version(
        "DLTB", parcels(), valid=valid(), by="张三", source_name="a", source_sha256="0" * 64
    )
    head = ws.trail.head
    refused = 0
    for limit in (0, 1, 2048, 8192, 32_768, 65_536):
        ended = order(limit=limit, year=1, rows=4000)
        assert ended["killed"] is False
        again = bench.open()
        assert_consistent(again)
        if ended["error"]:
            refused += 1
            assert ended["error"] == "DiskFull"
            assert "空间不足" in ended["zh"]
            assert again.versions() == [kept]
            assert again.trail.head == head
        again.close()
    assert refused >= 3


def test_a_full_disk_is_said_and_leaves_the_workspace_as_it_was(tmp_path: Path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("may not mount a small disk here")
    try:
        with create(disk / "w", name="县") as ws:
            kept = ws.add_version(
                "DLTB", parcels(), valid=valid(), by="", source_name="a", source_sha256="0" * 64
            )
            head = ws.trail.head
            for sides in (100, 150):
                # Noise does not shrink when it is packed.
                noise = [os.urandom(64).hex() for _ in range(sides**2)]
                with pytest.raises(DiskFull) as full:
                    ws.add_version(
                        "STBHHX",
                        parcels(sides, X=noise),
                        valid=valid(),
                        by="",
                        source_name="a",
                        source_sha256="0" * 64,
                    )
                assert full.value.fix.zh
            # Not a byte left: even the catalogue cannot grow.
            with (
                (disk / "filler").open("wb", buffering=0) as filler,
                pytest.raises(OSError, match="No space"),
            ):
                while True:
                    filler.write(b"x" * 1024)
            with pytest.raises(DiskFull):
                for number in range(200):
                    ws.trail.append("note.add", str(number), {"text": "长" * 500})
            assert ws.versions() == [kept]
            assert ws.verify(head=head).ok
            (disk / "filler").unlink()
            ws.trail.append("note.add", "room again")
            assert_consistent(ws)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_second_writer_is_told_who_writes(bench, order: Order):
    ws = bench.create(wait_s=0.2)
    holder = order("hold", wait=False)["holding"]
    try:
        with pytest.raises(WorkspaceBusy) as busy:
            ws.trail.append("note.add", "x")
        assert "王五" in busy.value.problem.zh
        assert "长时间入库" in busy.value.problem.zh
        assert str(holder) in busy.value.problem.en
        assert busy.value.facts["holder"]["what"]["en"] == "a long import"
        assert ws.versions() == [], "reading does not wait"
        bench.open(wait_s=0.2)
    finally:
        os.kill(holder, 9)
    # The lock went with its holder.
    ws._writer._wait_s = 5
    ws.trail.append("note.add", "x")


def test_a_cancelled_import_leaves_nothing(sqlite_bench):
    ws = sqlite_bench.create()

    def stop_late(step: Any) -> None:
        if step.share > 0.9:
            raise Cancelled(Text("已停止", "stopped"), Text("", ""))

    with pytest.raises(Cancelled):
        ws.add_version(
            "DLTB",
            parcels(),
            valid=valid(),
            by="",
            source_name="a",
            source_sha256="0" * 64,
            progress=stop_late,
        )
    assert ws.versions() == []
    assert_consistent(ws)


def test_a_killed_creation_can_be_repeated(tmp_path: Path):
    """Creating is killed at every touch of the disk; afterwards there is a workspace, or one can be made."""
    script = (
        "import os, signal, sys\n"
        "from tuban.store import create\n"
        "folder = sys.argv[1]\n"
        "event = 0\n"
        "while True:\n"
        "    event += 1\n"
        "    here = f'{folder}/{event}'\n"
        "    child = os.fork()\n"
        "    if child == 0:\n"
        "        count = 0\n"
        "        def heard(name, args):\n"
        "            global count\n"
        "            if name in ('open', 'os.rename', 'os.remove', 'os.mkdir') and here in str(args[0]):\n"
        "                count += 1\n"
        "                if count == event: os.kill(os.getpid(), signal.SIGKILL)\n"
        "        sys.addaudithook(heard)\n"
        "        create(here, name='县').close()\n"
        "        os._exit(0)\n"
        "    _, status = os.waitpid(child, 0)\n"
        "    if not os.WIFSIGNALED(status): break\n"
        "print(event)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True
    )
    events = int(ended.stdout)
    assert events > 8
    from tuban.errors import WorkspaceNotFound
    from tuban.store import open_workspace

    made = 0
    for event in range(1, events + 1):
        try:
            ws = open_workspace(tmp_path / str(event))
            made += 1
        except WorkspaceNotFound:
            ws = create(tmp_path / str(event), name="县")
        assert_consistent(ws)
        ws.close()
    assert 1 <= made < events
