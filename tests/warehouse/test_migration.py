from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.warehouse.made_up import made_up_run, run_id_of
from tests.warehouse.test_publish import publish_run
from warehouse.connect import open_writer
from warehouse.layout import WarehouseError
from warehouse.migration import STEPS, Step, migrate_open
from warehouse.publish import migrate
from warehouse.schema_version import SCHEMA_VERSION


def add_column(name: str) -> Step:
    def step(con: duckdb.DuckDBPyConnection) -> None:
        con.execute(f"ALTER TABLE main.source ADD COLUMN {name} VARCHAR")

    return step


def fail(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("ALTER TABLE main.source ADD COLUMN half VARCHAR")
    con.execute("SELECT no_such_column")


def version_and_columns(con: duckdb.DuckDBPyConnection) -> tuple[int, list[str]]:
    row = con.execute("SELECT schema_version FROM ops.publication").fetchone()
    assert row is not None
    columns = con.execute("SELECT column_name FROM (DESCRIBE main.source)").fetchall()
    return int(row[0]), [name for (name,) in columns][5:]


@pytest.fixture
def copy(tmp_path: Path) -> duckdb.DuckDBPyConnection:
    publish_run(made_up_run(1, {"one": 1}), tmp_path / "news.duckdb")
    return open_writer(tmp_path / "news.duckdb")


def test_there_is_a_step_to_every_version_but_the_first() -> None:
    assert sorted(STEPS) == list(range(2, SCHEMA_VERSION + 1))


def test_steps_run_in_order_from_the_version_found(copy: duckdb.DuckDBPyConnection) -> None:
    now = SCHEMA_VERSION
    steps = {now + 1: add_column("first"), now + 2: add_column("second")}

    assert migrate_open(copy, steps, now + 2) == run_id_of(1)

    assert version_and_columns(copy) == (now + 2, ["first", "second"])
    assert migrate_open(copy, steps, now + 2) == run_id_of(1)


def test_a_step_that_fails_leaves_the_version_before_it(copy: duckdb.DuckDBPyConnection) -> None:
    now = SCHEMA_VERSION
    with pytest.raises(duckdb.BinderException):
        migrate_open(copy, {now + 1: add_column("first"), now + 2: fail}, now + 2)
    copy.execute("ROLLBACK")

    assert version_and_columns(copy) == (now + 1, ["first"])


def test_a_newer_copy_is_refused(copy: duckdb.DuckDBPyConnection) -> None:
    copy.execute("UPDATE ops.publication SET schema_version = 99")
    with pytest.raises(WarehouseError, match="version 99 is newer than this program knows"):
        migrate_open(copy)


def test_a_warehouse_of_this_version_is_left_as_it_is(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    assert not migrate(warehouse, run_id_of(1))
    publish_run(made_up_run(1, {"one": 1}), warehouse)
    before = warehouse.read_bytes()

    assert not migrate(warehouse, run_id_of(2))

    assert warehouse.read_bytes() == before
