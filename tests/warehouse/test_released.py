"""Warehouses of every released schema version: all of them become one of today, and lose no row.

A new table, or a new column that may be null, needs nothing here: the file is compared with the
contracts. Any other change of a table that exists needs a step in warehouse/migration.py,
SCHEMA_VERSION one higher, and a new file in tests/warehouse/released/ with the tables of that
version.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from flows.cli import quarantine
from flows.cli.app import app
from flows.ingest import ingest_source
from flows.session.preload import Preload
from tests.warehouse.made_up import MadeUp, hex16, hex64, made_up_run, run_id_of
from tests.warehouse.test_publish import publish_run, whole
from warehouse import ddl
from warehouse.layout import WarehouseError
from warehouse.publish import migrate
from warehouse.schema_version import SCHEMA_VERSION
from warehouse.staging import open_published
from warehouse.tables import CONTRACTS
from warehouse.tables.publication import PUBLICATION

RELEASED = sorted(Path(__file__).parent.glob("released/*.sql"), key=lambda path: int(path.stem))
OLDER = [path for path in RELEASED if int(path.stem) < SCHEMA_VERSION]


def quick_first(paths: list[Path]) -> list[object]:
    """The newest of these versions; the others are for `make test-all`."""
    marks = [[pytest.mark.slow]] * (len(paths) - 1) + [[]]
    return [pytest.param(p, marks=m, id=p.stem) for p, m in zip(paths, marks, strict=True)]


Columns = dict[str, list[tuple[str, str, bool]]]


def columns_of(con: duckdb.DuckDBPyConnection) -> Columns:
    """Names, types and nullability of the columns of every table, in no order."""
    found: Columns = {}
    for table, *column in con.execute(
        "SELECT schema_name || '.' || table_name, column_name, data_type, is_nullable "
        "FROM duckdb_columns() WHERE database_name = current_database() AND NOT internal "
        "AND schema_name IN ('main', 'ops') ORDER BY ALL"
    ).fetchall():
        found.setdefault(str(table), []).append((column[0], column[1], column[2]))
    return found


def tables_of_today() -> Columns:
    with duckdb.connect(":memory:") as con:
        ddl.create_all(con)
        return columns_of(con)


def released(path: Path, warehouse: Path, run: MadeUp) -> None:
    """Make a warehouse as that version made it, with the rows of a made-up run."""
    with duckdb.connect(str(warehouse)) as con:
        con.execute(path.read_text())
        for table, frame in run.frames().items():
            name = next(c.qualified_name for c in CONTRACTS if c.name == table)
            there = {column[0] for column in columns_of(con)[name]}
            con.register("rows", frame.select(c for c in frame.columns if c in there).to_arrow())
            con.execute(f"INSERT INTO {name} BY NAME SELECT * FROM rows")
        values = [int(path.stem), run.run_id]
        con.execute(f"INSERT INTO {PUBLICATION.qualified_name} VALUES (?, ?)", values)


def test_the_tables_of_this_version_are_as_they_were_released() -> None:
    assert int(RELEASED[-1].stem) == SCHEMA_VERSION
    with duckdb.connect(":memory:") as con:
        con.execute(RELEASED[-1].read_text())
        then = columns_of(con)
    today = tables_of_today()
    for name, columns in then.items():
        assert set(columns) <= set(today[name]), __doc__
        added = set(today[name]) - set(columns)
        assert all(is_nullable for _, _, is_nullable in added), __doc__


@pytest.mark.parametrize("path", quick_first(OLDER))
def test_an_older_warehouse_is_brought_up_to_date_and_loses_no_row(
    path: Path, tmp_path: Path
) -> None:
    first, second = made_up_run(1, {"one": 1, "two": 1}), made_up_run(2, {"three": 1})
    old, fresh = tmp_path / "old.duckdb", tmp_path / "fresh.duckdb"
    released(path, old, first)
    publish_run(first, fresh)

    for warehouse in (old, fresh):
        publish_run(second, warehouse)

    migrated, expected = whole(old), whole(fresh)
    assert all(migrated[name].equals(frame) for name, frame in expected.items())
    with duckdb.connect(str(old), read_only=True) as con:
        assert columns_of(con) == tables_of_today()
        version = con.execute("SELECT schema_version FROM ops.publication").fetchall()
        assert version == [(SCHEMA_VERSION,)]


@pytest.mark.parametrize("path", quick_first(RELEASED))
def test_a_column_or_table_that_was_added_since_needs_no_step(path: Path, tmp_path: Path) -> None:
    """As if `article.section` and `related_link` had been added after that version."""
    first, second = made_up_run(1, {"one": 1, "two": 1}), made_up_run(2, {"two": 2})
    for run in (first, second):
        run.rows["article"][0]["section"] = "Harbour"
    warehouse, fresh = tmp_path / "old.duckdb", tmp_path / "fresh.duckdb"
    released(path, warehouse, first)
    publish_run(first, fresh)
    with duckdb.connect(str(warehouse)) as con:
        con.execute("ALTER TABLE main.article DROP COLUMN section")
        con.execute("DROP TABLE main.related_link")
    with pytest.raises(WarehouseError, match=r"newshouse run"):
        open_published(warehouse)

    assert migrate(warehouse, first.run_id)
    assert not migrate(warehouse, first.run_id)
    migrated, expected = whole(warehouse), whole(fresh)
    assert migrated["article"]["section"].to_list() == [None, None]
    for name, frame in expected.items():
        lost = ["section"] if name == "article" else []
        assert migrated[name].drop(lost).equals(frame.drop(lost)), name

    publish_run(second, warehouse)
    with duckdb.connect(str(warehouse), read_only=True) as con:
        assert columns_of(con) == tables_of_today()
    section = whole(warehouse)["article"].select("article_id", "section")
    assert dict(section.iter_rows()) == {hex16("one"): None, hex16("two"): "Harbour"}


def test_a_column_that_must_not_be_null_is_not_added_without_a_step(tmp_path: Path) -> None:
    warehouse = tmp_path / "old.duckdb"
    released(RELEASED[-1], warehouse, made_up_run(1, {"one": 1}))
    with duckdb.connect(str(warehouse)) as con:
        con.execute("ALTER TABLE main.article DROP COLUMN language")
    before = warehouse.read_bytes()

    with pytest.raises(WarehouseError, match=r"no column main\.article\.language"):
        migrate(warehouse, run_id_of(2))

    assert warehouse.read_bytes() == before


@pytest.mark.parametrize("path", OLDER, ids=lambda path: path.stem)
def test_what_only_reads_an_older_warehouse_says_how_to_go_on(path: Path, tmp_path: Path) -> None:
    warehouse = tmp_path / "old.duckdb"
    released(path, warehouse, made_up_run(1, {"one": 1}))

    with pytest.raises(WarehouseError, match=rf"version {path.stem} .*newshouse run"):
        open_published(warehouse)


@pytest.mark.parametrize("path", quick_first(OLDER))
def test_a_run_goes_on_where_an_older_program_stopped_and_reads_again_what_it_withheld(
    path: Path, tmp_path: Path, preload: Preload, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = tmp_path / "in" / "ferry.txt"
    story.parent.mkdir()
    story.write_text("Ferry returns\n\nThe ferry sailed again on Monday, said Anna Berg.\n")
    warehouse = tmp_path / "old.duckdb"
    run = made_up_run(1, {"one": 1})
    run.rows["run"][0]["source_uri"] = str(story.parent)
    run.add("file", run_id=run.run_id, source_uri=str(story), collection="seeds",
            file_id=hex64("old"), outcome="quarantined", reason="too much markup")  # fmt: skip
    run.add("quarantine", quarantine_id="1" * 16, run_id=run.run_id, source_uri=str(story),
            stage="extract", rule="too_much_markup", message="Tags.", status="open")  # fmt: skip
    released(path, warehouse, run)
    monkeypatch.setattr(
        quarantine, "run_flow",
        lambda settings, again: ingest_source(settings, preload=preload, again=frozenset(again)),
    )  # fmt: skip

    def command(*words: str) -> str:
        ran = CliRunner().invoke(app, ["quarantine", *words, "--warehouse", str(warehouse)])
        assert ran.exit_code == 0, (ran.output, ran.exception)
        return ran.output

    assert "too_much_markup" in command("list", "--format", "json")
    command("replay")

    tables = whole(warehouse)
    assert "Ferry returns" in tables["article"]["title"].to_list()
    assert tables["article"].height == 2
    withheld = tables["quarantine"].filter(rule="too_much_markup")
    assert withheld["status"].to_list() == ["replayed"]
    assert (tmp_path / "old.duckdb.d" / "snapshots" / f"{run_id_of(1)}.duckdb").exists()
