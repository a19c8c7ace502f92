from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.warehouse.made_up import made_up_run, run_id_of
from tests.warehouse.test_publish import publish_run, whole
from warehouse.connect import open_reader
from warehouse.edition import restore_snapshot
from warehouse.layout import WarehouseError, layout_of
from warehouse.publish import publish
from warehouse.snapshot import list_snapshots


def publish_three(warehouse: Path, *, keep: int = 3) -> None:
    for number, name in enumerate(("one", "two", "three"), start=1):
        staging = made_up_run(number, {name: 1}).write(layout_of(warehouse).staging)
        publish(staging, warehouse, keep_snapshots=keep)


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse of three runs. Tests only read it."""
    warehouse = tmp_path_factory.mktemp("three") / "news.duckdb"
    publish_three(warehouse)
    return warehouse


def articles_at(warehouse: Path, at: str | None) -> int:
    con = open_reader(warehouse, at=at)
    row = con.execute("SELECT count(*) FROM article").fetchone()
    con.close()
    assert row is not None
    return int(row[0])


def test_each_replaced_file_stays_as_a_snapshot_named_by_its_run(three: Path) -> None:
    assert [s.name for s in list_snapshots(three)] == [run_id_of(1), run_id_of(2)]
    assert [articles_at(three, at) for at in (run_id_of(1), run_id_of(2), None)] == [1, 2, 3]
    assert articles_at(three, run_id_of(2)[:12]) == 2


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    publish_three(warehouse, keep=1)
    assert [s.name for s in list_snapshots(warehouse)] == [run_id_of(2)]


def test_none_are_kept_if_none_are_wanted(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    publish_three(warehouse, keep=0)
    assert list_snapshots(warehouse) == []


def test_a_restored_snapshot_is_the_warehouse_again_and_what_it_replaced_stays(
    tmp_path: Path,
) -> None:
    warehouse = tmp_path / "news.duckdb"
    publish_run(made_up_run(1, {"one": 1}), warehouse)
    first = whole(warehouse)
    publish_run(made_up_run(2, {"two": 1}), warehouse)

    assert restore_snapshot(warehouse, run_id_of(1), keep_snapshots=3) == run_id_of(1)

    restored = whole(warehouse)
    assert all(restored[name].equals(first[name]) for name in first)
    assert [s.name for s in list_snapshots(warehouse)] == [run_id_of(1), run_id_of(2)]
    assert articles_at(warehouse, run_id_of(2)) == 2
    publish_run(made_up_run(3, {"three": 1}), warehouse)
    assert articles_at(warehouse, None) == 2


@pytest.mark.parametrize(("name", "count"), [("20251231", 0), ("2026", 2)])
def test_a_name_that_fits_none_or_several_is_refused(name: str, count: int, three: Path) -> None:
    with pytest.raises(WarehouseError, match=f"{count} of 2 snapshots are named {name}"):
        open_reader(three, at=name)


def test_a_damaged_warehouse_is_restored_and_set_aside(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    for number in (1, 2):
        publish_run(made_up_run(number, {"one": number}), warehouse)
    warehouse.write_bytes(b"no database at all" * 100)
    with pytest.raises(WarehouseError, match="Earlier files are kept: newshouse snapshots"):
        open_reader(warehouse)

    restore_snapshot(warehouse, run_id_of(1), keep_snapshots=2)

    with open_reader(warehouse) as con:
        assert con.execute("SELECT count(*) FROM article").fetchall() == [(1,)]
    assert layout_of(warehouse).damaged.read_bytes().startswith(b"no database")


def test_a_newer_warehouse_is_not_replaced(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    for number in (1, 2):
        publish_run(made_up_run(number, {"one": number}), warehouse)
    with duckdb.connect(str(warehouse)) as con:
        con.execute("UPDATE ops.publication SET schema_version = 99")
    before = warehouse.read_bytes()

    with pytest.raises(WarehouseError, match="newer than this program"):
        restore_snapshot(warehouse, run_id_of(1), keep_snapshots=2)

    assert warehouse.read_bytes() == before
