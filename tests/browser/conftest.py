"""A real browser, and a real Prefect server on loopback, for tests that look at pages.

Skips, with the reason, where there is no Chromium. Screenshots are kept under `test-output/`.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from flows.main import QUIET_AND_PRIVATE
from tests.conftest import ROOT

OUTPUT = ROOT / "test-output"
"""Git-ignored; pictures of earlier runs are overwritten."""

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Nothing is fetched but what the page under test asks for; no sandbox, for containers."""

Shoot = Callable[[Page, str], Path]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium of the system, without a window; playwright's event loop ends with the module."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(_NAMES)} is installed")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=list(_QUIET))
        expect.set_options(timeout=30_000)  # pages of a server on a busy machine
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page in a context of its own; nothing that it logs goes unseen in a failed test."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, locale="en-GB")
    context.set_default_timeout(30_000)
    opened = context.new_page()
    opened.on("pageerror", lambda error: print(f"page error: {error}"))
    opened.on(
        "console", lambda said: print(f"console: {said.text}") if said.type == "error" else None
    )
    yield opened
    context.close()


@pytest.fixture
def shoot(request: pytest.FixtureRequest) -> Shoot:
    """Keep a picture of a page; its path is printed and returned."""

    def keep(page: Page, name: str) -> Path:
        folder = OUTPUT / Path(request.node.path).stem.removeprefix("test_")
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}.png"
        page.screenshot(path=path, full_page=True)
        print(f"screenshot: {path}")
        return path

    return keep


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes], seconds: float = 120) -> None:
    """Return once the address answers; fail where the process ends first or time runs out."""
    give_up_at = time.monotonic() + seconds
    while True:
        with (
            contextlib.suppress(urllib.error.URLError, OSError),
            urllib.request.urlopen(url, timeout=2) as answer,
        ):
            if answer.status == 200:
                return
        if process.poll() is not None:
            pytest.fail(f"the process of {url} ended with exit code {process.returncode}")
        if time.monotonic() > give_up_at:
            pytest.fail(f"{url} did not answer within {seconds:.0f} seconds")
        time.sleep(0.2)


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to end, and see that it does."""
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(10)
    if process.poll() is None:
        process.kill()
        process.wait()


class Server(NamedTuple):
    """A Prefect server: the address of its pages, and what a process needs to report to it."""

    url: str
    environment: dict[str, str]


@pytest.fixture(scope="module")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Prefect server of this test module, with a home of its own."""
    home, port = tmp_path_factory.mktemp("prefect"), free_port()
    url = f"http://127.0.0.1:{port}"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    environment = clean | QUIET_AND_PRIVATE | {
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"{url}/api",
    }  # fmt: skip
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1",
             "--port", str(port)],
            env=environment, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        wait_for(f"{url}/api/health", process)
        yield Server(url, environment)
    finally:
        end(process)
