from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.warehouse.made_up import made_up_run
from tests.warehouse.test_publish import publish_run
from warehouse.connect import open_reader, open_writer
from warehouse.layout import WarehouseError
from warehouse.schema_version import SCHEMA_VERSION
from warehouse.staging import open_published


def test_a_missing_warehouse_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="newshouse run --warehouse"):
        open_reader(tmp_path / "news.duckdb")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "news.duckdb").write_text("not a database, but longer than a header " * 200)
    with pytest.raises(WarehouseError, match="cannot be read as a warehouse"):
        open_reader(tmp_path / "news.duckdb")


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    duckdb.connect(str(tmp_path / "news.duckdb")).close()
    with pytest.raises(WarehouseError, match="not a warehouse of newshouse"):
        open_reader(tmp_path / "news.duckdb")


def test_a_newer_warehouse_is_refused_in_one_line(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    publish_run(made_up_run(1, {"one": 1}), warehouse)
    con = duckdb.connect(str(warehouse))
    con.execute("UPDATE ops.publication SET schema_version = schema_version + 1")
    con.close()

    with pytest.raises(WarehouseError) as raised:
        open_reader(warehouse)

    assert str(raised.value) == (
        f"{warehouse}: its schema version {SCHEMA_VERSION + 1} is newer than this program knows "
        f"({SCHEMA_VERSION}). Update newshouse."
    )


def test_the_published_rows_can_be_checked_as_staged_ones_are(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    publish_run(made_up_run(1, {"one": 1, "two": 1}), warehouse)
    con = open_published(warehouse)
    for relation in ("main.article", "known.article", "ops.record", "known.record"):
        assert con.execute(f"SELECT count(*) FROM {relation}").fetchone() == (2,)
    con.close()


def test_times_are_shown_in_utc(tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    publish_run(made_up_run(1, {"one": 1}), warehouse)
    con = open_reader(warehouse)
    shown = con.execute("SELECT max(started_at)::VARCHAR FROM ops.run").fetchone()
    con.close()
    assert shown == ("2026-03-01 07:00:00+00",)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse beside another database and a file that is nobody's business."""
    folder = tmp_path_factory.mktemp("folder")
    publish_run(made_up_run(1, {"one": 1}), folder / "news.duckdb")
    (folder / "secret.csv").write_text("a\n1\n")
    duckdb.connect(str(folder / "other.duckdb")).close()
    return folder


@pytest.mark.parametrize(
    "statement",
    [
        "COPY (SELECT 1) TO '{folder}/out.csv'",
        "COPY article TO '{folder}/out.parquet'",
        "EXPORT DATABASE '{folder}/out'",
        "SELECT * FROM '{folder}/secret.csv'",
        "SELECT * FROM read_text('{folder}/secret.csv')",
        "SELECT * FROM query('SELECT * FROM read_text(''{folder}/secret.csv'')')",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT * FROM sniff_csv('{folder}/secret.csv')",
        "ATTACH '{folder}/other.duckdb'",
        "ATTACH '{folder}/news.duckdb' AS again",
        "INSTALL httpfs",
        "LOAD '{folder}/secret.csv'",
        "SET enable_external_access = true",
        "RESET enable_external_access",
        "SET lock_configuration = false",
        "SET log_query_path = '{folder}/out.sql'",
        "PRAGMA profiling_output = '{folder}/out.json'",
        "SET temp_directory = '{folder}'",
        "CREATE PERSISTENT SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')",
        "SELECT getenv('HOME')",
        "DELETE FROM article",
        "CREATE VIEW mart.more AS SELECT 1",
        "DROP TABLE article",
        "DETACH published",
        "SELECT 1; COPY (SELECT 1) TO '{folder}/out.csv'",
    ],
)
def test_no_statement_leaves_the_warehouse(statement: str, folder: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}

    with open_reader(folder / "news.duckdb") as con, pytest.raises(duckdb.Error):
        con.execute(statement.format(folder=folder)).fetchall()

    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_memory_grows_with_what_is_written(tmp_path: Path) -> None:
    """A GiB for anything small; four times the bytes for more; never more than DuckDB itself."""
    limits = []
    for number, more_bytes in enumerate((0, 300_000_000, 10**15)):
        con = open_writer(tmp_path / f"{number}.duckdb", more_bytes=more_bytes)
        limit = con.execute("SELECT parse_formatted_bytes(current_setting('memory_limit'))")
        limits += limit.fetchall()
        con.close()
    default = duckdb.sql("SELECT parse_formatted_bytes(current_setting('memory_limit'))").fetchall()
    assert limits[0] == (1024**3,)
    assert abs(limits[1][0] - 1_200_000_000) < 0.1 * 1_200_000_000
    assert limits[2:] == default
