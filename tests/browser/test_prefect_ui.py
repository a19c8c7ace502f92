"""The Prefect UI in a real browser: what people see of a run of the seeds.

Pictures of every page are kept; the task graph is drawn on a canvas and can only be looked at.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Shoot
from tests.conftest import ROOT
from tests.flows.service.served import PrefectServer

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow]

NEWSHOUSE = Path(sys.executable).with_name("newshouse")

DEPLOY = """
from flows.ingest import ingest
given = {"settings": {"source": "seeds/articles"}}
print(ingest.to_deployment(name="ingest", tags=["newshouse"], parameters=given).apply())
"""


class Loaded(NamedTuple):
    """A run of the seeds that a server knows: its warehouse, its id, its artifacts by key."""

    server: PrefectServer
    warehouse: Path
    run_id: str
    artifacts: dict[str, str]

    def artifact(self, key: str, ui: str = "") -> str:
        """The address of an artifact's page; ``ui`` is ``/v2`` for Prefect's newer pages."""
        return f"{self.server.url}{ui}/artifacts/artifact/{self.artifacts[key]}"


def command(server: PrefectServer, *words: str) -> str:
    done = subprocess.run(
        words, capture_output=True, text=True, cwd=ROOT, timeout=240, env=server.environment(),
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def loaded(server: PrefectServer, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """The seeds, loaded by the command, once the server has saved everything that it received."""
    warehouse = tmp_path_factory.mktemp("ui") / "news.duckdb"
    command(server, str(NEWSHOUSE), "run", "--warehouse", str(warehouse))
    (run,) = server.api.ask("/flow_runs/filter", {})
    found = server.api.ask("/artifacts/filter", {})
    give_up_at = time.monotonic() + 60
    tasks: list[object] = []
    while len(tasks) < 12 and time.monotonic() < give_up_at:
        done = {"task_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}}
        tasks = server.api.ask("/task_runs/filter", done)
        time.sleep(0.5)
    return Loaded(server, warehouse, run["id"], {a["key"]: a["id"] for a in found})


def test_the_dashboard_shows_the_run(loaded: Loaded, page: Page, shoot: Shoot) -> None:
    page.goto(f"{loaded.server.url}/dashboard")
    expect(page.locator(".statistic-key-value").first).to_have_text(re.compile(r"1\s*total"))
    expect(page.get_by_text("You currently have 0 failed or crashed runs.")).to_be_visible()
    shoot(page, "dashboard")


def test_the_run_says_how_it_ended_and_what_each_stage_did(
    loaded: Loaded, page: Page, shoot: Shoot
) -> None:
    page.goto(f"{loaded.server.url}/runs/flow-run/{loaded.run_id}")
    expect(page.get_by_text("Completed with quarantine").first).to_be_visible()
    expect(page.get_by_text("seeds/articles 20").first).to_be_visible()
    expect(page.get_by_text("18 files seen: 18 to open, 0 unchanged; 0 gone")).to_be_visible()
    expect(page.get_by_text("24 records; 3 quarantined")).to_be_visible()
    page.wait_for_timeout(1500)  # the graph moves into place
    shoot(page, "run with task graph")
    page.locator("#task-runs").click()
    for name in ("discover files", "extract 18 files", "publish"):
        expect(page.get_by_text(name, exact=True).first).to_be_visible()
    shoot(page, "run, its tasks")
    page.locator("#artifacts").click()
    for key in ("run-summary", "rows-per-table", "checks", "progress", "quality-page"):
        expect(page.get_by_text(key, exact=True).first).to_be_visible()
    shoot(page, "run, its artifacts")


def test_the_summary_shows_pictures_and_reasons(loaded: Loaded, page: Page, shoot: Shoot) -> None:
    page.goto(loaded.artifact("run-summary"))
    expect(page.get_by_role("heading", name="Published")).to_be_visible()
    way = page.get_by_alt_text("rows of the run, from files to tables")
    expect(way).to_be_visible()
    assert way.evaluate("image => image.complete && image.naturalWidth") > 700
    trend = page.get_by_alt_text("files loaded (green)")
    expect(trend).to_be_visible()
    for words in ("article_version", "empty_file", "crest_thumbnail.txt", "All of it:"):
        expect(page.get_by_text(words).first).to_be_visible()
    expect(page.get_by_role("heading", name="Seconds a stage")).to_be_visible()
    page.set_viewport_size({"width": 1440, "height": 4200})
    shoot(page, "summary")


def test_the_newer_pages_draw_the_diagram_too(loaded: Loaded, page: Page, shoot: Shoot) -> None:
    page.goto(loaded.artifact("run-summary", "/v2"))
    diagram = page.locator("svg[aria-roledescription^=flowchart]")
    expect(diagram).to_be_visible()
    expect(diagram.get_by_text("23 articles")).to_be_visible()
    expect(page.get_by_alt_text("rows of the run, from files to tables")).to_be_visible()
    page.set_viewport_size({"width": 1440, "height": 3800})
    shoot(page, "summary in the newer pages")


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("rows-per-table", "article_component"),
        ("checks", "checks passed"),
        ("progress", "Progress: 100%"),
        ("quality-page", "quality.html"),
    ],
)
def test_every_artifact_can_be_read(
    loaded: Loaded, page: Page, shoot: Shoot, key: str, words: str
) -> None:
    page.goto(loaded.artifact(key))
    expect(page.get_by_text(words).first).to_be_visible()
    shoot(page, f"artifact {key}")


def test_the_event_feed_shows_what_was_made_out_of_what(
    loaded: Loaded, page: Page, shoot: Shoot
) -> None:
    page.goto(f"{loaded.server.url}/events")
    expect(page.get_by_text("Asset materialization succeeded").first).to_be_visible()
    table = page.get_by_text(re.compile(r"(main|ops)[./]\w+")).first
    expect(table).to_be_visible()
    table.scroll_into_view_if_needed()
    shoot(page, "events with assets")


def test_the_run_form_explains_itself(loaded: Loaded, page: Page, shoot: Shoot) -> None:
    deployment = command(loaded.server, sys.executable, "-c", DEPLOY).split()[-1]
    page.goto(f"{loaded.server.url}/deployments/deployment/{deployment}/run")
    for words in (
        "File, folder, glob or bucket to read.",
        "The published DuckDB file.",
        "addresses of files to read even if they are known and unchanged.",
    ):
        expect(page.get_by_text(words).first).to_be_visible()
    page.set_viewport_size({"width": 1440, "height": 4200})
    shoot(page, "run form")


def test_the_quality_page_needs_no_server(loaded: Loaded, page: Page, shoot: Shoot) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((loaded.warehouse.with_name("news.duckdb.d") / "docs" / "quality.html").as_uri())
    expect(page.get_by_role("heading", name="Data quality")).to_be_visible()
    expect(page.get_by_text(re.compile(r"(\d+) of \1 checks passed\."))).to_be_visible()
    assert all(url.startswith("file:") for url in asked)
    shoot(page, "quality page")
