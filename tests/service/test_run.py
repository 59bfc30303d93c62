"""Starting: the port is checked first, the service is awaited, and it stops cleanly."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from tuban.errors import WorkspaceNotFound, WrongUse
from tuban.service.run import check_port, serve
from tuban.settings import Settings, read_settings
from tuban.store import create


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_taken_port_is_said_with_another_to_try(free_port):
    check_port("127.0.0.1", free_port)
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", free_port))
        holder.listen()
        with pytest.raises(WrongUse) as raised:
            check_port("127.0.0.1", free_port)
    assert str(free_port) in raised.value.problem.zh
    assert f"--port {free_port + 1}" in raised.value.fix.en


@pytest.mark.parametrize("host", ["203.0.113.7", "no.such.host.invalid", "a" * 300])
def test_an_address_that_is_not_ours_is_refused(host, free_port):
    with pytest.raises(WrongUse):
        check_port(host, free_port)


def test_a_folder_without_workspace_is_refused(tmp_path, free_port):
    with pytest.raises(WorkspaceNotFound):
        serve(tmp_path, port=free_port, open_browser=False)


@pytest.mark.skipif(os.name == "nt", reason="stops by a signal that Windows does not have")
def test_the_service_answers_and_stops_when_asked(tmp_path, free_port):
    create(tmp_path, name="空县").close()
    script = (
        f"from tuban.service.run import serve; serve({str(tmp_path)!r}, port={free_port}, open_browser=False)"
    )
    process = subprocess.Popen([sys.executable, "-c", script])
    try:
        for _ in range(300):
            try:
                connection = http.client.HTTPConnection("127.0.0.1", free_port, timeout=5)
                connection.request("GET", "/api/status")
                break
            except ConnectionRefusedError:
                assert process.poll() is None
                time.sleep(0.1)
        assert json.loads(connection.getresponse().read())["name"] == "空县"
        connection.close()
        process.send_signal(signal.SIGINT)
        process.wait(20)
    finally:
        process.kill()


def test_settings_come_from_the_environment():
    found = read_settings({"TUBAN_MAX_PAGE": "50", "TUBAN_PREPARE_LAYERS": "no", "TUBAN_TIANDITU_KEY": " k "})
    assert (found.max_page, found.prepare_layers, found.tianditu_key) == (50, False, "k")
    assert read_settings({}) == Settings()


@pytest.mark.parametrize(
    "variable", [{"TUBAN_MAX_PAGE": "many"}, {"TUBAN_MAX_PAGE": "-1"}, {"TUBAN_PREPARE_LAYERS": "perhaps"}]
)
def test_a_setting_that_cannot_be_is_refused_by_name(variable):
    with pytest.raises(WrongUse) as raised:
        read_settings(variable)
    assert next(iter(variable)) in raised.value.problem.zh
