"""Files from the browser: taken in by a task that can be followed, cancelled, and found again."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest

from given import parcels
from tuban.domain.progress import Step
from tuban.errors import Text, WrongUse
from tuban.service.tasks import Tasks
from tuban.service.uploading import safe_name


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    frame = parcels(2, DLBM=["0101", "0101", "0301", "0702"], TBBH=["1", "2", "3", "4"])
    frame.to_file(tmp_path / "县 地类.gpkg", layer="DLTB")
    return tmp_path / "县 地类.gpkg"


def ended(client, task_id: str) -> dict:
    for _ in range(600):
        task = client.get(f"/api/tasks/{task_id}").json()
        if task["state"] in ("done", "failed", "cancelled"):
            return task
        time.sleep(0.05)
    raise AssertionError("the task did not end")


def send(client, file: Path, code: str = "QT_LAND", **fields: str):
    with file.open("rb") as opened:
        return client.post(f"/api/layers/{code}/imports", files={"file": (file.name, opened)}, data=fields)


def test_a_file_becomes_a_version(empty, upload):
    answer = send(empty, upload, valid_from="2022-05-01", act="批复〔2022〕1号")
    assert answer.status_code == 202
    task = ended(empty, answer.json()["task"])
    assert task["state"] == "done", task
    assert (task["share"], task["result"]["version"], task["result"]["rows"]) == (1, 1, 4)
    version = empty.get("/api/layers/QT_LAND/versions").json()[0]
    assert (version["valid_from"], version["act"], version["source_name"]) == (
        "2022-05-01",
        "批复〔2022〕1号",
        "县 地类.gpkg/DLTB",
    )
    assert version["recorded_by"] == "web"
    assert [found["id"] for found in empty.get("/api/tasks").json()] == [task["id"]]
    workspace = empty.app.state.tuban.workspace
    assert list(workspace.cache_dir("uploads").iterdir()) == []


def test_a_bad_file_fails_with_the_words_of_the_command_line(empty, tmp_path):
    bad = tmp_path / "x.gpkg"
    bad.write_bytes(b"this is no GeoPackage")
    task = ended(empty, send(empty, bad).json()["task"])
    assert task["state"] == "failed"
    assert task["error"]["kind"] in {"BrokenFile", "FormatNotAllowed"}
    assert task["error"]["fix"]
    english = empty.get(f"/api/tasks/{task['id']}?lang=en").json()["error"]
    assert english["problem"] != task["error"]["problem"]
    assert empty.get("/api/layers").json()["layers"] == []


def test_an_unknown_layer_is_said_at_once(empty, upload):
    answer = send(empty, upload, code="NOPE")
    assert answer.status_code == 404
    assert answer.json()["error"]["kind"] == "UnknownLayer"
    assert empty.get("/api/tasks").json() == []


def test_an_upload_without_file_or_with_a_bad_date_is_refused(empty, upload):
    assert empty.post("/api/layers/QT_LAND/imports").status_code == 400
    assert send(empty, upload, valid_from="soon").status_code == 400


def test_events_tell_of_every_change_and_end(empty, upload):
    task_id = send(empty, upload).json()["task"]
    with empty.stream("GET", f"/api/tasks/{task_id}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        told = [line.removeprefix("data: ") for line in answer.iter_lines() if line.startswith("data: ")]
    states = [json.loads(line)["state"] for line in told]
    assert states[-1] == "done"
    assert empty.get("/api/tasks/" + "0" * 32 + "/events").status_code == 404
    assert empty.get("/api/tasks/nonsense").status_code == 400


def wait_for(condition) -> None:
    for _ in range(400):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come to that")


def test_a_cancelled_task_stops_at_its_next_step_and_cleans_up(tmp_path):
    tasks, going, cleaned = Tasks(tmp_path, 10), threading.Event(), threading.Event()

    def work(progress):
        for i in range(10_000):
            progress(Step(i / 10_000, Text("做", "working")))
            going.set()
            time.sleep(0.002)
        return {}

    task = tasks.start(Text("长", "long"), work, cleaned.set)
    waiting = tasks.start(Text("等", "waits"), work)
    assert going.wait(5)
    assert waiting.state == "waiting"
    tasks.cancel(task.id)
    tasks.cancel(waiting.id)
    wait_for(lambda: task.ended and waiting.ended)
    assert (task.state, waiting.state) == ("cancelled", "cancelled")
    assert task.share < 1
    assert cleaned.is_set()
    tasks.close()


def test_tasks_outlive_the_process_and_a_running_one_reads_as_failed(tmp_path):
    tasks = Tasks(tmp_path, 10)
    done = tasks.start(Text("甲", "one"), lambda progress: {"code": "X"})
    wait_for(lambda: done.ended)
    tasks.close()
    file = next(tmp_path.glob("*.json"))
    killed = json.loads(file.read_text(encoding="utf-8")) | {
        "id": "f" * 32,
        "state": "running",
        "result": None,
    }
    (tmp_path / f"{'f' * 32}.json").write_text(json.dumps(killed), encoding="utf-8")
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    again = Tasks(tmp_path, 10)
    assert again.get(done.id).state == "done"
    found = again.get("f" * 32)
    assert found.state == "failed"
    assert found.error is not None
    assert "中断" in found.error["problem"]["zh"]
    again.close()


def test_a_fault_of_ours_is_told_without_its_traceback(tmp_path):
    tasks = Tasks(tmp_path, 10)

    def work(progress):
        raise ZeroDivisionError("secret path")

    task = tasks.start(Text("错", "fault"), work)
    wait_for(lambda: task.ended)
    assert task.state == "failed"
    assert "secret path" not in json.dumps(task.error)
    tasks.close()


def test_only_so_many_tasks_are_kept(tmp_path):
    tasks = Tasks(tmp_path, 3)
    for _ in range(8):
        task = tasks.start(Text("甲", "one"), lambda progress: {})
        wait_for(lambda task=task: task.ended)
    assert len(tasks.list()) <= 4
    assert len(list(tmp_path.glob("*.json"))) == len(tasks.list())
    tasks.close()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("县.gdb.zip", "县.gdb.zip"),
        ("../../etc/passwd", "passwd"),
        ("C:\\数据\\地类.zip", "地类.zip"),
        ("a\x00b\n.gpkg", "a_b_.gpkg"),
        ("", "upload"),
        ("...", "upload"),
        ("CON.gpkg", "upload_CON.gpkg"),
        ("x" * 300 + ".gpkg", "x" * 95 + ".gpkg"),
    ],
)
def test_names_are_only_names(given, kept):
    assert safe_name(given) == kept


def test_the_limit_on_uploads_holds_with_and_without_a_declared_length(tmp_path, upload):
    from fastapi.testclient import TestClient

    from tuban.service.app import create_app
    from tuban.settings import Settings
    from tuban.store import create

    create(tmp_path / "ws", name="x").close()
    app = create_app(tmp_path / "ws", Settings(prepare_layers=False, max_upload_bytes=1000))
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = send(client, upload)
        assert answer.status_code == 400
        assert answer.json()["error"]["kind"] == WrongUse.__name__
        assert "MB" in answer.json()["error"]["problem"]

        def parts():
            yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.gpkg"\r\n\r\n'
            for _ in range(200):
                yield b"x" * 1000
            yield b"\r\n--b--\r\n"

        headers = {"content-type": "multipart/form-data; boundary=b"}
        assert client.post("/api/layers/QT_LAND/imports", content=parts(), headers=headers).status_code == 400
        assert client.get("/api/tasks").json() == []
