"""Records delivered more than once: one article each, every delivery listed, sums that close."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from expectations.check import CheckReport
from expectations.suite import all_checks
from flows.ingest import ingest_source
from flows.session.check_process import check_staged
from flows.session.manual_changes import purge_articles
from flows.session.preload import Preload
from flows.settings import Settings
from tests.conftest import ROOT, Load
from tests.expectations.failing import failing_ids
from warehouse.staging import open_published
from warehouse.tables import CONTRACTS

FORMATS = Path(os.environ.get("NEWSHOUSE_EVAL", ROOT / "../shared/eval")) / "formats"

Names = list[tuple[object, ...]]


def rows(warehouse: Path, sql: str) -> Names:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return con.execute(sql).fetchall()


def counts(outcomes: Mapping[str, int]) -> dict[str, int]:
    return {name: n for name, n in outcomes.items() if n}


def story(number: int, ending: str = "") -> str:
    return (
        f"The council of Hilltown heard case {number} on Monday, said its mayor Ann Reed. "
        f"Residents asked for {number + 2} wells by spring. {ending}"
    )


def feed(numbers: Sequence[int], built: int, endings: dict[int, str] | None = None) -> str:
    items = "".join(
        f"<item><title>Case {n} before the council</title><link>https://hill.example/{n}</link>"
        f"<pubDate>Mon, 04 Mar 2024 {n // 60:02}:{n % 60:02}:00 GMT</pubDate>"
        f"<description>{story(n, (endings or {}).get(n, ''))}</description></item>"
        for n in reversed(numbers)
    )
    return (
        '<?xml version="1.0"?><rss version="2.0"><channel><title>Hilltown</title>'
        f"<lastBuildDate>Mon, 04 Mar 2024 10:00:{built % 60:02} GMT</lastBuildDate>"
        f"{items}</channel></rss>"
    )


def lines(*numbers: int, ending: str = "") -> str:
    made = [
        {"url": f"https://hill.example/{n}", "title": f"Case {n}", "text": story(n, ending)}
        for n in numbers
    ]
    return "".join(json.dumps(record) + "\n" for record in made)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return tmp_path / "news.duckdb"


def page(canonical: str, number: int, script: str) -> str:
    return (
        f"<html><head><title>Hilltown digs well {number}</title>{canonical}"
        f"<script>{script}</script></head><body><h1>Hilltown digs well {number}</h1>"
        f"<p>{story(number)}</p><p>{story(number + 1)}</p></body></html>"
    )


@pytest.fixture(scope="module")
def repeated(tmp_path_factory: pytest.TempPathFactory, load: Load) -> Path:
    """The warehouse of a folder with files that repeat one another in several ways."""
    home = tmp_path_factory.mktemp("repeated")
    folder, warehouse = home / "in", home / "news.duckdb"
    folder.mkdir()
    canonical = '<link rel="canonical" href="https://hill.example/well">'
    for name, text in {
        "monday.xml": feed(range(3), built=1),
        "tuesday.xml": feed(range(3), built=2),
        "a.jsonl": lines(11),
        "b.jsonl": lines(12),
        "c.jsonl": lines(11, 12),
        "named_a.html": page(canonical, 21, "var visit = 1"),
        "named_b.html": page(canonical, 21, "var visit = 2"),
        "own_a.html": page("", 31, "var visit = 1"),
        "own_b.html": page("", 31, "var visit = 2"),
    }.items():
        (folder / name).write_text(text, "utf-8")
    summary = load(folder, warehouse)
    assert counts(summary.files) == {"loaded": 6, "duplicate": 3}
    assert counts(summary.records) == {"loaded": 8, "duplicate": 6}
    assert load(folder, warehouse).status == "nothing_new"
    return warehouse


def test_two_fetches_of_one_feed_are_one_set_of_articles(repeated: Path) -> None:
    assert rows(
        repeated,
        "select parse_filename(file_uri), made_version, parse_filename(first_file_uri), count(*), "
        "count(distinct article_id) from ops.record where file_uri like '%.xml' "
        "group by all order by all",
    ) == [("monday.xml", True, "monday.xml", 3, 3), ("tuesday.xml", False, "monday.xml", 3, 3)]
    assert rows(
        repeated,
        "select parse_filename(duplicate_of), reason from ops.file "
        "where source_uri like '%tuesday.xml'",
    ) == [("monday.xml", "Every record repeats one of another file, which ops.record names.")]


def test_a_file_whose_records_several_others_have_names_none(repeated: Path) -> None:
    assert rows(
        repeated,
        "select f.outcome, f.duplicate_of, list_sort(list(parse_filename(r.first_file_uri))) "
        "from ops.file f join ops.record r on r.file_uri = f.source_uri "
        "where f.source_uri like '%c.jsonl' group by all",
    ) == [("duplicate", None, ["a.jsonl", "b.jsonl"])]


@pytest.mark.parametrize(
    ("pages", "articles", "outcomes"),
    [("named", 1, ["loaded", "duplicate"]), ("own", 2, ["loaded", "loaded"])],
)
def test_a_copy_of_a_page_whose_scripts_differ(
    repeated: Path, pages: str, articles: int, outcomes: list[str]
) -> None:
    found = f"source_uri like '%/{pages}\\__.html' escape '\\'"
    assert rows(repeated, f"select count(*) from article where {found}") == [(articles,)]
    assert rows(repeated, f"select outcome from ops.file where {found} order by source_uri") == [
        (outcome,) for outcome in outcomes
    ]


@pytest.mark.slow
def test_a_table_beside_the_json_lines_of_the_same_articles(
    folder: Path, warehouse: Path, load: Load
) -> None:
    (folder / "news.jsonl").write_text(lines(1, 2), "utf-8")
    load(folder, warehouse)
    with (folder / "news.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, ["url", "title", "text"])
        table.writeheader()
        table.writerows(json.loads(line) for line in lines(1, 2).splitlines())

    assert counts(load(folder, warehouse).files) == {"unchanged": 1, "duplicate": 1}

    assert rows(warehouse, "select count(*) from article") == [(2,)]
    before = hashlib.sha256(warehouse.read_bytes()).hexdigest()
    assert counts(load(folder, warehouse).files) == {"unchanged": 2}
    assert hashlib.sha256(warehouse.read_bytes()).hexdigest() == before


@pytest.mark.slow
def test_an_article_is_removed_once_no_file_delivers_it(
    folder: Path, warehouse: Path, load: Load
) -> None:
    first, second = folder / "monday.xml", folder / "tuesday.xml"
    first.write_text(feed(range(3), built=1), "utf-8")
    second.write_text(feed(range(1, 4), built=2), "utf-8")
    load(folder, warehouse)
    removed = "select parse_path(url)[-1] from article where removed_at is not null order by 1"

    saved = first.read_text("utf-8")
    first.unlink()
    assert counts(load(folder, warehouse).files) == {"removed": 1, "unchanged": 1}
    assert rows(warehouse, removed) == [("0",)]

    second.rename(folder.parent / "tuesday.xml")
    load(folder, warehouse, allow_empty=True)
    assert rows(warehouse, removed) == [("0",), ("1",), ("2",), ("3",)]

    (folder.parent / "tuesday.xml").rename(second)
    assert counts(load(folder, warehouse).files) == {"loaded": 1}
    assert rows(warehouse, removed) == [("0",)]

    first.write_text(saved, "utf-8")
    assert counts(load(folder, warehouse).files) == {"loaded": 1, "unchanged": 1}
    assert rows(warehouse, removed) == []
    assert load(folder, warehouse).status == "nothing_new"

    second.unlink()
    load(folder, warehouse)
    assert rows(warehouse, removed) == [("3",)]


@pytest.mark.slow
def test_a_byte_copy_of_a_repeating_file_keeps_its_articles(
    folder: Path, warehouse: Path, load: Load
) -> None:
    (folder / "a.jsonl").write_text(lines(1), "utf-8")
    (folder / "b.jsonl").write_text(lines(1) + "\n", "utf-8")
    load(folder, warehouse)
    shutil.copy(folder / "b.jsonl", folder / "c.jsonl")
    load(folder, warehouse)
    assert rows(
        warehouse,
        "select parse_filename(source_uri), outcome, parse_filename(duplicate_of) from ops.file "
        "order by 1",
    ) == [("a.jsonl", "loaded", None), ("b.jsonl", "duplicate", "a.jsonl"),
          ("c.jsonl", "duplicate", "b.jsonl")]  # fmt: skip
    (folder / "a.jsonl").unlink()
    (folder / "b.jsonl").unlink()
    load(folder, warehouse)
    assert rows(warehouse, "select removed_at from article") == [(None,)]
    assert load(folder, warehouse).status == "nothing_new"


@pytest.mark.slow
def test_a_repeating_file_that_is_touched_is_unchanged_and_one_that_changes_revises(
    folder: Path, warehouse: Path, load: Load
) -> None:
    (folder / "a.jsonl").write_text(lines(1), "utf-8")
    again = folder / "b.jsonl"
    again.write_text(lines(1) + "\n", "utf-8")
    load(folder, warehouse)
    os.utime(again, (1, 1))
    touched = load(folder, warehouse)
    assert (touched.status, counts(touched.files)) == ("nothing_new", {"unchanged": 2})

    again.write_text(lines(1, ending="Corrected."), "utf-8")
    assert counts(load(folder, warehouse).files) == {"unchanged": 1, "revised": 1}
    assert rows(
        warehouse,
        "select version_no, parse_filename(file_uri), made_version from ops.record order by all",
    ) == [(1, "a.jsonl", True), (1, "b.jsonl", False), (2, "b.jsonl", True)]
    assert rows(warehouse, "select text like '%Corrected.' from article") == [(True,)]
    assert load(folder, warehouse).status == "nothing_new"


@pytest.mark.slow
def test_a_withheld_article_takes_the_records_that_repeat_it_along(
    folder: Path, warehouse: Path, load: Load, preload: Preload, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "monday.xml").write_text(feed(range(2), built=1), "utf-8")
    (folder / "tuesday.xml").write_text(feed(range(2), built=2), "utf-8")
    monkeypatch.setattr(preload, "check", partial(withholding, "https://hill.example/1"))
    summary = load(folder, warehouse)
    monkeypatch.undo()

    assert counts(summary.records) == {"loaded": 1, "duplicate": 1, "quarantined": 2}
    assert rows(warehouse, "select url from article") == [("https://hill.example/0",)]
    assert rows(warehouse, "select count(*), count(distinct article_id) from ops.record") == [
        (2, 1)
    ]
    assert rows(
        warehouse,
        "select parse_filename(source_uri), status from ops.quarantine order by all",
    ) == [("monday.xml", "open"), ("tuesday.xml", "open")]
    assert failing_checks(warehouse) == set()

    files = [str(path) for path in sorted(folder.iterdir())]
    settings = Settings(source=str(folder), warehouse=warehouse)
    ingest_source(settings, preload=preload, again=frozenset(files))
    assert rows(
        warehouse,
        "select count(*), count(distinct article_id), "
        "(select count(*) from ops.quarantine where status = 'open') from ops.record",
    ) == [(4, 2, 0)]
    assert failing_checks(warehouse) == set()
    assert load(folder, warehouse).status == "nothing_new"


def withholding(url: str, staging: Path, *given: Any) -> CheckReport:
    """The checks, of which one also finds the article with this address wrong."""
    report = check_staged(staging, *given)
    article = pl.read_parquet(sorted((staging / "article").glob("*.parquet")))
    wrong = article.filter(pl.col("url") == url).select(
        pl.lit("article").alias("blame"), pl.col("article_id").alias("blamed"),
        pl.lit("article").alias("table_name"), pl.lit("article.title.pattern").alias("check_id"),
        pl.col("article_id").alias("row_key"), pl.col("title").alias("observed"),
        pl.lit("Titles are right.").alias("notes"),
    )  # fmt: skip
    return CheckReport(report.result, report.failure, pl.concat([report.blamed, wrong]))


def failing_checks(warehouse: Path) -> set[str]:
    """Critical checks that fail on what is published."""
    con = open_published(warehouse)
    try:
        return failing_ids(con, [c for c in all_checks() if c.severity == "critical"])
    finally:
        con.close()


@pytest.mark.slow
def test_purged_articles_leave_no_record_and_break_no_check(
    folder: Path, warehouse: Path, load: Load
) -> None:
    (folder / "monday.xml").write_text(feed(range(2), built=1), "utf-8")
    (folder / "tuesday.xml").write_text(feed(range(2), built=2), "utf-8")
    load(folder, warehouse)
    every = [str(name) for (name,) in rows(warehouse, "select article_id from article")]
    purge_articles(Settings(warehouse=warehouse), every)
    assert rows(warehouse, "select count(*) from ops.record") == [(0,)]
    assert failing_checks(warehouse) == set()


STORIES, ENTRIES, NEW, CORRECTED = 54, 30, 4, 20


def poll(day: int) -> str:
    """The feed as it was on a day: the newest 30 entries. From day 3 on, one is corrected."""
    endings = {CORRECTED: "The figure was corrected."} if day >= 3 else {}
    return feed(range(day * NEW, day * NEW + ENTRIES), day, endings)


def without_runs(warehouse: Path) -> dict[str, pl.DataFrame]:
    """Every row of `main`, apart from the runs that wrote it and their times."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        found = {
            c.name: con.execute(f"from {c.qualified_name} order by {', '.join(c.key)}").pl()
            for c in CONTRACTS
            if c.schema == "main"
        }
    return {
        name: frame.drop("run_id", "valid_from", "valid_to", strict=False)
        for name, frame in found.items()
    }


