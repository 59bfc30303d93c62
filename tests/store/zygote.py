"""Run as a process: forks a child for each order, which writes to a workspace until it is killed or done.

Orders are lines of JSON on stdin, answers on stdout. A child that dies by SIGKILL cannot tidy up.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from datetime import date

import geopandas as gpd
from shapely import box

from tuban.domain.version import Validity
from tuban.errors import Text, TubanError
from tuban.store import open_workspace

EVENTS = {"open", "os.rename", "os.remove", "os.mkdir", "os.listdir", "os.scandir", "sqlite3.connect"}


def die_at(event: int, folder: str) -> None:
    """Kill this process at the `event`-th time that Python touches the disk in `folder`, or syncs."""
    count = 0

    def strike() -> None:
        nonlocal count
        count += 1
        if count == event:
            os.kill(os.getpid(), signal.SIGKILL)

    def heard(name: str, args: tuple) -> None:
        paths = [os.fsdecode(arg) for arg in args if isinstance(arg, (str, bytes, os.PathLike))]
        if name in EVENTS and any(folder in path for path in paths):
            strike()

    sync = os.fsync
    os.fsync = lambda descriptor: (strike(), sync(descriptor), strike())[1]  # type: ignore[assignment]
    sys.addaudithook(heard)


def work(order: dict) -> dict:
    frame = gpd.GeoDataFrame(
        {"N": range(order["rows"])},
        geometry=[box(500_000 + i, 3_680_000, 500_001 + i, 3_680_001) for i in range(order["rows"])],
        crs="EPSG:4547",
    )
    if order.get("event"):
        die_at(order["event"], order["folder"])
    if order.get("limit") is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["limit"], order["limit"]))
    try:
        with open_workspace(order["folder"], database=order["database"], wait_s=5) as ws:
            if order["what"] == "add":
                start = date(2000, 1, 1).replace(year=2000 + order["year"])
                ws.add_version(
                    "DLTB", frame, valid=Validity(start), by="子进程", source_name="a", source_sha256="0" * 64
                )
            elif order["what"] == "hold":
                with ws._writer.hold(Text("长时间入库", "a long import"), "王五"):
                    print(json.dumps({"holding": os.getpid()}), flush=True)
                    time.sleep(600)
    except TubanError as error:
        return {"error": type(error).__name__, "zh": error.problem.zh}
    return {"error": None}


def main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            print(json.dumps(work(order)), flush=True)
            os._exit(0)
        if order.get("kill_after_s") is not None:
            time.sleep(order["kill_after_s"])
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        print(json.dumps({"killed": os.WIFSIGNALED(status)}), flush=True)


main()
