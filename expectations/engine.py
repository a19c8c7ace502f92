"""Runs checks through Great Expectations on an open DuckDB connection. The only module that knows
the library: its context, its engine, its names for severities. Import it where it is used; the
library takes seconds to load."""

from __future__ import annotations

import contextlib
import io
import logging
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import duckdb
import sqlalchemy as sa
from duckdb_sqlalchemy import ConnectionWrapper, Dialect, DuckDBExecutionContext
from sqlalchemy.dialects import registry
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy
from sqlalchemy.pool import StaticPool

from expectations.check import Check, CheckError, Severity
from expectations.late_import import imported_when_asked

with imported_when_asked("altair", "scipy.stats"):
    import great_expectations as gx
    from great_expectations.core.metric_domain_types import MetricDomainTypes
    from great_expectations.core.metric_function_types import MetricPartialFunctionTypes
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.execution_engine.sqlalchemy_execution_engine import (
        SqlAlchemyExecutionEngine,
    )
    from great_expectations.expectations.core.unexpected_rows_expectation import (
        UnexpectedRowsExpectation,
    )
    from great_expectations.expectations.expectation import BatchExpectation
    from great_expectations.expectations.metrics.metric_provider import metric_partial
    from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider

_SEVERITY: dict[Severity, str] = {
    "critical": "critical",
    "quarantine": "warning",
    "warning": "info",
}
"""Ours to the library's, which knows no quarantine: from worst to mildest on both sides."""

_BIND = re.compile(r"(?<![:\w\\]):(?=\w)")
"""A colon that SQLAlchemy would read as the start of a bound value, as in `':name'`."""

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


class _BadRows(TableMetricProvider):
    """How many rows fulfil a condition. A library rule costs six milliseconds a column whatever
    the table's size, this one costs one, and all of a table share a scan."""

    metric_name = "table.bad_rows"
    value_keys = ("bad",)

    @metric_partial(
        engine=SqlAlchemyExecutionEngine,
        partial_fn_type=MetricPartialFunctionTypes.AGGREGATE_FN,
        domain_type=MetricDomainTypes.TABLE,
    )
    def _sqlalchemy(  # type: ignore[no-untyped-def]  # the library passes these by name
        cls,  # noqa: N805 (the library makes it a class method)
        execution_engine,  # noqa: ARG002
        metric_domain_kwargs,
        metric_value_kwargs,
        metrics,  # noqa: ARG002
        runtime_configuration,  # noqa: ARG002
    ):
        counted = sa.func.count().filter(sa.literal_column(metric_value_kwargs["bad"]))
        return counted, metric_domain_kwargs, {}


class ExpectNoBadRow(BatchExpectation):
    """Expect no row of the batch to fulfil a condition, in DuckDB's SQL."""

    bad: str

    metric_dependencies: ClassVar[tuple[str, ...]] = ("table.bad_rows",)
    success_keys: ClassVar[tuple[str, ...]] = ("bad",)
    domain_keys: ClassVar[tuple[str, ...]] = ("batch_id",)

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG002
        execution_engine: Any = None,  # noqa: ARG002
    ) -> dict[str, Any]:
        count = metrics["table.bad_rows"]
        return {"success": count == 0, "result": {"observed_value": count}}


class ExpectNoRows(UnexpectedRowsExpectation):
    """Expect a query to return nothing. Counts once and fetches no rows: those come uncapped
    from the check's own query, where there are any."""

    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.row_count",)

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG002
        execution_engine: Any = None,  # noqa: ARG002
    ) -> dict[str, Any]:
        count = metrics["unexpected_rows_query.row_count"]
        return {"success": count == 0, "result": {"observed_value": count}}


def failed_checks(
    con: duckdb.DuckDBPyConnection, suites: Mapping[str, Sequence[Check]]
) -> frozenset[str]:
    """Ids of the checks that do not hold, of suites by table (`schema.name`).

    The connection must hold no open transaction: the library rolls it back. Raises CheckError
    when a check cannot be run.
    """
    with _quiet():
        context = _context()
        results = [
            result
            for table, checks in suites.items()
            for result in _validate(context, con, table, checks).results
        ]
    for result in results:
        error = _error(result.exception_info)
        if error is not None:
            raise CheckError(f"{_check_id(result)} could not be run: {error}")
    return frozenset(_check_id(result) for result in results if not result.success)


def _check_id(result: Any) -> str:
    return str(result.expectation_config.meta["check_id"])


def _context() -> Any:
    registry.register("duckdb.buffered", __name__, BufferedDialect.__name__)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


def write_data_docs(
    con: duckdb.DuckDBPyConnection, suites: Mapping[str, Sequence[Check]], folder: Path
) -> Path:
    """Runs suites by table and writes the library's own pages; returns the page to open."""
    with _quiet():
        context = _context()
        context.add_data_docs_site(site_name="newshouse", site_config=_site(folder))
        for table, checks in suites.items():
            suite = context.suites.add(_suite(table, checks))
            asked = gx.ValidationDefinition(
                name=table, data=_batch_definition(context, con, table), suite=suite
            )
            context.validation_definitions.add(asked).run(result_format="BASIC")
        context.build_data_docs(site_names=["newshouse"])
    return folder / "index.html"


def _site(folder: Path) -> dict[str, Any]:
    return {
        "class_name": "SiteBuilder",
        "store_backend": {
            "class_name": "TupleFilesystemStoreBackend",
            "base_directory": str(folder.absolute()),
        },
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
    }


def _validate(
    context: Any, con: duckdb.DuckDBPyConnection, table: str, checks: Sequence[Check]
) -> Any:
    batch = _batch_definition(context, con, table).get_batch()
    return batch.validate(_suite(table, checks), result_format="BOOLEAN_ONLY")


def _batch_definition(context: Any, con: duckdb.DuckDBPyConnection, table: str) -> Any:
    source = context.data_sources.add_sql(
        name=table,
        connection_string=_URL,
        kwargs={"creator": lambda: _LentConnection(con), "poolclass": StaticPool},
        create_temp_table=False,
    )
    asset = source.add_query_asset(name=table, query=f"select * from {table}")  # noqa: S608
    return asset.add_batch_definition_whole_table(table)


def _suite(table: str, checks: Sequence[Check]) -> Any:
    return gx.ExpectationSuite(name=table, expectations=[_expectation(check) for check in checks])


def _expectation(check: Check) -> Any:
    said: dict[str, Any] = {
        "severity": _SEVERITY[check.severity],
        "meta": {"check_id": check.check_id},
        "notes": check.notes,
        "description": f"{check.check_id}: {check.notes}",
    }
    if check.bad is not None:
        return ExpectNoBadRow(bad=check.bad, **said)
    query = check.failing_sql.replace("{", "{{").replace("}", "}}")
    query = _BIND.sub(r"\\:", query)
    return ExpectNoRows(unexpected_rows_query=f"/* {{batch}} */ {query}", **said)


def _error(exception_info: dict[str, Any]) -> str | None:
    """The first error's message; the library keeps one of its own or one a metric."""
    own = [exception_info] if "raised_exception" in exception_info else exception_info.values()
    for info in own:
        if info["raised_exception"]:
            return str(info["exception_message"]).strip()[:500]
    return None


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keeps the library's bars, notices and warnings out of the terminal."""
    logger = logging.getLogger("great_expectations")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
