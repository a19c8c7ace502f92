from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.warehouse.made_up import START, MadeUp, add_run, made_up_run, run_id_of
from tests.warehouse.test_publish import publish_run, whole
from warehouse import journal
from warehouse.layout import WarehouseError


def run_row(number: int, status: str) -> dict[str, pl.DataFrame]:
    run = MadeUp(run_id_of(number))
    add_run(run, START + timedelta(hours=number), status=status)
    return dict(run.frames())


def statuses(frame: pl.DataFrame) -> dict[str, str]:
    return dict(frame.select("run_id", "status").iter_rows())


def test_the_next_publication_folds_in_what_runs_left(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    journal.write(warehouse, run_id_of(1), run_row(1, "nothing_new"))
    journal.write(warehouse, run_id_of(2), run_row(2, "failed"))
    assert statuses(journal.read(warehouse)["run"]) == {
        run_id_of(1): "nothing_new",
        run_id_of(2): "failed",
    }

    publish_run(made_up_run(3, {"one": 1}), warehouse)

    assert statuses(whole(warehouse)["run"]) == {
        run_id_of(1): "nothing_new",
        run_id_of(2): "failed",
        run_id_of(3): "published",
    }
    assert journal.list_parts(warehouse) == ()


def test_a_journal_left_by_a_run_killed_after_the_rename_changes_nothing(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    publish_run(made_up_run(1, {"one": 1}), warehouse)
    journal.write(warehouse, run_id_of(1), run_row(1, "running"))

    assert journal.read(warehouse) == {}
    assert journal.mark_crashed(warehouse, run_id_of(2), START) == []
    publish_run(made_up_run(2, {"two": 1}), warehouse)

    assert statuses(whole(warehouse)["run"]) == {
        run_id_of(1): "published",
        run_id_of(2): "published",
    }


def test_a_run_still_called_running_has_crashed(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    for number in (1, 2, 3):
        journal.write(warehouse, run_id_of(number), run_row(number, "running"))
    journal.write(warehouse, run_id_of(2), run_row(2, "nothing_new"))

    assert journal.mark_crashed(warehouse, run_id_of(3), START) == [run_id_of(1)]

    run = journal.read(warehouse)["run"]
    assert statuses(run) == {
        run_id_of(1): "crashed",
        run_id_of(2): "nothing_new",
        run_id_of(3): "running",
    }
    assert run["ended_at"][0] == START


def test_of_two_runs_that_quarantined_one_file_the_later_stands(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    for number, message in ((1, "first"), (2, "second")):
        run = MadeUp(run_id_of(number))
        add_run(run, START + timedelta(hours=number), status="nothing_new")
        run.add("quarantine", quarantine_id="0" * 16, run_id=run.run_id, source_uri="file:///a",
                stage="extract", rule="empty_file", message=message, status="open")  # fmt: skip
        journal.write(warehouse, run.run_id, run.frames())

    left = journal.read(warehouse)["quarantine"]
    publish_run(made_up_run(3, {}), warehouse)

    assert left["message"].to_list() == ["second"]
    assert whole(warehouse)["quarantine"]["message"].to_list() == ["second"]


def test_only_operations_rows_are_journaled(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="article cannot be journaled"):
        journal.write(tmp_path / "news.duckdb", run_id_of(1), {"article": pl.DataFrame()})
