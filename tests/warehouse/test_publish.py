from __future__ import annotations

import os
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.warehouse.made_up import MadeUp, hex16, made_up_run, run_id_of
from warehouse import journal
from warehouse.connect import open_reader
from warehouse.layout import layout_of
from warehouse.lock import Holder, warehouse_lock
from warehouse.publish import PublishError, publish
from warehouse.staging import open_check_database
from warehouse.tables import CONTRACTS


def whole(warehouse: Path) -> dict[str, pl.DataFrame]:
    """Every table of a warehouse, in key order."""
    con = open_reader(warehouse)
    try:
        return {
            c.name: c.conform(con.execute(f"SELECT * FROM {c.qualified_name}").pl())
            for c in CONTRACTS
        }
    finally:
        con.close()


def publish_run(run: MadeUp, warehouse: Path, parts: int = 1) -> None:
    publish(run.write(layout_of(warehouse).staging, parts), warehouse)


def test_the_first_publication_makes_the_file_and_nothing_else(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    run = made_up_run(1, {"one": 1, "two": 1})
    staging = run.write(layout_of(warehouse).staging, parts=2)

    rows = publish(staging, warehouse)

    frames = run.frames()
    assert rows == {name: frame.height for name, frame in frames.items()}
    stored = whole(warehouse)
    for contract in CONTRACTS:
        assert stored[contract.name].equals(frames.get(contract.name, contract.empty()))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["news.duckdb", "news.duckdb.d"]
    assert [path.name for path in (tmp_path / "news.duckdb.d").iterdir()] == ["staging"]


def test_a_revision_replaces_an_article_whole_and_leaves_the_others(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    publish_run(made_up_run(1, {"one": 1, "two": 1}), warehouse)
    before = whole(warehouse)

    publish_run(made_up_run(2, {"two": 2}, paragraphs=1), warehouse)

    after = whole(warehouse)
    one, two = hex16("one"), hex16("two")
    for table in ("article", "block", "sentence", "mention", "article_component"):
        kept = pl.col("article_id") == one
        assert after[table].filter(kept).equals(before[table].filter(kept))
    assert after["block"].filter(article_id=two).height == 2
    assert after["article_version"].filter(article_id=two)["version_no"].to_list() == [1, 2]
    assert after["run"].height == 2


def test_a_removed_article_keeps_its_rows(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    first = made_up_run(1, {"one": 1})
    publish_run(first, warehouse)
    gone = made_up_run(2, {})
    gone.rows["article"] = [
        first.rows["article"][0] | {"removed_at": first.rows["run"][0]["ended_at"]}
    ]

    publish_run(gone, warehouse)

    after = whole(warehouse)
    assert after["block"].height == 4
    assert after["article"]["removed_at"].null_count() == 0
    con = open_reader(warehouse)
    assert con.execute("SELECT count(*) FROM mart.article_current").fetchone() == (0,)
    con.close()


def test_known_shows_what_will_be_published(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    publish_run(made_up_run(1, {"one": 1, "two": 1}), warehouse)
    staging = made_up_run(2, {"two": 2, "three": 1}).write(layout_of(warehouse).staging)

    con = open_check_database(staging, warehouse)
    known = {
        c.name: c.conform(con.execute(f"SELECT * FROM known.{c.name}").pl()) for c in CONTRACTS
    }
    staged = con.execute("SELECT count(*) FROM main.article").fetchone()
    con.close()
    publish(staging, warehouse)

    assert staged == (2,)
    stored = whole(warehouse)
    for name, frame in known.items():
        assert frame.equals(stored[name]), name


def test_an_orphan_stops_publication_and_leaves_the_old_file(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    publish_run(made_up_run(1, {"one": 1}), warehouse)
    before = warehouse.read_bytes()
    bad = made_up_run(2, {"two": 1})
    bad.rows["sentence"][0]["block_no"] = 99

    with pytest.raises(PublishError, match="sentence: 1 rows break article_id_block_no_in_block"):
        publish_run(bad, warehouse)

    assert warehouse.read_bytes() == before
    assert not layout_of(warehouse).next.exists()


def test_a_wrong_offset_stops_publication(tmp_path: Path) -> None:
    bad = made_up_run(1, {"one": 1})
    bad.rows["mention"][0]["start_char"] += 1

    with pytest.raises(PublishError, match="mention: 1 rows break text_is_slice"):
        publish_run(bad, tmp_path / "news.duckdb")

    assert not (tmp_path / "news.duckdb").exists()


@pytest.mark.parametrize(("start", "end"), [(1, 1), (-1, -1), (0, 1), (1, 0), (2**30, 2**30)])
def test_every_block_is_compared_with_its_article(start: int, end: int, tmp_path: Path) -> None:
    """Blocks near the end of a text are cut from the end."""
    bad = made_up_run(1, {"one": 1}, paragraphs=6)
    for block in bad.rows["block"]:
        block["start_char"] += start
        block["end_char"] += end

    with pytest.raises(PublishError, match="block: 7 rows break text_is_slice"):
        publish_run(bad, tmp_path / "news.duckdb")


def test_every_block_of_a_long_text_is_compared_with_its_article(tmp_path: Path) -> None:
    """Slices of a long text are cut out of windows of it; some of these lie on an edge."""
    run = made_up_run(1, {"one": 1}, paragraphs=400)
    text, block = run.rows["article"][0]["text"], run.rows["block"]
    assert len(text) > 3 * 8192
    assert block[80]["start_char"] < 8192 < block[80]["end_char"]
    publish_run(run, tmp_path / "good.duckdb")
    for block_no in (0, 1, 79, 80, 81, 160, 239, 400):
        block[block_no]["text"] = block[block_no]["text"][:-1] + "#"

    with pytest.raises(PublishError, match="block: 8 rows break text_is_slice"):
        publish_run(run, tmp_path / "news.duckdb")


def test_an_unreadable_part_stops_publication(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    staging = made_up_run(1, {"one": 1}).write(layout_of(warehouse).staging)
    (staging / "block" / "0000.parquet").write_bytes(b"PAR1 torn")

    with pytest.raises(PublishError, match=r"block/0000\.parquet"):
        publish(staging, warehouse)

    assert not warehouse.exists()


def test_a_reader_keeps_its_version_and_cannot_write(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    publish_run(made_up_run(1, {"one": 1}), warehouse)
    reader = open_reader(warehouse)

    publish_run(made_up_run(2, {"two": 1}), warehouse)

    later = open_reader(warehouse)
    assert reader.execute("SELECT count(*) FROM article").fetchone() == (1,)
    assert later.execute("SELECT count(*) FROM article").fetchone() == (2,)
    for statement in (
        "INSERT INTO source VALUES ('x', 'x', null, null, null)",
        "SET enable_external_access = true",
        f"SELECT * FROM read_csv('{tmp_path}/*')",
        f"ATTACH '{tmp_path}/other.duckdb'",
    ):
        with pytest.raises(duckdb.Error):
            later.execute(statement)
    reader.close()
    later.close()


def test_an_emptied_table_loses_what_is_not_staged_and_so_says_known(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    first = made_up_run(1, {"one": 1})
    first.add("entity", entity_id=hex16("nobody"), entity_type="person", name="Nobody")
    publish_run(first, warehouse)
    staging = made_up_run(2, {"one": 2}).write(layout_of(warehouse).staging)

    con = open_check_database(staging, warehouse, all_entities_replaced=True)
    known = con.execute("SELECT * FROM known.entity ORDER BY entity_id").pl()
    con.close()
    publish(staging, warehouse, all_entities_replaced=True)

    stored = whole(warehouse)["entity"]
    assert hex16("nobody") not in stored["entity_id"].to_list()
    assert stored.equals(known)


def test_emptying_what_other_articles_need_stops_publication(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    publish_run(made_up_run(1, {"one": 1}), warehouse)
    second = made_up_run(2, {"two": 1})
    del second.rows["entity"], second.rows["mention"]

    with pytest.raises(PublishError, match=r"mention: .* rows break entity_id_in_entity"):
        publish(second.write(layout_of(warehouse).staging), warehouse, all_entities_replaced=True)


@pytest.mark.parametrize("mask", [0o077, 0o002])
def test_files_are_made_with_the_users_umask(mask: int, tmp_path: Path) -> None:
    warehouse = tmp_path / "here" / "news.duckdb"
    before = os.umask(mask)
    try:
        for number in (1, 2):
            with warehouse_lock(warehouse, Holder(1, "here")):
                journal.write(warehouse, run_id_of(number), {})
                publish_run(made_up_run(number, {"one": number}), warehouse)
    finally:
        os.umask(before)
    made = [path for path in warehouse.parent.rglob("*") if "staging" not in path.parts]
    assert {path.stat().st_mode & 0o777 for path in made if path.is_file()} == {0o666 & ~mask}
    assert {path.stat().st_mode & 0o777 for path in made if path.is_dir()} == {0o777 & ~mask}
    assert {path.suffix for path in made} == {".duckdb", ".lock", ".d", ""}
