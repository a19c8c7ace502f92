"""A real browser, and a real Prefect server on loopback, for tests that look at pages.

Skips, with the reason, where there is no Chromium. Screenshots are kept under `test-output/`.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.conftest import ROOT
from tests.flows.service.served import PrefectServer

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
        "console",
        lambda message: print(f"console: {message.text}") if message.type == "error" else None,
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


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to end, and see that it does."""
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(10)
    if process.poll() is None:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """A Prefect server of this test module, with a home of its own."""
    server = PrefectServer(tmp_path_factory.mktemp("prefect"))
    yield server
    server.kill()
