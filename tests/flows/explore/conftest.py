"""Warehouses to explore: of the seeds, with no article, and with nothing but hostile text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.flows.explore.hostile import publish_hostile
from tests.warehouse.made_up import START, MadeUp, add_run, run_id_of
from tests.warehouse.test_publish import publish_run
from warehouse.connect import open_reader


@pytest.fixture
def seeds(seed_warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    con = open_reader(seed_warehouse)
    yield con
    con.close()


@pytest.fixture(scope="session")
def hostile_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    warehouse = tmp_path_factory.mktemp("hostile") / "news.duckdb"
    publish_hostile(warehouse)
    return warehouse


@pytest.fixture
def hostile(hostile_warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    con = open_reader(hostile_warehouse)
    yield con
    con.close()


@pytest.fixture(scope="session")
def empty_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    warehouse = tmp_path_factory.mktemp("empty") / "news.duckdb"
    run = MadeUp(run_id_of(1))
    add_run(run, START)
    publish_run(run, warehouse)
    return warehouse


@pytest.fixture
def empty(empty_warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    con = open_reader(empty_warehouse)
    yield con
    con.close()
