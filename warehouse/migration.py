"""Numbered steps that bring an older warehouse's tables to the version this program writes.

A step changes tables that exist; missing tables are made from their contracts afterwards. It works
on a private copy, in a transaction of its own. How to add one: raise SCHEMA_VERSION, add the step
under that number, and a test that starts from the version before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import duckdb

from warehouse.layout import WarehouseError
from warehouse.schema_version import SCHEMA_VERSION, read_schema_version
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
    row = con.execute(f"SELECT run_id FROM {PUBLICATION.qualified_name}").fetchone()  # noqa: S608
    return None if row is None else str(row[0])
