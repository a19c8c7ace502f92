"""CREATE and COMMENT statements derived from the contracts; no other module makes tables."""

from __future__ import annotations

import duckdb

from warehouse.contract import Column, Contract
from warehouse.tables import CONTRACTS, SEARCH_TABLES
from warehouse.tables.publication import PUBLICATION

SCHEMAS = ("main", "ops", "mart", "search")


def quote(value: str) -> str:
    """A string as an SQL literal, for the statements that take no bound values."""
    return "'" + value.replace("'", "''") + "'"


def column_list(contract: Contract) -> str:
    """The columns in the order of storage, as SQL writes them."""
    return ", ".join(contract.column_names)


def insert_statement(contract: Contract, rows: str) -> str:
    """INSERT of a relation's rows into the table, in the order of storage."""
    return (
        f"INSERT INTO {contract.qualified_name} BY NAME SELECT {column_list(contract)} "  # noqa: S608
        f"FROM {rows} ORDER BY {', '.join(contract.order)}"
    )


def create_statements(contract: Contract) -> list[str]:
    """Statements that make the table if it is missing, and write the meaning of it and its columns.

    Keys are declared in contracts and checked on every run, not declared here: a text primary key
    costs four times the file, and enforced foreign keys forbid replacing an article's rows.
    """
    columns = ", ".join(_column_definition(column) for column in contract.columns)
    name = contract.qualified_name
    return [
        f"CREATE TABLE IF NOT EXISTS {name} ({columns})",
        f"COMMENT ON TABLE {name} IS {quote(table_comment(contract))}",
        *(
            f"COMMENT ON COLUMN {name}.{column.name} IS {quote(column.meaning)}"
            for column in contract.columns
        ),
    ]


def create_all(con: duckdb.DuckDBPyConnection) -> None:
    """Make every schema and table that is missing, and write the comments of tables that differ."""
    for schema in SCHEMAS:
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    described = _described(con)
    for contract in (*CONTRACTS, PUBLICATION, *SEARCH_TABLES):
        if described.get(contract.qualified_name) != _description(contract):
            for statement in create_statements(contract):
                con.execute(statement)


def table_comment(contract: Contract) -> str:
    """The grain, and the key that makes a row one of its kind."""
    return f"{contract.grain} Key: {', '.join(contract.key)}."


def _column_definition(column: Column) -> str:
    return f"{column.name} {column.duckdb_type}{'' if column.nullable else ' NOT NULL'}"


def _description(contract: Contract) -> list[str | None]:
    """The table's comment, and name and comment of every column."""
    columns = [text for column in contract.columns for text in (column.name, column.meaning)]
    return [table_comment(contract), *columns]


def _described(con: duckdb.DuckDBPyConnection) -> dict[str, list[str | None]]:
    """The same of the tables that are there, by qualified name."""
    rows = con.execute(
        "SELECT c.schema_name || '.' || c.table_name, any_value(t.comment), "
        "  flatten(list([c.column_name, c.comment] ORDER BY c.column_index)) "
        "FROM duckdb_columns() AS c JOIN duckdb_tables() AS t USING (database_name, table_oid) "
        "WHERE c.database_name = current_database() GROUP BY 1"
    ).fetchall()
    return {name: [comment, *columns] for name, comment, columns in rows}