@pytest.mark.slow
def test_a_week_of_overlapping_polls_ends_in_as_many_articles_as_there_were_stories(
    folder: Path, tmp_path: Path, load: Load
) -> None:
    at_once, by_day, mixed = (tmp_path / f"{name}.duckdb" for name in ("once", "day", "mixed"))
    for day in range(7):
        (folder / f"poll_{day}.xml").write_text(poll(day), "utf-8")
        load(folder, by_day)
        if day == 3:
            load(folder, mixed)
    load(folder, at_once)
    load(folder, mixed)

    assert rows(
        at_once,
        "select count(*), count(distinct url), max(version_no), "
        "count(*) filter (text like '%corrected.') from article",
    ) == [(STORIES, STORIES, 2, 1)]
    assert rows(at_once, "select count(*), count(*) filter (made_version) from ops.record") == [
        (7 * ENTRIES, STORIES + 1)
    ]
    expected = without_runs(at_once)
    for warehouse in (by_day, mixed):
        found = without_runs(warehouse)
        assert [name for name, frame in expected.items() if not found[name].equals(frame)] == []
    before = hashlib.sha256(by_day.read_bytes()).hexdigest()
    assert load(folder, by_day).status == "nothing_new"
    assert hashlib.sha256(by_day.read_bytes()).hexdigest() == before


@pytest.mark.slow
def test_polls_whose_names_are_in_no_order_follow_the_feeds_own_date(
    folder: Path, warehouse: Path, load: Load
) -> None:
    for day in (2, 3, 4):
        (folder / f"{9 - day}.xml").write_text(poll(day), "utf-8")
    load(folder, warehouse)
    assert rows(
        warehouse,
        "select version_no, parse_path(url)[-1] from article where text like '%corrected.'",
    ) == [(2, str(CORRECTED))]


@pytest.mark.slow
@pytest.mark.skipif(not FORMATS.exists(), reason="needs the feeds and archives of the evaluation")
def test_files_of_many_formats_in_one_folder_are_published(warehouse: Path, load: Load) -> None:
    summary = load(FORMATS, warehouse)
    assert summary.status == "published"
    assert load(FORMATS, warehouse).status == "nothing_new"
    assert failing_checks(warehouse) == set()
