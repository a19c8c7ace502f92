"""The two expectations that Great Expectations lacks on DuckDB."""

from __future__ import annotations

from typing import Any, ClassVar

import sqlalchemy as sa
from great_expectations.execution_engine.sqlalchemy_execution_engine import (
    SqlAlchemyExecutionEngine,
)
from great_expectations.expectations.core.unexpected_rows_expectation import (
    UnexpectedRowsExpectation,
)
from great_expectations.expectations.expectation import ColumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider.column_condition_partial import (
    column_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.column_map_metric_provider import (
    ColumnMapMetricProvider,
)


class ColumnValuesMatchPattern(ColumnMapMetricProvider):
    """Which values of a column have a part that a RE2 expression describes."""

    condition_metric_name = "column_values.match_pattern"
    condition_value_keys = ("pattern",)

    @column_condition_partial(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(  # type: ignore[no-untyped-def]  # the library passes these by name
        cls,  # noqa: N805 (the library makes it a class method)
        column,
        pattern,
        **_,
    ):
        return sa.func.regexp_matches(column, pattern)


class ExpectColumnValuesToMatchPattern(ColumnMapExpectation):
    """Expect values of a column to match a RE2 expression, DuckDB's own kind.

    In place of ExpectColumnValuesToMatchRegex, which does not support DuckDB.
    """

    pattern: str

    map_metric: ClassVar[str] = "column_values.match_pattern"
    success_keys: ClassVar[tuple[str, ...]] = ("pattern", "mostly")
    args_keys: ClassVar[tuple[str, ...]] = ("column", "pattern")


class ExpectQueryToReturnNoRows(UnexpectedRowsExpectation):
    """An UnexpectedRowsExpectation that counts the rows and fetches none.

    The library runs the query twice, to count and to fetch the first 200. All failing rows are
    fetched with their keys later, where there are any.
    """

    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.row_count",)

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: Any = None,
    ) -> Any:
        return super()._validate(
            metrics | {"unexpected_rows_query.table": []}, runtime_configuration, execution_engine
        )
