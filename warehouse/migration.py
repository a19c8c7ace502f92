"""Brings the tables of an older warehouse to those that this program writes.

A table, or a column that may be null, that the file lacks is found by comparing it with the
contracts, and needs nothing here. Any other change of a table needs a numbered step, which works on
a private copy, in a transaction of its own. How to add one: raise SCHEMA_VERSION, add the step
under that number, and a test that starts from the version before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import duckdb

from warehouse.contract import Column, Contract
from warehouse.layout import WarehouseError
from warehouse.schema_version import SCHEMA_VERSION, read_schema_version
from warehouse.tables import ALL_CONTRACTS
from warehouse.tables.publication import PUBLICATION

Step = Callable[[duckdb.DuckDBPyConnection], None]


def _add_mojibake(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("ALTER TABLE ops.record ADD COLUMN IF NOT EXISTS mojibake VARCHAR")


def _to_version_3(con: duckdb.DuckDBPyConnection) -> None:
    """Until then only records that made a version had a row."""
    con.execute("ALTER TABLE ops.check_result ADD COLUMN IF NOT EXISTS action VARCHAR")
    for statement in (
        "ADD COLUMN IF NOT EXISTS text_only_reason VARCHAR",
        "ADD COLUMN IF NOT EXISTS made_version BOOLEAN DEFAULT true",
        "ALTER COLUMN made_version SET NOT NULL",
        "ALTER COLUMN made_version DROP DEFAULT",
        "ADD COLUMN IF NOT EXISTS first_file_uri VARCHAR",
        "ALTER COLUMN first_file_uri SET DATA TYPE VARCHAR USING file_uri",
        "ALTER COLUMN first_file_uri SET NOT NULL",
    ):
        con.execute(f"ALTER TABLE ops.record {statement}")


STEPS: Mapping[int, Step] = MappingProxyType({2: _add_mojibake, 3: _to_version_3})
"""By the version a step arrives at."""


def migrate_open(
    con: duckdb.DuckDBPyConnection,
    steps: Mapping[int, Step] = STEPS,
    version_wanted: int = SCHEMA_VERSION,
) -> str | None:
    """Migrate an open private copy; the run that published the original, null for a new file.

    Raises WarehouseError for a copy of a newer version.
    """
    database = con.execute("SELECT current_database()").fetchone()
    version = read_schema_version(con, str(database[0]) if database else "")
    if version is None:
        return None
    if version > version_wanted:
        raise WarehouseError(
            f"the warehouse's schema version {version} is newer than this program knows "
            f"({version_wanted}). Update newshouse."
        )
    for number in range(version + 1, version_wanted + 1):
        con.execute("BEGIN TRANSACTION")
        steps[number](con)
        con.execute(f"UPDATE {PUBLICATION.qualified_name} SET schema_version = ?", [number])  # noqa: S608
        con.execute("COMMIT")
    _add_missing_columns(con)
    row = con.execute(f"SELECT run_id FROM {PUBLICATION.qualified_name}").fetchone()  # noqa: S608
    return None if row is None else str(row[0])


def lacks(con: duckdb.DuckDBPyConnection, database: str) -> tuple[str, ...]:
    """Tables and columns of the contracts that an open database does not have, as SQL names."""
    tables = _tables_of(con, database)
    missing = [c.qualified_name for c in _STORED if c.qualified_name not in tables]
    columns = (f"{c.qualified_name}.{column.name}" for c, column in _missing_columns(tables))
    return (*missing, *columns)


_STORED = tuple(
    contract for contract in ALL_CONTRACTS if contract.schema in ("main", "ops", "search")
)
"""The tables that a warehouse file has."""


def _add_missing_columns(con: duckdb.DuckDBPyConnection) -> None:
    """Add the columns that the file lacks, null in every row.

    Raises WarehouseError for a column that must not be null: only a numbered step can fill it.
    """
    database = con.execute("SELECT current_database()").fetchone()
    missing = list(_missing_columns(_tables_of(con, str(database[0]) if database else "")))
    for contract, column in missing:
        if not column.nullable:
            raise WarehouseError(
                f"the warehouse has no column {contract.qualified_name}.{column.name}, which must "
                "not be null, and no step of warehouse/migration.py fills it. This is a fault of "
                "the program: please report it."
            )
    for contract, column in missing:
        con.execute(
            f"ALTER TABLE {contract.qualified_name} ADD COLUMN {column.name} {column.duckdb_type}"
        )


def _missing_columns(tables: Mapping[str, set[str]]) -> Iterator[tuple[Contract, Column]]:
    """Columns that tables which are there do not have."""
    for contract in _STORED:
        there = tables.get(contract.qualified_name)
        if there is not None:
            for column in contract.columns:
                if column.name not in there:
                    yield contract, column


def _tables_of(con: duckdb.DuckDBPyConnection, database: str) -> dict[str, set[str]]:
    """Names of the columns of every table of a database, by qualified name."""
    found: dict[str, set[str]] = {}
    for table, column in con.execute(
        "SELECT schema_name || '.' || table_name, column_name FROM duckdb_columns() "
        "WHERE database_name = ? AND NOT internal",
        [database],
    ).fetchall():
        found.setdefault(str(table), set()).add(str(column))
    return found
