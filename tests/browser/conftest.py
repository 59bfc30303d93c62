"""A small sample county, served on a free port, and a real Chromium in front of it."""

from __future__ import annotations

import json
import shutil
import socket
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent.parent
BUILT = ROOT / "src" / "tuban" / "_web" / "index.html"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OFFICE = {"width": 1366, "height": 768}
WALL = {"width": 1920, "height": 1080}
PHONE = {"width": 390, "height": 844}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a browser; without the built front end there is nothing to look at."""
    here = Path(__file__).parent
    for item in items:
        if here not in item.path.parents:
            continue
        item.add_marker(pytest.mark.browser)
        if not BUILT.exists():
            item.add_marker(
                pytest.mark.skip(reason="the front end is not built (src/tuban/_web): python hatch_build.py")
            )


@dataclass
class County:
    """The served sample county: where it is, and its API as plain data."""

    url: str
    folder: Path

    def get(self, path: str, **query: Any) -> Any:
        """Give the answer of `GET /api/<path>`."""
        text = urllib.parse.urlencode({k: v for k, v in query.items() if v is not None}, doseq=True)
        with urllib.request.urlopen(
            f"{self.url}/api/{path}{'?' + text if text else ''}", timeout=60
        ) as answer:
            return json.load(answer)

    def layer(self, code: str) -> dict[str, Any]:
        """Give the catalogue's entry of one layer, today."""
        return next(layer for layer in self.get("layers")["layers"] if layer["code"] == code)


@dataclass
class Watch:
    """What a page said and asked for while it was open."""

    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)


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
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Desk:
    """One person's browser: opens pages of the county and watches what they say."""

    context: BrowserContext
    county: County
    watch: Watch

    def open(self, path: str = "/", *, drawn: bool = True) -> Page:
        """Open a page; with `drawn`, wait until the map has drawn everything it has."""
        page = self.context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda m: self.watch.errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.watch.errors.append(str(error)))
        page.goto(self.county.url + path)
        if drawn:
            wait_until_drawn(page)
        return page


def wait_until_drawn(page: Page) -> None:
    """Wait until the map is idle: the page says so on its map's element."""
    page.wait_for_selector('[data-map-state="idle"]', timeout=45_000)


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
