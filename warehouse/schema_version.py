"""Which version of the tables a file has, and which this program writes."""

from __future__ import annotations

import duckdb

from warehouse.tables.publication import PUBLICATION

SCHEMA_VERSION = 3
"""Raised by one with every migration."""


def read_schema_version(con: duckdb.DuckDBPyConnection, database: str) -> int | None:
    """The version recorded in an open database; null where it is no warehouse."""
    found = con.execute(
        "SELECT 1 FROM duckdb_tables() WHERE database_name = ? AND schema_name = ? "
        "AND table_name = ?",
        [database, PUBLICATION.schema, PUBLICATION.name],
    ).fetchone()
    if found is None:
        return None
    row = con.execute(
        f'SELECT max(schema_version) FROM "{database}".{PUBLICATION.qualified_name}'  # noqa: S608
    ).fetchone()
    return None if row is None or row[0] is None else int(row[0])
