"""An open DuckDB connection as a data source of Great Expectations: its dialect, and its tables as
assets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import duckdb
import great_expectations as gx
from duckdb_sqlalchemy import ConnectionWrapper, Dialect, DuckDBExecutionContext
from great_expectations.data_context.types.base import ProgressBarsConfig
from sqlalchemy.dialects import registry
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy
from sqlalchemy.pool import StaticPool

from warehouse.contract import Contract

SOURCE = "warehouse"
"""Name of the data source."""

_URL = "duckdb+buffered:///:memory:"


class _BufferedContext(DuckDBExecutionContext):
    """Takes all rows at once: the library reads them after closing the connection."""

    def post_exec(self) -> None:
        super().post_exec()  # type: ignore[no-untyped-call]
        if self.cursor.description:
            self.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(
                self.cursor, initial_buffer=self.cursor.fetchall()
            )


class _LentConnection(ConnectionWrapper):
    """The caller's connection, which the library must not close."""

    def close(self) -> None:
        """Leaves the connection open."""


class BufferedDialect(Dialect):
    """DuckDB's dialect with results that outlive their connection."""

    execution_ctx_cls = _BufferedContext
    supports_statement_cache = True


def new_context() -> Any:
    """A data context in memory, without progress bars."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


def batch_definitions(
    context: Any, con: duckdb.DuckDBPyConnection, contracts: Iterable[Contract]
) -> dict[str, Any]:
    """Adds the connection and these tables to a context; the whole of each table, by its name.

    The connection must hold no open transaction: the library rolls it back.
    """
    registry.register("duckdb.buffered", __name__, BufferedDialect.__name__)
    source = context.data_sources.add_sql(
        name=SOURCE,
        connection_string=_URL,
        kwargs={"creator": lambda: _LentConnection(con), "poolclass": StaticPool},
        create_temp_table=False,
    )
    return {
        contract.name: source.add_table_asset(
            name=contract.name, table_name=contract.name, schema_name=contract.schema
        ).add_batch_definition_whole_table(contract.name)
        for contract in contracts
    }
