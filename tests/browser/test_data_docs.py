"""Great Expectations' Data Docs in a real browser without the internet."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from expectations.data_docs import build_data_docs
from tests.expectations.good_rows import good_rows, open_database

pytestmark = pytest.mark.browser


def test_tables_are_filled_and_filters_work_offline(page: Page, tmp_path: Path) -> None:
    con = open_database(good_rows())
    con.execute("update main.article set language = 'iw'")
    index = build_data_docs(con, tmp_path)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(index.as_uri())
    results = page.locator("#Validation-Results tbody tr")
    assert results.count() > 15
    page.fill("#Validation-Results input[type=search]", "warehouse-article_v")
    expect(results).to_have_count(1)
    page.fill("#Validation-Results input[type=search]", "warehouse-article")
    results.filter(has=page.get_by_role("link", name="article", exact=True)).click(
        position={"x": 5, "y": 5}
    )
    page.get_by_text("Failed Only").click()
    expect(page.locator("tr:visible", has_text="article.language.in_force")).to_have_count(1)
    expect(page.locator("tr:visible", has_text="values must never be null")).to_have_count(0)

    assert [url for url in asked if not url.startswith("file:")] == []
