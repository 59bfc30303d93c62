"""What the service benchmarks share: a made-up coverage of parcels, a workspace with it, and the service."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
import uvicorn

from tuban.domain.version import Validity
from tuban.service.app import create_app
from tuban.service.state import State
from tuban.settings import Settings
from tuban.standards.load import profile
from tuban.store import create, open_workspace

CRS = "EPSG:4547"
ORIGIN_E, ORIGIN_N, PARCEL_M = 480_000.0, 3_660_000.0, 63.0
POINTS_AN_EDGE = 8  # between two corners: 36 vertices a parcel
CLASSES = np.array(
    ["0101", "0102", "0103", "0301", "0307", "0404", "0601", "0702", "1003", "1006", "1101", "1107"]
)


def coverage(parcels: int, seed: int = 5) -> gpd.GeoDataFrame:
    """Give about that many parcels with wandering shared edges, no gaps, classes in patches and at random."""
    rng = np.random.default_rng(seed)
    m = round(parcels**0.5)
    i, j = np.meshgrid(np.arange(m + 1), np.arange(m + 1), indexing="ij")
    node = (np.stack([i, j], -1) + rng.uniform(-0.28, 0.28, (m + 1, m + 1, 2))) * PARCEL_M
    node += [ORIGIN_E, ORIGIN_N]
    t = np.linspace(0, 1, POINTS_AN_EDGE + 2)[:-1, None]

    def edges(start: np.ndarray, end: np.ndarray) -> np.ndarray:
        along = start[..., None, :] + t * (end - start)[..., None, :]
        wander = rng.normal(0, 1.2, along.shape) * np.sin(np.pi * t)
        return along + wander

    east, north = edges(node[:-1], node[1:]), edges(node[:, :-1], node[:, 1:])
    bottom, right = east[:, :-1], north[1:]
    # The far sides run backwards: their first point is the corner that the near side began with.
    top = np.concatenate([node[1:, 1:, None], east[:, 1:, :0:-1]], axis=2)
    left = np.concatenate([node[:-1, 1:, None], north[:-1, :, :0:-1]], axis=2)
    rings = np.concatenate([bottom, right, top, left], axis=2).reshape(m * m, -1, 2)
    rings = np.concatenate([rings, rings[:, :1]], axis=1).round(4)
    x, y = i[:-1, :-1].ravel() / m, j[:-1, :-1].ravel() / m
    patches = (
        np.sin(9 * x + 3 * np.sin(7 * y)) + np.cos(11 * y + 2 * np.sin(5 * x)) + rng.normal(0, 0.35, m * m)
    )
    rank = np.argsort(np.argsort(patches)) * len(CLASSES) // (m * m)
    names = [f"4104811{number:011d}" for number in range(m * m)]
    return gpd.GeoDataFrame({"BSM": names, "DLBM": CLASSES[rank]}, geometry=shapely.polygons(rings), crs=CRS)


def workspace(folder: Path, parcels: int) -> Path:
    """Give the folder of a workspace with that coverage as DLTB, made if it is not there."""
    if not (folder / "catalogue.sqlite").exists():
        start = time.perf_counter()
        with create(folder, name="benchmark", sample=True) as ws:
            ws.add_version(
                "DLTB", coverage(parcels), spec=profile().layer("DLTB"), source_name="made up",
                source_sha256="0" * 64, valid=Validity(date(2021, 1, 1)), by="benchmark",
            )  # fmt: skip
        print(f"workspace of {parcels:,} parcels made in {time.perf_counter() - start:.1f} s")
    return folder


@contextlib.contextmanager
def service(folder: Path) -> Iterator[tuple[State, http.client.HTTPConnection]]:
    """Serve a workspace on a free port of this machine; gives its state and an open connection."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with open_workspace(folder) as ws:
        app = create_app(ws, Settings(prepare_layers=False))
        server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", access_log=False))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        connection = http.client.HTTPConnection("127.0.0.1", port)
        try:
            yield app.state.tuban, connection
        finally:
            connection.close()
            server.should_exit = True
            thread.join(10)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, after how many milliseconds on the clock and of processor time.

    Processor time counts asking and answering; on a quiet machine the clock shows about the same, on a busy one
    only it can be compared.
    """

    clock_ms: float
    cpu_ms: float
    status: int
    body: bytes


def asked(connection: http.client.HTTPConnection, url: str) -> Answer:
    """Ask once."""
    start, cpu = time.perf_counter(), time.process_time()
    try:
        connection.request("GET", url, headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
    except http.client.RemoteDisconnected:  # idle for too long; a new connection is opened by itself
        connection.request("GET", url, headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
    body = answer.read()
    return Answer((time.perf_counter() - start) * 1e3, (time.process_time() - cpu) * 1e3, answer.status, body)


def quantiles(answers: list[Answer]) -> str:
    """Write clock p50 and p99, then processor time p50, p99 and the most."""
    clock = np.quantile([answer.clock_ms for answer in answers], [0.5, 0.99])
    cpu = np.quantile([answer.cpu_ms for answer in answers], [0.5, 0.99, 1.0])
    return " | ".join(f"{value:.1f}" for value in (*clock, *cpu))


QUANTILES = "clock p50 | p99 | cpu p50 | p99 | max"
RULES = "---|---|---|---|---"
