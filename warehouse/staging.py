"""Opens a run's staged Parquet as views beside the published file, which is attached read-only."""

from __future__ import annotations

from pathlib import Path

import duckdb

from warehouse.connect import attach_published, open_private, refuse_older_version
from warehouse.contract import Contract
from warehouse.ddl import column_list, quote
from warehouse.replacement import select_kept
from warehouse.tables import CONTRACTS


def parquet_parts(run_staging: Path, contract: Contract) -> list[Path]:
    """The staged parts of one table, in name order; none where the run staged no rows of it."""
    return sorted((run_staging / contract.name).glob("*.parquet"))


def staged_bytes(run_staging: Path) -> int:
    """The size of all a run staged, as Parquet."""
    parts = (part for contract in CONTRACTS for part in parquet_parts(run_staging, contract))
    return sum(part.stat().st_size for part in parts)


def select_parts(contract: Contract, parts: list[Path]) -> str:
    """SELECT of a table's columns, in contract order and type, from Parquet parts."""
    files = ", ".join(quote(str(part)) for part in parts)
    columns = ", ".join(f"{column.name}::{column.duckdb_type} AS {column.name}"
                        for column in contract.columns)  # fmt: skip
    return f"SELECT {columns} FROM read_parquet([{files}])"  # noqa: S608


def select_nothing(contract: Contract) -> str:
    """SELECT of a table's columns and types with no row."""
    columns = ", ".join(f"NULL::{column.duckdb_type} AS {column.name}"
                        for column in contract.columns)  # fmt: skip
    return f"SELECT {columns} WHERE false"


def open_check_database(
    run_staging: Path, warehouse: Path | None, *, all_entities_replaced: bool = False
) -> duckdb.DuckDBPyConnection:
    """The staged rows as ``main`` and ``ops``, all rows as after publication as ``known``.

    ``known.<table>`` is the staged rows and the published rows they do not replace. The published
    file, where there is one, is attached read-only as ``published``. All are views: the Parquet is
    read where it lies. ``all_entities_replaced`` is what ``publish`` will get.
    """
    con = open_private()
    published = warehouse is not None and attach_published(con, warehouse)
    _make_schemas(con)
    staged = {}
    for contract in CONTRACTS:
        parts = parquet_parts(run_staging, contract)
        if parts:
            staged[contract.name] = f"memory.{contract.qualified_name}"
        body = select_parts(contract, parts) if parts else select_nothing(contract)
        con.execute(f"CREATE VIEW {contract.qualified_name} AS {body}")
    for contract in CONTRACTS:
        body = f"SELECT {column_list(contract)} FROM memory.{contract.qualified_name}"  # noqa: S608
        if published:
            rows = f"published.{contract.qualified_name}"
            kept = select_kept(contract, staged, rows, all_entities_replaced=all_entities_replaced)
            body = f"{body} UNION ALL {kept}"
        con.execute(f"CREATE VIEW known.{contract.name} AS {body}")
    return con


def open_published(warehouse: Path) -> duckdb.DuckDBPyConnection:
    """The published rows in the same shape: ``main``, ``ops`` and ``known`` all show them.

    Raises WarehouseError for a file of an older version, whose tables lack columns.
    """
    con = open_private()
    attach_published(con, warehouse, must_exist=True)
    refuse_older_version(con, warehouse)
    _make_schemas(con)
    for contract in CONTRACTS:
        body = f"SELECT {column_list(contract)} FROM published.{contract.qualified_name}"  # noqa: S608
        con.execute(f"CREATE VIEW {contract.qualified_name} AS {body}")
        con.execute(f"CREATE VIEW known.{contract.name} AS {body}")
    return con


def _make_schemas(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE SCHEMA IF NOT EXISTS ops")
    con.execute("CREATE SCHEMA known")
