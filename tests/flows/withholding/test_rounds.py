"""Whole runs in which one article fails a check: what is published, what people read, and how the
article comes in once the fault is mended."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from typer.testing import CliRunner, Result

from expectations.check import CheckReport
from flows.cli import quarantine
from flows.cli import run as cli_run
from flows.cli.app import app
from flows.extract import extract
from flows.ingest import ingest_source
from flows.rebuild import rebuild_warehouse
from flows.session.accounts import AccountingError, Accounts
from flows.session.check_process import check_staged
from flows.session.preload import Preload
from flows.session.summary import ChecksFailed, Summary
from flows.settings import Settings
from flows.stages import blocks as blocks_stage
from flows.stages import compare, links, table_builders
from flows.stages import extract as extract_stage
from tests.conftest import Load
from transforms.block.build import build_block
from transforms.nlp import paragraph_reading
from warehouse.tables import ARTICLE, BY_NAME, ENTITY, MENTION

PLACES = ("Oslo", "Paris", "Rome", "Madrid", "Vienna", "Prague", "Warsaw", "Lisbon", "Dublin",
          "Berlin", "Athens", "Sofia", "Riga", "Tallinn", "Vilnius", "Bern", "Brussels", "Budapest",
          "Helsinki", "Bucharest")  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twenty stories about trams, each in a city of its own."""
    source = tmp_path / "in"
    source.mkdir()
    for place in PLACES:
        text = (
            f"Trams return to {place}\n\nTrams ran again in {place} on Monday after a month of "
            f"repairs. “We are glad,” said Anna Berg, who runs the depot.\n"
        )
        (source / f"{place.lower()}.txt").write_text(text, encoding="utf-8")
    return source


Spoil = Callable[[str, Callable[[pl.DataFrame], pl.DataFrame]], None]


