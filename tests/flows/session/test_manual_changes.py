"""People's decisions about a warehouse: which articles they mean, and what is left on record."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from flows.session.manual_changes import chosen_articles, purge_articles
from flows.settings import Settings
from tests.warehouse.made_up import START, hex16, made_up_run
from tests.warehouse.test_publish import publish_run, whole


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Two articles: an old one of the first outlet, and an undated one of the second."""
    warehouse = tmp_path / "news.duckdb"
    run = made_up_run(1, {"old": 1, "undated": 1})
    old, undated = run.rows["article"]
    old |= {"source_id": "tidewater_post", "published_at": START - timedelta(days=400)}
    undated |= {"source_id": "unknown", "published_at": None}
    for version in run.rows["article_version"]:
        version["valid_from"] = START
    run.add("quarantine", quarantine_id="0" * 16, run_id=run.run_id, source_uri="file:///c",
            article_id=hex16("withheld"), stage="check", status="open")  # fmt: skip
    publish_run(run, warehouse)
    return Settings(warehouse=warehouse)


@pytest.mark.parametrize(
    ("named", "source_id", "days_before_start", "chosen"),
    [
        (["old"], None, None, ["old"]),
        (["nobody"], None, None, []),
        (["withheld"], None, None, ["withheld"]),
        ([], "unknown", None, ["undated"]),
        ([], None, 365, ["old"]),
        ([], None, 500, []),
        # Undated: counts from when it was first collected.
        ([], None, -1, ["old", "undated"]),
    ],
)
def test_which_articles_are_meant(
    settings: Settings,
    named: list[str],
    source_id: str | None,
    days_before_start: int | None,
    chosen: list[str],
) -> None:
    before = None if days_before_start is None else START - timedelta(days=days_before_start)
    ids = [hex16(name) for name in named]
    found = chosen_articles(settings, article_id=ids, source_id=source_id, published_before=before)
    assert found == sorted(hex16(name) for name in chosen)


def test_a_purge_takes_stores_and_pages_too_and_is_on_record(settings: Settings) -> None:
    folder = settings.warehouse.with_name("news.duckdb.d")
    for name in ("nlp", "docs", "staging"):
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "kept.txt").write_text("words of the article")

    purge_articles(settings, [hex16("old")])

    assert [path for path in folder.rglob("*") if path.is_file()] == []
    after = whole(settings.warehouse)
    assert after["article"]["article_id"].to_list() == [hex16("undated")]
    assert after["run"]["message"].to_list() == [None, "purge 1"]
    assert after["tombstone"]["article_id"].to_list() == [hex16("old")]
