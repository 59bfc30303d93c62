"""Serving a workspace to this machine's browser: port checked, ready awaited, browser opened."""

from __future__ import annotations

import dataclasses
import errno
import os
import socket
import sys
import threading
import time
import webbrowser
from pathlib import Path

import uvicorn

from tuban.domain.progress import Progress, Step, quiet
from tuban.errors import Text, WrongUse
from tuban.service.app import create_app
from tuban.service.warming import Kernels
from tuban.settings import Settings, read_settings
from tuban.store.opening import open_workspace

READY_S = 60.0
LAST_ANSWERS_S = 3  # what an open event stream may hold up a stop
ANY = {"0.0.0.0", "::"}  # noqa: S104  # compared with, never bound to


def serve(
    folder: str | Path,
    host: str = "127.0.0.1",
    port: int = 8000,
    open_browser: bool = True,
    progress: Progress = quiet,
    settings: Settings | None = None,
    kernels: Kernels | None = None,
) -> None:
    """Serve the workspace in `folder` until stopped (Ctrl+C).

    Parameters
    ----------
    kernels : started already; left out, they are started here.

    Raises
    ------
    WrongUse : the port is taken, or the address is not one of this machine.
    WorkspaceNotFound, WorkspaceTooNew, Damaged : the folder holds no workspace that can be used.
    """
    settings = settings or read_settings()
    check_port(host, port)
    if kernels is None:
        kernels = Kernels()
        kernels.start()
    progress(Step(0.0, Text("打开工作区", "Opening the workspace")))
    with open_workspace(Path(folder), database=settings.database or None) as workspace:
        app = create_app(workspace, _reachable(settings, host), kernels=kernels)
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=LAST_ANSWERS_S,
            )
        )
        watcher = threading.Thread(
            target=_when_ready, args=(server, host, port, open_browser, progress), daemon=True
        )
        watcher.start()
        server.run()
    if not server.started:
        raise taken(host, port)


def check_port(host: str, port: int) -> None:
    """Say nothing if the service can listen there.

    Raises
    ------
    WrongUse : the port is taken or not allowed, or the address is not one of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            if os.name == "posix":  # where it means: a port that was just given back is free
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except PermissionError as error:
        raise WrongUse(
            Text(f"无权使用端口 {port}。", f"Port {port} may not be used."),
            Text("请换 1024 以上的端口,例如 --port 8000。", "Take one above 1024, for example --port 8000."),
            port=port,
        ) from error
    except (OSError, UnicodeError, OverflowError) as error:
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise taken(host, port) from error
        raise WrongUse(
            Text(f"不能在 {host}:{port} 上提供服务。", f"The service cannot listen on {host}:{port}."),
            Text("本机使用请用 --host 127.0.0.1。", "For this machine alone use --host 127.0.0.1."),
            host=host,
            port=port,
        ) from error


def taken(host: str, port: int) -> WrongUse:
    """Say that another program listens there."""
    return WrongUse(
        Text(f"端口 {port} 已被其他程序占用。", f"Port {port} is taken by another program."),
        Text(
            f"请关闭占用的程序,或换一个端口:--port {port + 1 if port < 65535 else 8000}。",
            f"Stop that program, or take another port: --port {port + 1 if port < 65535 else 8000}.",
        ),
        host=host,
        port=port,
    )


def has_browser() -> bool:
    """Say whether there is a screen to open a browser on."""
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def _reachable(settings: Settings, host: str) -> Settings:
    """Let the service be reached under the name it listens on; on every address, under any name."""
    name = "*" if host in ANY else host
    return dataclasses.replace(settings, allowed_hosts=f"{settings.allowed_hosts},{name}".strip(","))


def _when_ready(server: uvicorn.Server, host: str, port: int, open_browser: bool, progress: Progress) -> None:
    end = time.monotonic() + READY_S
    while not server.started:
        if time.monotonic() > end or server.should_exit:
            return
        time.sleep(0.05)
    progress(Step(1.0, Text("服务已就绪", "The service is ready")))
    if open_browser and has_browser():
        shown = "127.0.0.1" if host in ANY else host
        webbrowser.open(f"http://{f'[{shown}]' if ':' in shown else shown}:{port}/")