@pytest.fixture
def spoil(preload: Preload, monkeypatch: pytest.MonkeyPatch) -> Spoil:
    """Have later runs in this process change a staged table before it is first checked."""

    broken_by_table: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {}
    done: set[str] = set()

    def check(staging: Path, *words: Any) -> CheckReport:
        if staging.name not in done:
            done.add(staging.name)
            for table, broken in broken_by_table.items():
                for path in (staging / table).glob("*.parquet"):
                    broken(pl.read_parquet(path)).write_parquet(path)
        return check_staged(staging, *words)

    def change(table: str, broken: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
        broken_by_table[table] = broken
        monkeypatch.setattr(preload, "check", check)

    return change


def _language_of(place: str) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """A language that ISO 639 withdrew, for the story about one place."""
    is_it = pl.col("title") == f"Trams return to {place}"
    return lambda frame: frame.with_columns(
        pl.when(is_it).then(pl.lit("iw")).otherwise("language").alias("language")
    )


def _ask(warehouse: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return con.execute(sql).fetchall()


def _cli(warehouse: Path, *words: str) -> str:
    ran = CliRunner().invoke(app, ["quarantine", *words, "--warehouse", str(warehouse)])
    assert ran.exit_code == 0, (ran.output, ran.exception)
    return ran.output


def _replay(warehouse: Path, preload: Preload, monkeypatch: pytest.MonkeyPatch) -> str:
    def run_flow(settings: Settings, again: list[str] | None = None) -> Summary:
        return ingest_source(settings, preload=preload, again=frozenset(again or ()))

    monkeypatch.setattr(quarantine, "run_flow", run_flow)
    return _cli(warehouse, "replay")


def test_the_rest_is_published_and_the_article_comes_in_when_the_fault_is_gone(
    folder: Path, tmp_path: Path, load: Load, preload: Preload, spoil: Spoil,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    warehouse = tmp_path / "news.duckdb"
    spoil("article", _language_of("Rome"))

    summary = load(folder, warehouse)

    assert (summary.status, summary.files["loaded"], summary.files["quarantined"]) == (
        "published", 19, 1,
    )  # fmt: skip
    assert _ask(warehouse, "select count(*) from article") == [(19,)]
    assert _ask(warehouse, "select count(*) from entity where name = 'Rome'") == [(0,)]
    row = json.loads(_cli(warehouse, "list", "--format", "json"))
    assert (Path(row["source_uri"]).name, row["rule"], row["payload"]) == (
        "rome.txt", "article.language.in_force", "iw",
    )  # fmt: skip
    assert row["message"] == (
        f"Article {row['article_id']} failed article.language.in_force: A current ISO 639-1 "
        "code, or und. Filters on language miss articles with other codes. Found: iw (row "
        f"{row['article_id']} of article). It was withheld, and the rest was published. Correct "
        "the file or the check if one of them is wrong; else update newshouse. Then run: "
        "newshouse quarantine replay"
    )
    result = "select severity, success, action from ops.check_result where check_id = '{}'"
    assert _ask(warehouse, result.format("article.language.in_force")) == [
        ("quarantine", False, "withheld")
    ]

    monkeypatch.setattr(preload, "check", check_staged)  # an update of the program
    assert load(folder, warehouse).files["unchanged"] == 20

    _replay(warehouse, preload, monkeypatch)
    assert _ask(warehouse, "select count(*) from article") == [(20,)]
    assert _ask(warehouse, "select status from ops.quarantine") == [("replayed",)]


@pytest.mark.slow
def test_a_revision_that_fails_leaves_the_published_version(
    folder: Path, tmp_path: Path, load: Load, spoil: Spoil
) -> None:
    warehouse = tmp_path / "news.duckdb"
    load(folder, warehouse)
    rome = folder / "rome.txt"
    rome.write_text(rome.read_text() + "\nTickets cost less than before.\n")
    (folder / "paris.txt").write_text((folder / "paris.txt").read_text() + "\nIt rained.\n")
    spoil("article", _language_of("Rome"))

    summary = load(folder, warehouse)

    assert (summary.files["revised"], summary.files["quarantined"]) == (1, 1)
    versions = (
        "select title, version_no from article where title like '%Rome' or title like '%Par%'"
    )
    assert sorted(_ask(warehouse, versions)) == [
        ("Trams return to Paris", 2), ("Trams return to Rome", 1),
    ]  # fmt: skip


@pytest.mark.slow
def test_a_removal_that_a_check_holds_back_is_made_by_the_next_run(
    folder: Path, tmp_path: Path, load: Load, preload: Preload, spoil: Spoil,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    warehouse = tmp_path / "news.duckdb"
    load(folder, warehouse)
    (folder / "rome.txt").unlink()
    spoil("article", _language_of("Rome"))

    held = load(folder, warehouse)

    removed = "select count(*) from article where removed_at is not null"
    assert (held.files["removed"], held.files["quarantined"]) == (0, 1)
    assert _ask(warehouse, removed) == [(0,)]
    assert "rome.txt" in _cli(warehouse, "list", "--format", "json")

    monkeypatch.setattr(preload, "check", check_staged)
    assert load(folder, warehouse).files["removed"] == 1
    assert _ask(warehouse, removed) == [(1,)]
    assert _ask(warehouse, "select distinct status from ops.quarantine") == [("discarded",)]


@pytest.mark.slow
def test_a_rebuild_keeps_what_it_cannot_make_anew_with_its_entities(
    folder: Path, tmp_path: Path, load: Load, preload: Preload, spoil: Spoil
) -> None:
    warehouse = tmp_path / "news.duckdb"
    load(folder, warehouse)
    named = (
        "select a.title, e.name from article a join mention using (article_id) "
        "join entity e using (entity_id) where a.title like '%Rome' order by all"
    )
    before = _ask(warehouse, named)
    assert len(before) > 1
    spoil("article", _language_of("Rome"))

    rebuild_warehouse(Settings(warehouse=warehouse), preload=preload)

    assert _ask(warehouse, named) == before
    assert _ask(warehouse, "select count(*) from article") == [(20,)]


@pytest.mark.slow
def test_an_entity_that_fails_is_not_made_and_a_rebuild_makes_it(
    folder: Path, tmp_path: Path, load: Load, preload: Preload, spoil: Spoil,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    warehouse = tmp_path / "news.duckdb"
    spaced = pl.when(pl.col("name") == "Anna Berg").then(pl.lit("Anna  Berg")).otherwise("name")
    spoil("entity", lambda frame: frame.with_columns(spaced.alias("name")))

    summary = load(folder, warehouse)

    assert (summary.status, summary.files["loaded"]) == ("published", 20)
    named = "select count(*), count(entity_id) from mention where text = 'Anna Berg'"
    assert _ask(warehouse, named) == [(20, 0)]
    row = json.loads(_cli(warehouse, "list", "--format", "json"))
    assert (row["rule"], row["payload"]) == ("entity.name.trimmed", "Anna  Berg")
    assert row["source_uri"].endswith(".txt")
    assert row["message"].endswith("Then run: newshouse rebuild")

    monkeypatch.setattr(preload, "check", check_staged)
    rebuild_warehouse(Settings(warehouse=warehouse), preload=preload)
    assert _ask(warehouse, named) == [(20, 20)]
    assert _ask(warehouse, "select status from ops.quarantine") == [("replayed",)]


def _failing_on(place: str, function: Callable[..., Any], column: str) -> Callable[..., Any]:
    """The function, raising where a frame it is given has the name of a place in a column."""

    def fails(*words: Any, **named: Any) -> Any:
        frames = [w for w in words if isinstance(w, pl.DataFrame) and column in w.columns]
        if any(frame[column].str.contains(place).any() for frame in frames):
            raise ValueError(f"cannot read {place}")
        return function(*words, **named)

    return fails


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "function", "column", "stage", "message"),
    [
        (blocks_stage, "build_block", "text", "blocks", "ValueError: cannot read Rome"),
        (table_builders, "build_sentence", "text", "mentions", "ValueError: cannot read Rome"),
        (paragraph_reading, "annotate", "text", "language", "ValueError: cannot read Rome"),
        (compare, "count_line", "text", "compare", "ValueError: cannot read Rome"),
        (links, "build_related_link", "text", "links", "ValueError: cannot read Rome"),
    ],
    ids=["blocks", "mentions", "language", "compare", "links"],
)  # fmt: skip
def test_an_article_that_a_stage_fails_on_is_withheld_and_the_rest_published(
    module: Any, function: str, column: str, stage: str, message: str,
    folder: Path, tmp_path: Path, load: Load, preload: Preload, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    warehouse, good = tmp_path / "news.duckdb", getattr(module, function)
    monkeypatch.setattr(module, function, _failing_on("Rome", good, column))

    summary = load(folder, warehouse, workers=1)

    assert (summary.files["loaded"], summary.files["quarantined"]) == (19, 1)
    assert _ask(warehouse, "select count(*) from article") == [(19,)]
    row = json.loads(_cli(warehouse, "list", "--format", "json"))
    assert (Path(row["source_uri"]).name, row["stage"], row["rule"], row["payload"]) == (
        "rome.txt", "transform", "not_made", message,
    )  # fmt: skip
    assert f"The stage {stage} fails on its text." in row["message"]

    monkeypatch.setattr(module, function, good)
    _replay(warehouse, preload, monkeypatch)
    assert _ask(warehouse, "select count(*) from article") == [(20,)]
    assert _ask(warehouse, "select status from ops.quarantine") == [("replayed",)]


@pytest.mark.slow
def test_an_article_that_a_rebuild_fails_on_keeps_its_rows_until_a_rebuild_makes_it(
    folder: Path, tmp_path: Path, load: Load, preload: Preload, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading its file again mends nothing: its text is as it was."""
    warehouse = tmp_path / "news.duckdb"
    load(folder, warehouse)
    blocks = _ask(warehouse, "from block order by all")
    monkeypatch.setattr(blocks_stage, "build_block", _failing_on("Rome", build_block, "text"))

    rebuild_warehouse(Settings(warehouse=warehouse), preload=preload)

    assert _ask(warehouse, "from block order by all") == blocks
    (row,) = (json.loads(line) for line in _cli(warehouse, "list", "--format", "json").splitlines())
    assert (Path(row["source_uri"]).name, row["rule"]) == ("rome.txt", "not_made")
    assert row["message"].endswith("Then run: newshouse rebuild")
    monkeypatch.setattr(blocks_stage, "build_block", build_block)
    assert "1 row needs another command: newshouse rebuild" in _replay(
        warehouse, preload, monkeypatch
    )
    assert _ask(warehouse, "select status from ops.quarantine") == [("open",)]

    rebuild_warehouse(Settings(warehouse=warehouse), preload=preload)
    assert _ask(warehouse, "select status from ops.quarantine") == [("replayed",)]


def test_a_stage_that_fails_on_every_article_stops_the_run(
    folder: Path, tmp_path: Path, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails = _failing_on("Trams", build_block, "text")
    monkeypatch.setattr(blocks_stage, "build_block", fails)

    with pytest.raises(ChecksFailed, match=r"^not_made failed for 20 of 20 articles, more than"):
        load(folder, tmp_path / "news.duckdb", workers=1)


def _run_for_programs(
    folder: Path, warehouse: Path, preload: Preload, monkeypatch: pytest.MonkeyPatch
) -> Result:
    """`newshouse run --format json`, without Prefect, with the pipelines of this session."""
    monkeypatch.setattr(cli_run, "start_ahead", lambda: None)
    monkeypatch.setattr(cli_run, "server_of_this_command", lambda: None)
    monkeypatch.setattr(cli_run, "Preload", lambda *_, **__: nullcontext(preload))
    monkeypatch.setattr(cli_run, "run_reported", lambda as_flow, directly, say: directly())
    words = ["run", str(folder), "--warehouse", str(warehouse), "--format", "json"]
    return CliRunner().invoke(app, words)


def test_programs_read_in_json_which_checks_stopped_a_run(
    folder: Path, tmp_path: Path, preload: Preload, spoil: Spoil, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = tmp_path / "news.duckdb"
    spoil("article", lambda article: article.with_columns(language=pl.lit("iw")))

    done = _run_for_programs(folder, warehouse, preload, monkeypatch)

    printed = json.loads(done.stdout)
    assert (done.exit_code, printed["status"], printed["files_seen"]) == (1, "failed_checks", 20)
    assert "failed for 20 of 20 articles, more than the 20%" in printed["message"]
    assert printed["message"] in done.stderr
    (check,) = printed["failed_checks"]
    assert (check["check_id"], check["failed_count"], len(check["examples"])) == (
        "article.language.in_force", 20, 3,
    )  # fmt: skip
    words = ["status", "--warehouse", str(warehouse)]
    status = json.loads(CliRunner().invoke(app, [*words, "--format", "json"]).stdout)
    assert [(run["status"], run["message"]) for run in status["runs"]] == [
        ("failed_checks", printed["message"])
    ]
    assert printed["message"] in CliRunner().invoke(app, words).stderr


def test_programs_read_in_json_that_the_accounts_do_not_close(
    folder: Path, tmp_path: Path, preload: Preload, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Accounts) -> None:
        raise AccountingError("20 files seen, but 19 have an outcome.")

    monkeypatch.setattr(Accounts, "balance", refuse)

    done = _run_for_programs(folder, tmp_path / "news.duckdb", preload, monkeypatch)

    message = "20 files seen, but 19 have an outcome."
    assert (done.exit_code, json.loads(done.stdout), done.stderr) == (
        1, {"status": "failed", "message": message, "failed_checks": []}, f"{message}\n",
    )  # fmt: skip


@pytest.mark.slow
def test_a_file_that_its_extractor_fails_on_is_quarantined(
    folder: Path, tmp_path: Path, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = tmp_path / "news.duckdb"

    def fails(name: str, *words: Any, **named: Any) -> Any:
        if name == "rome.txt":
            raise RecursionError("maximum recursion depth exceeded")
        return extract(name, *words, **named)

    monkeypatch.setattr(extract_stage, "extract_records", fails)

    summary = load(folder, warehouse)

    assert (summary.files["loaded"], summary.files["quarantined"]) == (19, 1)
    row = json.loads(_cli(warehouse, "list", "--format", "json"))
    assert (Path(row["source_uri"]).name, row["stage"], row["rule"]) == (
        "rome.txt", "extract", "extractor_failed",
    )  # fmt: skip
    assert "fails with RecursionError: maximum recursion depth exceeded" in row["message"]


@pytest.mark.slow
def test_entities_of_one_article_that_fail_alike_have_a_row_each(
    folder: Path, tmp_path: Path, load: Load, spoil: Spoil
) -> None:
    warehouse = tmp_path / "news.duckdb"
    for place in PLACES[1:]:
        (folder / f"{place.lower()}.txt").unlink()
    (folder / "oslo.txt").write_text(
        "Trams return\n\nAnna Berg met Peter Lind and Mary Grant in Oslo on Monday. "
        "They spoke for an hour about the trams, which ran again after a month of repairs.\n"
    )
    spaced = pl.when(pl.col("entity_type") == "person").then(pl.col("name") + " ").otherwise("name")
    spoil("entity", lambda frame: frame.with_columns(spaced.alias("name")))

    load(folder, warehouse)

    wrong = "select payload from ops.quarantine where rule = 'entity.name.trimmed' order by 1"
    assert _ask(warehouse, wrong) == [("Anna Berg ",), ("Mary Grant ",), ("Peter Lind ",)]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Rome", "Anna Berg"])
def test_a_rebuild_keeps_an_entity_that_fails_where_a_withheld_article_names_it(
    name: str, folder: Path, tmp_path: Path, load: Load, preload: Preload, spoil: Spoil
) -> None:
    warehouse = tmp_path / "news.duckdb"
    load(folder, warehouse)
    spaced = pl.when(pl.col("name") == name).then(pl.lit(f" {name}")).otherwise("name")
    spoil("article", _language_of("Rome"))
    spoil("entity", lambda frame: frame.with_columns(spaced.alias("name")))

    rebuild_warehouse(Settings(warehouse=warehouse), preload=preload)

    of_rome = (
        "select e.name from article a join mention using (article_id) "
        f"join entity e using (entity_id) where a.title like '%Rome' and e.name = '{name}'"
    )
    assert len(_ask(warehouse, of_rome)) >= 1
    named = "select count(entity_id) from mention"
    assert _ask(warehouse, named) == _ask(warehouse, f"{named} semi join entity using (entity_id)")
    assert _ask(warehouse, "select count(*) from article") == [(20,)]


@pytest.mark.parametrize("table", [ARTICLE.name, MENTION.name, ENTITY.name])
def test_a_staged_table_that_cannot_be_read_stops_the_run(
    table: str, folder: Path, tmp_path: Path, load: Load, preload: Preload,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def check(staging: Path, *words: Any) -> CheckReport:
        for path in (staging / table).glob("*.parquet"):
            path.write_bytes(b"no Parquet")
        return check_staged(staging, *words)

    assert table in BY_NAME
    monkeypatch.setattr(preload, "check", check)
    with pytest.raises(Exception, match="could not be checked"):
        load(folder, tmp_path / "news.duckdb")
