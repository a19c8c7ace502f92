from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.warehouse.made_up import START, MadeUp, add_run, hex16, hex64, made_up_run, run_id_of
from tests.warehouse.test_publish import publish_run, whole
from warehouse import journal
from warehouse.export import exported, write_files
from warehouse.layout import WarehouseError, layout_of
from warehouse.purge import purge
from warehouse.snapshot import list_snapshots

GONE, KEPT = "secret affair", "harbour"
WORDS = f"“{GONE}”".encode()


def run_of_purge() -> pl.DataFrame:
    run = MadeUp(run_id_of(9))
    add_run(run, START + timedelta(hours=9))
    return run.frames()["run"]


def runs() -> Iterator[MadeUp]:
    """A first run with both articles, a second that edits both and quotes one in operations."""
    first = made_up_run(1, {GONE: 1, KEPT: 1})
    first.add("entity", entity_id=hex16("only here"), entity_type="person", name="Only Here")
    first.add("entity_alias", entity_id=hex16("only here"), alias="Only Here")
    own = next(row for row in first.rows["mention"] if row["article_id"] == hex16(GONE))
    own["entity_id"] = hex16("only here")
    first.add("related_link", article_id=hex16(KEPT), link_no=0, block_no=0, title="More",
              target_article_id=hex16(GONE))  # fmt: skip
    yield first
    second = made_up_run(2, {f"{KEPT} two": 1})
    second.add("quarantine", quarantine_id="0" * 16, run_id=second.run_id, source_uri="file:///a",
               article_id=hex16(GONE), payload=f"“{GONE}”", status="open")  # fmt: skip
    second.add("check_failure", run_id=second.run_id, check_id="block.text.long",
               row_key=f"{hex16(GONE)}/3", observed=f"“{GONE}”")  # fmt: skip
    yield second


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the warehouse of both runs, to be copied."""
    folder = tmp_path_factory.mktemp("published")
    for run in runs():
        publish_run(run, folder / "news.duckdb")
    return folder


@pytest.fixture
def warehouse(published: Path, tmp_path: Path) -> Path:
    shutil.copytree(published, tmp_path, dirs_exist_ok=True)
    return tmp_path / "news.duckdb"


def places_with_words(warehouse: Path) -> list[str]:
    files = [warehouse, *layout_of(warehouse).folder.rglob("*")]
    return [p.name for p in files if p.is_file() and WORDS in p.read_bytes()]


def test_tombstones_are_exported_though_their_articles_are_gone(
    warehouse: Path, tmp_path: Path
) -> None:
    purge(warehouse, [hex16(GONE)], run=run_of_purge(), purged_at=START)

    files = dict(write_files(warehouse, tmp_path / "out", exported(["ops.tombstone"]), "parquet"))

    buried = pl.read_parquet(files["ops.tombstone"])
    assert set(buried["article_id"]) == {hex16(GONE)}


def test_what_an_older_file_lacks_is_not_exported(warehouse: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(warehouse)) as con:
        con.execute("ALTER TABLE main.article DROP COLUMN section")
        con.execute("DROP TABLE main.mention")
    wanted = exported(["article", "block", "mention"])
    with pytest.raises(WarehouseError, match=r"has no main\.mention, main\.article\.section yet"):
        list(write_files(warehouse, tmp_path / "all", wanted, "parquet"))
    written = dict(write_files(warehouse, tmp_path / "out", exported(["block"]), "parquet"))
    assert pl.read_parquet(written["block"]).height > 0


def test_nothing_of_a_purged_article_is_left_in_any_file(warehouse: Path) -> None:
    assert warehouse.name in places_with_words(warehouse)

    purged = purge(warehouse, [hex16(GONE)], run=run_of_purge(), purged_at=START)

    assert places_with_words(warehouse) == []
    assert purged.snapshots == 1
    assert purged.rows["article"] == purged.rows["article_version"] == purged.rows["record"] == 1
    assert purged.rows["entity"] == purged.rows["entity_alias"] == 1


def test_everything_else_stays_and_the_purge_is_on_record(warehouse: Path) -> None:
    before = whole(warehouse)

    purge(warehouse, [hex16(GONE)], run=run_of_purge(), purged_at=START)

    after = whole(warehouse)
    others = pl.col("article_id") != hex16(GONE)
    for table in ("article", "article_version", "block", "sentence", "mention", "record"):
        assert after[table].equals(before[table].filter(others)), table
    assert after["related_link"]["target_article_id"].to_list() == [None]
    assert after["quarantine"]["payload"].to_list() == [None]
    assert after["check_failure"]["observed"].to_list() == [None]
    assert after["run"]["run_id"].to_list() == [run_id_of(1), run_id_of(2), run_id_of(9)]
    version = before["article_version"].filter(~others)
    assert after["tombstone"].rows() == [
        (hex16(GONE), version["file_id"][0], version["content_hash"][0], START, run_id_of(9))
    ]


def test_a_snapshot_loses_the_article_and_nothing_else(warehouse: Path) -> None:
    before = list_snapshots(warehouse)

    purge(warehouse, [hex16(GONE)], run=run_of_purge(), purged_at=START)

    after = list_snapshots(warehouse)
    assert [(s.name, s.published_at) for s in after] == [(s.name, s.published_at) for s in before]
    tables = whole(after[0].path)
    assert tables["article"]["article_id"].to_list() == [hex16(KEPT)]
    assert tables["run"]["run_id"].to_list() == [run_id_of(1)]


def test_staging_and_journal_are_cleared(warehouse: Path) -> None:
    waiting = MadeUp(run_id_of(3))
    add_run(waiting, START, status="nothing_new")
    journal.write(warehouse, waiting.run_id, waiting.frames())

    purge(warehouse, [hex16(GONE)], run=run_of_purge(), purged_at=START)

    assert run_id_of(3) in whole(warehouse)["run"]["run_id"].to_list()
    assert [p.name for p in layout_of(warehouse).folder.rglob("*") if p.is_file()] == [
        f"{run_id_of(1)}.duckdb"
    ]


@pytest.mark.slow
def test_purging_twice_changes_no_row_but_the_record(warehouse: Path) -> None:
    purge(warehouse, [hex16(GONE)], run=run_of_purge(), purged_at=START)
    once = whole(warehouse)
    again = MadeUp(run_id_of(10))
    add_run(again, START)

    purge(warehouse, [hex16(GONE)], run=again.frames()["run"], purged_at=START)

    twice = whole(warehouse)
    assert all(twice[name].equals(once[name]) for name in once if name != "run")


def test_an_article_that_checks_withheld_is_purged_from_the_quarantine(warehouse: Path) -> None:
    withheld = MadeUp(run_id_of(3))
    add_run(withheld, START + timedelta(hours=3))
    withheld.add("file", run_id=withheld.run_id, source_uri="file:///b", collection="seeds",
                 file_id=hex64("withheld"), outcome="quarantined")  # fmt: skip
    withheld.add("quarantine", quarantine_id="1" * 16, run_id=withheld.run_id,
                 source_uri="file:///b", article_id=hex16("withheld"), stage="check",
                 message=f"observed “{GONE}”", payload=f"“{GONE}”", status="open")  # fmt: skip
    publish_run(withheld, warehouse)

    purge(warehouse, [hex16("withheld")], run=run_of_purge(), purged_at=START)

    after = whole(warehouse)
    row = after["quarantine"].row(by_predicate=pl.col("source_uri") == "file:///b", named=True)
    assert (row["payload"], row["message"]) == (None, "The article was purged.")
    assert after["tombstone"].select("article_id", "file_id").rows() == [
        (hex16("withheld"), hex64("withheld"))
    ]
