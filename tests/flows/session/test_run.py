"""Whole runs: what is published, what is withheld, and what a second run finds."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
import pytest

from flows.ingest import ingest_source
from flows.rebuild import rebuild_warehouse
from flows.session.manual_changes import purge_articles
from flows.session.preload import Preload
from flows.session.summary import Summary
from flows.settings import Settings
from tests.conftest import SEEDS, Load, Query
from warehouse.tables import CONTRACTS

WATER = SEEDS / "harbourwire_lake_basin_water.txt"
GRAIN = SEEDS / "harbourwire_grain_outlook.txt"


def rows(warehouse: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_every_file_has_one_outcome(query: Query) -> None:
    found = query("select outcome, count(*) as n from ops.file group by all order by all").rows()
    assert dict(found) == {"duplicate": 1, "loaded": 14, "quarantined": 2, "revised": 1}


def test_the_accounts_of_the_run_close(query: Query) -> None:
    sql = """
        select files_seen + files_gone = files_loaded + files_unchanged + files_revised
                 + files_duplicate + files_quarantined + files_removed,
               records_seen = records_loaded + records_unchanged + records_revised
                 + records_duplicate + records_quarantined,
               files_seen, status
        from ops.run
    """
    assert query(sql).rows() == [(True, True, len(list(SEEDS.iterdir())), "published")]


def test_unreadable_files_say_why(query: Query) -> None:
    sql = """
        select parse_filename(source_uri) as file, rule, message, status
        from ops.quarantine where locator is null order by all
    """
    assert query(sql).rows() == [
        (
            "crest_thumbnail.txt",
            "not_text",
            "The file looks like a PNG image, not like text. Remove it, or deliver its text.",
            "open",
        ),
        (
            "empty_fetch.txt",
            "empty_file",
            "The file is empty (0 bytes). Fetch it again, or remove it.",
            "open",
        ),
    ]


def test_a_broken_record_costs_only_itself(query: Query) -> None:
    sql = """
        select q.locator, q.rule, f.outcome from ops.quarantine q
        join ops.file f using (source_uri) where q.locator is not null
    """
    assert query(sql).rows() == [("line 7", "invalid_json", "loaded")]


def test_a_copy_names_its_original(query: Query) -> None:
    sql = """
        select parse_filename(source_uri), parse_filename(duplicate_of)
        from ops.file where outcome = 'duplicate'
    """
    assert query(sql).rows() == [("mirror_9c41e0d27ab35f68.txt", WATER.name)]


def test_an_edited_re_issue_is_a_second_version(query: Query) -> None:
    sql = """
        select v.version_no, v.is_current, v.text like '%288 berths%', a.version_no
        from article_version v join article a using (article_id)
        where a.url like '%night-train-amsterdam-copenhagen' order by 1
    """
    assert query(sql).rows() == [(1, False, False, 2), (2, True, True, 2)]


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
def test_every_table_exists_with_its_columns(query: Query, contract: object) -> None:
    frame = query(f"from {contract.qualified_name} limit 0")  # type: ignore[attr-defined]
    assert frame.columns == contract.column_names  # type: ignore[attr-defined]


def test_spans_reproduce_the_text(query: Query) -> None:
    texts = dict(query("select article_id, text from article").rows())
    for table in ("block", "sentence", "mention"):
        spans = query(f"select article_id, start_char, end_char, text from {table}").rows()
        assert spans
        assert all(texts[a][start:end] == text for a, start, end, text in spans)


def test_blocks_tile_the_text(query: Query) -> None:
    texts = dict(query("select article_id, text from article").rows())
    covered = {article_id: [0] * len(text) for article_id, text in texts.items()}
    for article_id, start, end in query(
        "select article_id, start_char, end_char from block"
    ).rows():
        for at in range(start, end):
            covered[article_id][at] += 1
    for article_id, text in texts.items():
        for char, times in zip(text, covered[article_id], strict=True):
            assert times <= 1
            assert times == 1 or char.isspace()


def test_a_second_run_changes_no_byte(tmp_path: Path, seed_warehouse: Path, load: Load) -> None:
    warehouse = tmp_path / "news.duckdb"
    shutil.copy(seed_warehouse, warehouse)
    before = hashlib.sha256(warehouse.read_bytes()).hexdigest()
    summary = load(SEEDS, warehouse)
    assert summary.status == "nothing_new"
    assert summary.files["unchanged"] == summary.files_seen
    assert hashlib.sha256(warehouse.read_bytes()).hexdigest() == before


@dataclass(frozen=True)
class Life:
    """The runs of one folder, in order, and copies of the warehouse as each left it."""

    first: Summary
    touched: Summary
    changed: Summary
    back: Summary
    warehouses: dict[str, Path]

    def ask(self, run: str, sql: str) -> list[tuple[object, ...]]:
        return rows(self.warehouses[run], sql)


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory, load: Load) -> Life:
    """A folder of two stories, a page, a text without end and an empty file; then nothing but times
    changes; then one story is edited, one is lost and the empty file is mended; then the lost one
    is back."""
    home = tmp_path_factory.mktemp("life")
    folder, warehouse = home / "in", home / "news.duckdb"
    folder.mkdir()
    warehouses = {}

    def run(name: str) -> Summary:
        summary = load(folder, warehouse)
        warehouses[name] = Path(shutil.copy(warehouse, home / f"{name}.duckdb"))
        return summary

    for original in (WATER, GRAIN):
        shutil.copy(original, folder)
    story = "<p>The council of Hilltown voted on Monday to dig a well, said its mayor Ann Reed.</p>"
    page = f"<html><head><title>Hilltown digs a well</title></head><body>{story * 3}</body></html>"
    (folder / "page.html").write_text(page, "utf-8")
    (folder / "endless.txt").write_text("The council met and talked. " * 60_000, "utf-8")
    (folder / "empty.txt").write_bytes(b"")
    first = run("first")
    for path in folder.iterdir():
        os.utime(path, (1, 1))
    touched = run("touched")
    edited = folder / WATER.name
    edited.write_text(edited.read_text("utf-8").replace("12 March", "13 March"), "utf-8")
    (folder / GRAIN.name).unlink()
    shutil.copy(SEEDS / "northstar_grain_cars.txt", folder / "empty.txt")
    changed = run("changed")
    shutil.copy(GRAIN, folder)
    return Life(first, touched, changed, run("back"), warehouses)


def test_a_text_that_is_no_article_is_refused_by_its_length(life: Life) -> None:
    assert life.ask("first", "select rule from ops.quarantine order by all") == [
        ("empty_file",), ("text_too_long",),
    ]  # fmt: skip
    assert life.ask("first", "select count(*) from article") == [(3,)]


def test_a_page_whose_title_is_not_printed_keeps_that_of_its_metadata(life: Life) -> None:
    title = "select title, title_source from article where source_uri like '%page.html'"
    assert life.ask("first", title) == [("Hilltown digs a well", "metadata")]


def test_touched_files_are_unchanged_and_what_is_in_quarantine_is_not_read_again(
    life: Life,
) -> None:
    assert (life.touched.status, life.touched.files["unchanged"]) == ("nothing_new", 5)


def test_a_changed_file_is_a_new_version_and_a_lost_one_stays(life: Life) -> None:
    assert {outcome: n for outcome, n in life.changed.files.items() if n} == {
        "unchanged": 2, "loaded": 1, "revised": 1, "removed": 1,
    }  # fmt: skip
    stories = (
        "select parse_filename(source_uri), version_no, removed_at is not null from article "
        "where source_uri like '%harbourwire%' order by 1"
    )
    assert life.ask("changed", stories) == [(GRAIN.name, 1, True), (WATER.name, 2, False)]
    assert life.ask(
        "changed",
        "select v.version_no, is_current, valid_to is null, v.text like '%12 March%' "
        "from article_version v join article a using (article_id) "
        f"where source_uri like '%{WATER.name}' order by 1",
    ) == [(1, False, False, True), (2, True, True, False)]
    kept = "select count(*) > 0 from block semi join article using (article_id) where article_id in"
    gone = "(select article_id from article where removed_at is not null)"
    assert life.ask("changed", f"{kept} {gone}") == [(True,)]

    assert life.back.files["loaded"] == 1
    assert life.ask("back", gone.strip("()")) == []


def test_a_mended_file_resolves_its_quarantine(life: Life) -> None:
    outcome = "select rule, status, resolved_run_id from ops.quarantine order by all"
    assert life.ask("changed", outcome) == [
        ("empty_file", "replayed", life.changed.run_id), ("text_too_long", "open", None),
    ]  # fmt: skip


@pytest.mark.slow
def test_a_copy_takes_the_place_of_a_lost_original(tmp_path: Path, load: Load) -> None:
    folder, warehouse = tmp_path / "in", tmp_path / "news.duckdb"
    folder.mkdir()
    shutil.copy(WATER, folder / "a.txt")
    shutil.copy(WATER, folder / "b.txt")
    assert load(folder, warehouse).files["duplicate"] == 1
    (folder / "a.txt").unlink()
    summary = load(folder, warehouse)
    assert {k: v for k, v in summary.files.items() if v} == {"loaded": 1, "removed": 1}
    assert load(folder, warehouse).status == "nothing_new"


COMPARED = (
    "article", "block", "sentence", "mention", "entity", "entity_alias", "related_link", "source",
)  # fmt: skip


def tables(warehouse: Path) -> dict[str, pl.DataFrame]:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        found = {name: con.execute(f"from {name}").pl() for name in COMPARED}
    return found | {"article": found["article"].drop("run_id")}


@pytest.mark.slow
def test_boilerplate_is_learned_and_earlier_articles_are_typed_anew(
    tmp_path: Path, load: Load
) -> None:
    folder, warehouse = tmp_path / "in", tmp_path / "news.duckdb"
    folder.mkdir()
    line = "The Quarry Lane Gazette speaks for the hill towns and always has"

    def deliver(number: int) -> None:
        story = (
            f"Council {number} votes on well number {number}\n\n"
            f"The council of Hilltown {number} voted on Monday to dig a well, said its mayor.\n\n"
            f"{line}\n\n"
            f"Work on the well in street {number} begins in June, and ends when water is found.\n"
        )
        (folder / f"{number}.txt").write_text(story, "utf-8")

    def kinds() -> list[tuple[object, ...]]:
        return rows(warehouse, f"select is_body from block where text = '{line}' order by all")

    deliver(1)
    load(folder, warehouse)
    first = kinds()
    deliver(2)
    deliver(3)
    load(folder, warehouse)
    assert len(first) == 1
    assert kinds() == [(False,)] * 3
    assert rows(warehouse, "select count(*) from sentence where text like '%Quarry%'") == [(0,)]
    assert load(folder, warehouse).status == "nothing_new"


@pytest.mark.slow
def test_links_find_articles_that_come_later(tmp_path: Path, load: Load) -> None:
    folder, warehouse = tmp_path / "in", tmp_path / "news.duckdb"
    folder.mkdir()
    shutil.copy(GRAIN, folder)
    load(folder, warehouse)
    pointed = "select count(target_article_id) from related_link"
    assert rows(warehouse, pointed) == [(0,)]
    shutil.copy(WATER, folder)
    load(folder, warehouse)
    assert rows(warehouse, pointed) == [(1,)]


def test_a_rebuild_equals_a_fresh_load(tmp_path: Path, preload: Preload, load: Load) -> None:
    folder, warehouse, fresh = tmp_path / "in", tmp_path / "a.duckdb", tmp_path / "b.duckdb"
    folder.mkdir()
    for delivery in (["northstar_grain_cars.txt", GRAIN.name], [WATER.name]):
        for name in delivery:
            shutil.copy(SEEDS / name, folder)
        load(folder, warehouse)
    load(folder, fresh)
    rebuild_warehouse(Settings(source=str(folder), warehouse=warehouse), preload=preload)
    expected, got = tables(fresh), tables(warehouse)
    for name in COMPARED:
        assert got[name].equals(expected[name]), name
    unchanged = rebuild_warehouse(
        Settings(source=str(folder), warehouse=warehouse), only_changed=True, preload=preload
    )
    assert unchanged.status == "nothing_new"


@pytest.mark.slow
def test_a_purged_article_is_gone_and_stays_out(tmp_path: Path, load: Load) -> None:
    folder, warehouse = tmp_path / "in", tmp_path / "news.duckdb"
    folder.mkdir()
    shutil.copy(WATER, folder)
    shutil.copy(GRAIN, folder)
    load(folder, warehouse)
    settings = Settings(source=str(folder), warehouse=warehouse)
    gone = rows(warehouse, f"select article_id from article where source_uri like '%{WATER.name}'")
    purge_articles(settings, [str(gone[0][0])])
    shutil.copy(WATER, folder / "again.txt")
    assert load(folder, warehouse).files["duplicate"] == 1
    (folder / WATER.name).unlink()
    assert load(folder, warehouse).files["quarantined"] == 1
    assert rows(warehouse, "select parse_filename(source_uri) from article") == [(GRAIN.name,)]
    assert rows(warehouse, "select rule from ops.quarantine") == [("purged",)]


@pytest.mark.slow
def test_a_correction_reaches_published_mentions(tmp_path: Path, preload: Preload) -> None:
    folder, warehouse, reference = tmp_path / "in", tmp_path / "w.duckdb", tmp_path / "reference"
    folder.mkdir()
    shutil.copy(GRAIN, folder)
    shutil.copytree(Settings().reference, reference)
    settings = Settings(source=str(folder), warehouse=warehouse, reference=reference)
    ingest_source(settings, preload=preload)
    named = "select count(*) from mention join entity using (entity_id) where name = ?"

    def mentions(name: str) -> int:
        with duckdb.connect(str(warehouse), read_only=True) as con:
            found = con.execute(named, [name]).fetchone()
        assert found is not None
        return int(found[0])

    assert (mentions("China") > 0, mentions("Russia") > 0) == (True, True)
    both = mentions("China") + mentions("Russia")
    with (reference / "entity_overrides.csv").open("a") as table:
        table.write("merge,place,China,Russia,to see a merge carried\n")
    assert ingest_source(settings, preload=preload).status == "published"
    assert (mentions("China"), mentions("Russia")) == (0, both)
    assert rows(warehouse, "select kind, reason from entity_merge") == [
        ("merge", "to see a merge carried")
    ]
    assert ingest_source(settings, preload=preload).status == "nothing_new"


@pytest.mark.slow
def test_changed_rules_make_anew_what_they_made_and_read_no_paragraph_again(
    tmp_path: Path, preload: Preload
) -> None:
    folder, warehouse, reference = tmp_path / "in", tmp_path / "w.duckdb", tmp_path / "reference"
    folder.mkdir()
    shutil.copy(GRAIN, folder)
    shutil.copytree(Settings().reference, reference)
    settings = Settings(source=str(folder), warehouse=warehouse, reference=reference)
    ingest_source(settings, preload=preload)
    assert rebuild_warehouse(settings, only_changed=True, preload=preload).status == "nothing_new"
    with (reference / "name_words.csv").open("a") as table:
        table.write("Solberg,common_noun,,to see a rule change\n")
    rebuilt = rebuild_warehouse(settings, only_changed=True, preload=preload)
    assert (rebuilt.status, rebuilt.paragraphs_read) == ("published", 0)
    assert rebuilt.paragraphs_reused > 5
    assert rows(warehouse, "select max(version_no) from article") == [(1,)]
    assert rebuild_warehouse(settings, only_changed=True, preload=preload).status == "nothing_new"


@pytest.mark.slow
def test_touching_an_original_and_its_copy_changes_nothing(tmp_path: Path, load: Load) -> None:
    folder, warehouse = tmp_path / "in", tmp_path / "news.duckdb"
    folder.mkdir()
    for name in ("b.txt", "c.txt"):
        shutil.copy(WATER, folder / name)
    load(folder, warehouse)
    shutil.copy(WATER, folder / "a.txt")  # a copy that sorts before its original
    load(folder, warehouse)
    known = "select parse_filename(source_uri), outcome from ops.file order by all"
    assert rows(warehouse, known) == [
        ("a.txt", "duplicate"), ("b.txt", "loaded"), ("c.txt", "duplicate"),
    ]  # fmt: skip
    for path in folder.iterdir():
        os.utime(path, (1, 1))
    touched = load(folder, warehouse)
    assert (touched.status, touched.files["unchanged"]) == ("nothing_new", 3)
