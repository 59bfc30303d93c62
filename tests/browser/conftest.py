"""A small sample county, served on a free port, and a real Chromium in front of it."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from browser.desk import OFFICE, County, Desk, Watch

ROOT = Path(__file__).resolve().parent.parent.parent
BUILT = ROOT / "src" / "tuban" / "_web" / "index.html"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # As on a machine without internet: no name but this machine's is found.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


# A busy machine draws and answers late; a wrong page stays wrong for longer than this.
expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a browser; without the built front end there is nothing to look at."""
    here = Path(__file__).parent
    for item in items:
        if here not in item.path.parents:
            continue
        item.add_marker(pytest.mark.browser)
        # The first test also builds the county; software WebGL on a busy machine is slow.
        item.add_marker(pytest.mark.timeout(600))
        if not CHROMIUM:
            item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))
        if not BUILT.exists():
            item.add_marker(
                pytest.mark.skip(reason="the front end is not built (src/tuban/_web): python hatch_build.py")
            )


def free_port() -> int:
    """Give a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    """Build about 2,500 parcels of sample county and serve them until the session ends."""
    import uvicorn

    from tuban.service.app import create_app
    from tuban.workflows.demo import build

    folder = tmp_path_factory.mktemp("county") / "demo"
    build(folder, parcels=2500, seed=7)
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(create_app(folder), host="127.0.0.1", port=port, log_level="warning")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    give_up = time.monotonic() + 30
    while not server.started:
        assert time.monotonic() < give_up, "the service did not start"
        time.sleep(0.05)
    yield County(f"http://127.0.0.1:{port}", folder)
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, drawing WebGL in software: no graphics card is needed."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def desk(chromium: Browser, county: County, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A fresh browser profile, 1366×768 and Chinese unless the test is parametrised otherwise."""
    wanted = {"viewport": OFFICE, "locale": "zh-CN", **getattr(request, "param", {})}
    context = chromium.new_context(accept_downloads=True, **wanted)
    watch = Watch()
    context.on(
        "request",
        lambda r: None if r.url.startswith((county.url, "data:", "blob:")) else watch.foreign.append(r.url),
    )
    yield Desk(context, county, watch)
    context.close()


@pytest.fixture
def page(desk: Desk) -> Page:
    """The map, drawn."""
    return desk.open()
