"""Kernels made ready at the start: nobody else waits, and nothing hangs where they cannot be made."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
import threading

import pytest
from fastapi.testclient import TestClient

from service.conftest import QUIET
from service.test_tiles import url
from tuban.geo.warm import KERNELS
from tuban.service import warming
from tuban.service.app import create_app
from tuban.service.warming import CHILDREN, SIGNS, Kernels, compiled_before


def test_every_kernel_has_a_child_a_sign_and_a_way_to_be_made():
    names = [name for names in CHILDREN for name in names]
    assert sorted(names) == sorted(SIGNS) == sorted(KERNELS)
    for sign in SIGNS.values():
        module, prefix = sign.split(".")
        assert any(name.startswith(prefix) for name in vars(importlib.import_module(f"tuban.geo.{module}")))


@pytest.mark.parametrize("name", sorted(KERNELS))
def test_what_was_made_once_is_found_afterwards(name):
    if "NUMBA_CACHE_DIR" not in os.environ and not os.access(warming.GEO, os.W_OK):
        pytest.skip("the cache of this machine is elsewhere")
    KERNELS[name]()
    assert compiled_before(SIGNS[name])


def test_an_older_cache_or_none_counts_as_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    sign = SIGNS["single"]
    assert not compiled_before(sign)
    kept = tmp_path / "geo_0123" / f"{sign}-1.py311.nbi"
    kept.parent.mkdir()
    kept.touch()
    assert compiled_before(sign)
    os.utime(kept, (0, 0))
    assert not compiled_before(sign)


def test_a_machine_that_cannot_start_a_child_still_serves(monkeypatch):
    def refuse(*args: object, **options: object) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(warming.subprocess, "Popen", refuse)
    kernels = Kernels()
    kernels.start(missing=KERNELS)
    kernels.wait(*KERNELS)  # returns: the first use compiles


def test_a_child_is_asked_for_what_is_missing_and_nothing_else(monkeypatch):
    asked: list[list[str]] = []
    real = subprocess.Popen

    def spy(command: list[str], **options: object) -> subprocess.Popen:
        asked.append(command)
        return real([sys.executable, "-c", "pass"])

    monkeypatch.setattr(warming.subprocess, "Popen", spy)
    kernels = Kernels()
    kernels.start(missing=["merged"])
    kernels.wait(*KERNELS)
    assert asked == [[sys.executable, "-m", "tuban.geo.warm", "merged"]]


def test_only_tiles_wait_for_their_kernels(filled, tmp_path):
    folder = tmp_path / "ws"
    shutil.copytree(filled, folder)
    kernels = Kernels()
    kernels._started = True  # under way, and not ready yet
    with TestClient(create_app(folder, QUIET, kernels=kernels)) as client:
        answers = []
        asking = threading.Thread(target=lambda: answers.append(client.get(url("DLTB", 2, 14)).status_code))
        asking.start()
        assert client.get("/api/status").status_code == 200
        assert client.get("/api/statistics", params={"layer": "DLTB", "by": "class"}).status_code == 200
        asking.join(0.5)
        assert answers == []
        for event in kernels._ready.values():
            event.set()
        asking.join(60)
        assert answers == [200]
