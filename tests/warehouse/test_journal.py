from __future__ import annotations

import io
import random
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.warehouse.made_up import START, MadeUp, add_run, made_up_run, run_id_of
from tests.warehouse.test_publish import publish_run, whole
from warehouse import journal
from warehouse.layout import WarehouseError, layout_of


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


def test_a_run_of_an_earlier_release_has_crashed_too(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    journal.write(warehouse, run_id_of(1), run_row(1, "running"))
    (part,) = journal.list_parts(warehouse)
    # That release did not know of flow runs yet.
    pl.read_parquet(part.path).drop("flow_run_id").write_parquet(part.path)

    assert journal.mark_crashed(warehouse, run_id_of(2), START) == [run_id_of(1)]

    assert journal.read(warehouse)["run"].select("status", "message").rows() == [
        ("crashed", "The run's process has ended: it was killed, or its machine stopped."),
    ]


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


def parquet(frame: pl.DataFrame) -> bytes:
    written = io.BytesIO()
    frame.write_parquet(written)
    return written.getvalue()


RUN_1 = f"{run_id_of(1)}.run.parquet"
SOUND = parquet(run_row(1, "failed")["run"])

DAMAGED_FILES: dict[str, tuple[str, bytes | str, str]] = {
    "cut short": (RUN_1, SOUND[:-20], "not whole"),
    "its middle lost": (RUN_1, SOUND[:200] + bytes(400) + SOUND[600:], "not"),
    "empty": (RUN_1, b"", "not whole"),
    "no Parquet": (RUN_1, random.Random(7).randbytes(500), "not whole"),
    "another table": (RUN_1, parquet(pl.DataFrame({"a": [1]})), "not the columns of the table"),
    "another type": (
        RUN_1,
        parquet(run_row(1, "failed")["run"].with_columns(files_seen=pl.lit("many"))),
        "not whole",
    ),
    "another run": (f"{run_id_of(2)}.run.parquet", SOUND, "rows of another run"),
    "no run id": ("x.parquet", SOUND, "not named RUN_ID.TABLE.parquet"),
    "no date": ("99999999T000000Z-000001.run.parquet", SOUND, "not named RUN_ID.TABLE.parquet"),
    "a name too long": (f"{run_id_of(1)}.run.old.parquet", SOUND, "not named"),
    "three words": ("a.b.c.parquet", SOUND, "not named RUN_ID.TABLE.parquet"),
    "no table": (f"{run_id_of(1)}.poem.parquet", SOUND, "not named RUN_ID.TABLE.parquet"),
    "a table of main": (f"{run_id_of(1)}.article.parquet", SOUND, "not named"),
    "a folder": (RUN_1, "folder", "a folder"),
    "a link to nothing": (RUN_1, "link", "not a file"),
}  # fmt: skip
"""What lies in the journal: its name, its bytes (or what else it is), and the reason given."""


def lay(path: Path, content: bytes | str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content == "folder":
        path.mkdir()
    else:
        path.symlink_to("nowhere")


@pytest.mark.parametrize("damage", list(DAMAGED_FILES))
def test_readers_pass_over_what_is_damaged_and_writers_set_it_aside(
    tmp_path: Path, damage: str
) -> None:
    name, content, reason = DAMAGED_FILES[damage]
    warehouse = tmp_path / "news.duckdb"
    folder = layout_of(warehouse).journal
    journal.write(warehouse, run_id_of(3), run_row(3, "failed"))
    lay(folder / name, content)

    (found,) = journal.list_damaged(warehouse)
    assert found.path == folder / name
    assert reason in found.reason
    assert statuses(journal.read(warehouse)["run"]) == {run_id_of(3): "failed"}

    (moved,) = journal.set_damaged_aside(warehouse)
    assert moved.path == folder / "damaged" / name
    assert moved.path.is_symlink() or moved.path.exists()
    assert journal.set_damaged_aside(warehouse) == ()
    assert journal.list_set_aside(warehouse) == (moved.path,)
    assert journal.newest_run(warehouse) == run_id_of(3)
    assert journal.mark_crashed(warehouse, run_id_of(4), START) == []


def test_a_publication_folds_in_what_is_whole_once_the_damaged_is_set_aside(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    journal.write(warehouse, run_id_of(3), run_row(3, "failed"))
    for name, content, _ in DAMAGED_FILES.values():
        lay(layout_of(warehouse).journal / name, content)
        journal.set_damaged_aside(warehouse)

    publish_run(made_up_run(4, {"one": 1}), warehouse)

    assert statuses(whole(warehouse)["run"]) == {
        run_id_of(3): "failed",
        run_id_of(4): "published",
    }


def test_two_damaged_files_of_one_name_are_both_kept(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    for content in (b"first", b"second"):
        lay(layout_of(warehouse).journal / "x.parquet", content)
        journal.set_damaged_aside(warehouse)
    kept = journal.list_set_aside(warehouse)
    assert {path.name: path.read_bytes() for path in kept} == {
        "x.parquet": b"first",
        "x.1.parquet": b"second",
    }


def test_a_file_that_may_not_be_read_is_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = tmp_path / "news.duckdb"
    journal.write(warehouse, run_id_of(1), run_row(1, "failed"))

    def refuse(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert journal.read(warehouse) == {}
    (moved,) = journal.set_damaged_aside(warehouse)
    assert moved.reason == "Permission denied"


def test_one_that_cannot_be_moved_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warehouse = tmp_path / "news.duckdb"
    lay(layout_of(warehouse).journal / "x.parquet", b"")

    def refuse(_path: Path, _target: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(WarehouseError, match=r"x\.parquet: damaged .* cannot be moved away"):
        journal.set_damaged_aside(warehouse)


def test_what_a_run_of_an_earlier_release_left_is_folded_in(tmp_path: Path) -> None:
    """Its files lack the columns that came later."""
    warehouse = tmp_path / "news.duckdb"
    run = MadeUp(run_id_of(1))
    add_run(run, START, status="failed_checks")
    run.add("check_result", run_id=run.run_id, check_id="a.b.c", severity="critical")
    journal.write(warehouse, run.run_id, dict(run.frames()))
    (path,) = layout_of(warehouse).journal.glob("*.check_result.parquet")
    pl.read_parquet(path).drop("action").write_parquet(path)

    assert journal.list_damaged(warehouse) == ()
    publish_run(made_up_run(2, {"one": 1}), warehouse)

    assert whole(warehouse)["check_result"].select("check_id", "action").rows() == [("a.b.c", None)]
