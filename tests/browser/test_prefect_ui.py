"""The Prefect UI in a real browser: what people see of a run of the seeds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, Shoot
from tests.conftest import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.server]

NEWSHOUSE = Path(sys.executable).with_name("newshouse")


@pytest.fixture(scope="module")
def warehouse(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The seeds, loaded by the command and reported to the server."""
    path = tmp_path_factory.mktemp("ui") / "news.duckdb"
    ran = subprocess.run(
        [str(NEWSHOUSE), "run", "--warehouse", str(path)],
        capture_output=True, text=True, cwd=ROOT, timeout=240, env=server.environment, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return path


def test_the_dashboard_shows_the_run(
    server: Server, warehouse: Path, page: Page, shoot: Shoot
) -> None:
    page.goto(f"{server.url}/dashboard")
    expect(page.get_by_text("Flow Runs").first).to_be_visible()
    page.wait_for_timeout(2000)
    shoot(page, "dashboard")
