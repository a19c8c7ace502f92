"""`newshouse search` as people and programs use it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from flows.cli import search as search_command
from flows.cli.app import app
from tests.warehouse.made_up import hex16
from tests.warehouse.run_of_blocks import run_of_blocks
from tests.warehouse.test_publish import publish_run
from tests.warehouse.test_search_index import ARTICLES
from warehouse import fts_extension
from warehouse.layout import layout_of
from warehouse.snapshot import list_snapshots


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    warehouse = tmp_path_factory.mktemp("search") / "news.duckdb"
    hostile = [("title", "Hot\x1b[31m\tnews\u202e"), ("paragraph", "Tolls\n rise " + "far " * 90)]
    publish_run(run_of_blocks(1, ARTICLES | {"hostile": hostile}), warehouse)
    publish_run(
        run_of_blocks(2, {"late": [("title", "Latecomer"), ("list_item", "Tolls")]}), warehouse
    )
    return warehouse


def ask(warehouse: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["search", *words, "--warehouse", str(warehouse)])


def test_off_a_terminal_a_hit_is_a_line_that_begins_with_the_title(warehouse: Path) -> None:
    found = ask(warehouse, "mayor")

    assert found.exit_code == 0
    lines = [line.split("\t") for line in found.stdout.splitlines()]
    assert lines == [
        ["Voters elect a mayor", "tidewater_post", "2026-03-01", hex16("vote"),
         "Voters elect a mayor"],
        ["Storm over the harbour", "tidewater_post", "2026-03-02", hex16("storm"),
         "The mayor was not there 🌊."],
    ]  # fmt: skip


def test_a_long_passage_is_cut_around_the_words_and_nothing_steers_the_terminal(
    warehouse: Path,
) -> None:
    found = ask(warehouse, "tolls")

    titles = [line.split("\t")[0] for line in found.stdout.splitlines()]
    assert titles == ["Latecomer", "Hot [31m news"]
    assert "\x1b" not in found.stdout
    assert max(map(len, found.stdout.splitlines())) < 300


def test_json_gives_an_object_a_line(warehouse: Path) -> None:
    found = ask(warehouse, "harbour", "--format", "json")

    (hit,) = map(json.loads, found.stdout.splitlines())
    assert hit.pop("score") > 0
    assert hit == {
        "article_id": hex16("storm"), "title": "Storm over the harbour",
        "source_id": "tidewater_post", "published_at": "2026-03-02T00:00:00+00:00", "block_no": 2,
        "start_char": 44, "text": ARTICLES["storm"][2][1], "passages": 2,
        "snippet": "The harbour master closed the harbour. Antimatter is not to blame.",
    }  # fmt: skip


def test_filters_and_limit(warehouse: Path) -> None:
    def titles(*given: str) -> list[str]:
        return [line.split("\t")[0] for line in ask(warehouse, "mayor", *given).stdout.splitlines()]

    assert titles("--limit", "1") == ["Voters elect a mayor"]
    assert titles("--since", "2026-03-02") == ["Storm over the harbour"]
    assert titles("--until", "2026-03-01") == ["Voters elect a mayor"]
    assert titles("--since", "2026-03-02", "--until", "2026-03-02") == ["Storm over the harbour"]
    assert len(titles("--source", "tidewater_post")) == 2
    assert (
        ask(warehouse, "tolls", "--at", list_snapshots(warehouse)[0].name).stdout.count("\n") == 1
    )


def test_an_argument_that_is_no_utf_8_finds_nothing(warehouse: Path) -> None:
    found = ask(warehouse, "caf\udce9")
    assert (found.exit_code, found.stdout) == (0, "")


def test_no_hit_is_reported_and_is_no_failure(warehouse: Path) -> None:
    found = ask(warehouse, "gazette")
    assert (found.exit_code, found.stdout) == (0, "")
    assert found.stderr == "No article contains: gazette\n"
    assert ask(warehouse, "gazette", "--format", "csv").stdout.startswith("article_id,title,")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["", ], "There is no word to search for."),
        (["  "], "There is no word to search for."),
        (["🌊 !"], "There is no word to search for."),
        (["mayor", "--source", "nobody"], "There are: tidewater_post"),
        (["mayor", "--limit", "0"], "Invalid value for '--limit'"),
        (["mayor", "--since", "yesterday"], "Invalid value for '--since'"),
        (["mayor", "--at", "never"], "snapshots are named never"),
    ],
)  # fmt: skip
def test_wrong_use(given: list[str], message: str, warehouse: Path) -> None:
    found = ask(warehouse, *given)
    assert found.exit_code == 2
    assert message in found.stderr
    assert found.stdout == ""


def test_a_missing_warehouse_says_how_to_make_one(tmp_path: Path) -> None:
    found = ask(tmp_path / "none.duckdb", "mayor")
    assert found.exit_code == 2
    assert "newshouse run --warehouse" in found.stderr


def test_without_the_extension_it_reads_every_block_and_says_so(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fts_extension, "extension_file", lambda: None)
    found = ask(warehouse, "elections cost")
    assert found.exit_code == 0
    assert "pip install duckdb-extension-fts" in found.stderr
    assert found.stdout.startswith("Voters elect a mayor\t")


def test_searching_changes_nothing_and_needs_no_right_to_write(warehouse: Path) -> None:
    before = warehouse.read_bytes()
    for folder in (warehouse.parent, layout_of(warehouse).folder):
        folder.chmod(0o555)
    try:
        assert ask(warehouse, "mayor").exit_code == 0
    finally:
        for folder in (warehouse.parent, layout_of(warehouse).folder):
            folder.chmod(0o755)
    assert warehouse.read_bytes() == before


def test_on_a_terminal_words_are_highlighted(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from rich.console import Console

    terminal = Console(force_terminal=True, width=200, highlight=False, color_system="standard",
                       no_color=False)  # fmt: skip
    monkeypatch.setattr(search_command, "out", terminal)
    search_command.search("harbours", warehouse=warehouse)
    shown = capsys.readouterr().out
    assert shown.startswith("\x1b[1mStorm over the harbour\x1b[0m\n")
    assert "closed the \x1b[1;33mharbour\x1b[0m" in shown
    assert "2 passages" in shown
