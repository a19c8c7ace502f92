"""The explore page in a real browser: every section shows, nothing leaves loopback, it ends."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.browser.conftest import Shoot, end
from tests.conftest import ROOT
from tests.flows.explore.hostile import EVIL_ARTICLE, EVIL_ENTITY, SCRIPT, publish_hostile
from tests.warehouse.made_up import START, MadeUp, add_run, made_up_run, run_id_of
from tests.warehouse.test_publish import publish_run

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SLOW = 60_000
"""Milliseconds; a loaded machine starts a session slowly."""


class Served(NamedTuple):
    """A page that is served: where, and by which process."""

    url: str
    process: subprocess.Popen[bytes]


def serve(warehouse: Path, home: Path) -> Served:
    process = subprocess.Popen(
        [sys.executable, "-m", "flows.main", "explore", "--warehouse", str(warehouse), "--port",
         "0", "--no-browser"],
        stdout=subprocess.PIPE, cwd=ROOT, env=os.environ | {"HOME": str(home)},
    )  # fmt: skip
    assert process.stdout is not None
    first_line = process.stdout.readline().decode()
    found = re.search(r"http://127\.0\.0\.1:\d+", first_line)
    assert found, first_line
    return Served(found[0], process)


@pytest.fixture(scope="module")
def seeds(
    browser: Browser, seed_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    served = serve(seed_warehouse, tmp_path_factory.mktemp("home"))
    yield served
    end(served.process)


@pytest.fixture
def asked(page: Page) -> list[Request]:
    """Every request that the page makes."""
    requests: list[Request] = []
    page.on("request", lambda request: requests.append(request))
    page.set_viewport_size({"width": 1280, "height": 2200})
    return requests


def outside(requests: list[Request]) -> list[str]:
    own = ("http://127.0.0.1:", "data:", "blob:")
    return [request.url for request in requests if not request.url.startswith(own)]


def test_every_section_of_the_seeds_shows_and_nothing_leaves_loopback(
    seeds: Served, page: Page, asked: list[Request], shoot: Shoot
) -> None:
    page.goto(seeds.url)
    expect(page.locator(".nh .card", has_text="articles").first).to_contain_text("23", timeout=SLOW)
    for name, words, charts in (
        ("Overview", "98 of 100 dated articles", 4),
        ("Outlets", "Coastline Radio News", 1),
        ("Entities", "Entities named with it", 3),
        ("Articles", "not part of the story", 0),
        ("Quality", "Outcomes of the files", 0),
        ("Quarantine", "The file is empty (0 bytes)", 1),
    ):
        page.get_by_role("tab", name=name).click()
        if name != "Entities":
            expect(page.get_by_text(words).first).to_be_visible(timeout=SLOW)
        drawn = page.locator(".vega-embed canvas, .vega-embed svg.marks")
        expect(drawn).to_have_count(charts, timeout=SLOW)
        shoot(page, name)
    assert outside(asked) == []


def test_an_entity_is_searched_and_leads_to_an_article(
    seeds: Served, page: Page, asked: list[Request], shoot: Shoot
) -> None:
    page.goto(f"{seeds.url}/?section=entities")
    page.get_by_placeholder("a name or alias").fill("whitcombe")
    expect(page.get_by_role("heading", name="Daniel Whitcombe")).to_be_visible(timeout=SLOW)
    shoot(page, "entity searched")

    page.get_by_role("link", name="Seven things we learned").click()
    expect(page.get_by_role("heading", name="Seven things we learned")).to_be_visible(timeout=SLOW)
    assert page.locator(".nh .text mark").count() > 5
    assert page.locator(".nh .block.aside").count() > 0
    shoot(page, "article with promo")
    assert outside(asked) == []


def test_articles_are_searched_by_title_and_outlet(seeds: Served, page: Page) -> None:
    page.goto(f"{seeds.url}/?section=articles&outlet=coastline")
    choice = page.locator("marimo-dropdown select").last
    expect(choice.locator("option")).to_have_count(5, timeout=SLOW)
    page.get_by_placeholder("words of the title").fill("wanted GAUGE")
    expect(page.get_by_role("heading", name="Rain gauge volunteers wanted")).to_be_visible(
        timeout=SLOW
    )
    page.get_by_placeholder("words of the title").fill("no such words")
    expect(page.get_by_text("Article (no match)")).to_be_visible(timeout=SLOW)


def test_other_sites_and_names_are_refused(seeds: Served) -> None:
    for header, value in (("Host", "rebound.example"), ("Origin", "http://evil.example")):
        request = urllib.request.Request(seeds.url, headers={header: value})
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(request, timeout=10)


def test_hostile_texts_are_shown_and_do_nothing(
    browser: Browser, page: Page, asked: list[Request], shoot: Shoot, tmp_path: Path
) -> None:
    warehouse = tmp_path / "news.duckdb"
    publish_hostile(warehouse)
    served = serve(warehouse, tmp_path)
    try:
        for place in ("overview", f"articles&article={EVIL_ARTICLE}", "quality", "quarantine",
                      f"entities&entity={EVIL_ENTITY}", "outlets"):  # fmt: skip
            page.goto(f"{served.url}/?section={place}")
            shown = ".vega-embed" if place == "overview" else ":is(.text, table, h2)"
            expect(page.locator(f":is(.nh {shown}, {shown})").first).to_be_visible(timeout=SLOW)
            if place != "overview":
                expect(page.get_by_text(SCRIPT).first).to_be_visible(timeout=SLOW)
            shoot(page, f"hostile {place.partition('&')[0]}")
            assert page.title() == "newshouse"
        assert [request.url for request in asked if "track.png" in request.url] == []
        assert outside(asked) == []
    finally:
        end(served.process)


def test_an_empty_warehouse_says_so_and_a_publication_is_seen_on_reload(
    browser: Browser, page: Page, shoot: Shoot, tmp_path: Path
) -> None:
    warehouse = tmp_path / "news.duckdb"
    nothing = MadeUp(run_id_of(1))
    add_run(nothing, START)
    publish_run(nothing, warehouse)
    served = serve(warehouse, tmp_path)
    try:
        page.goto(served.url)
        for name in ("Overview", "Outlets", "Entities", "Articles"):
            page.get_by_role("tab", name=name).click()
            expect(page.get_by_text("There is no article in this warehouse yet.")).to_be_visible(
                timeout=SLOW
            )
            shoot(page, f"empty {name}")
        for name, words in (("Quality", "No run has been checked yet."),
                            ("Quarantine", "Nothing is in quarantine.")):  # fmt: skip
            page.get_by_role("tab", name=name).click()
            expect(page.get_by_text(words)).to_be_visible(timeout=SLOW)

        publish_run(made_up_run(2, {"one": 1, "two": 1}), warehouse)
        page.reload()
        expect(page.locator(".nh .card").first).to_contain_text("2", timeout=SLOW)

        # With a session open, as people leave it.
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(20) == 0
    finally:
        end(served.process)


def test_the_static_copy_shows_without_any_network(
    browser: Browser, seed_warehouse: Path, shoot: Shoot, tmp_path: Path
) -> None:
    to = tmp_path / "copy.html"
    command = [sys.executable, "-m", "flows.main", "explore", "--warehouse", str(seed_warehouse)]
    subprocess.run([*command, "--export", str(to)], cwd=ROOT, check=True, timeout=120)
    context = browser.new_context(offline=True, java_script_enabled=False)
    opened = context.new_page()
    requests: list[str] = []
    opened.on("request", lambda request: requests.append(request.url))
    opened.goto(to.as_uri())

    for name in ("Overview", "Outlets", "Entities", "Articles", "Quality", "Quarantine"):
        expect(opened.get_by_role("heading", name=name, exact=True)).to_be_visible()
    expect(opened.get_by_role("img", name="Entities named with it").first).to_be_visible()
    assert requests == [to.as_uri()]
    shoot(opened, "static copy")
    context.close()
