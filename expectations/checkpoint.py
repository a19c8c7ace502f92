"""Runs suites on an open DuckDB connection by a checkpoint of Great Expectations. Import it where
it is used; the library takes seconds to load."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import duckdb
from great_expectations.checkpoint.checkpoint import Checkpoint
from great_expectations.core.freshness_diagnostics import (
    CheckpointFreshnessDiagnostics,
    ValidationDefinitionFreshnessDiagnostics,
)
from great_expectations.core.validation_definition import ValidationDefinition

from expectations.actions import add_to, check_id, refuse_error, report_actions
from expectations.check import Check
from expectations.duckdb_source import batch_definitions, new_context
from expectations.findings import ReportParts
from expectations.gx_suite import suite_of
from warehouse.tables import BY_NAME

NAME = "newshouse"


class _Validation(ValidationDefinition):
    """A validation that is not compared with its saved copy before it runs.

    The library looks for changes made since saving, in every suite and three times a run; here a
    checkpoint is made and run at once.
    """

    def is_fresh(self) -> ValidationDefinitionFreshnessDiagnostics:
        return ValidationDefinitionFreshnessDiagnostics(errors=[])


class _Checkpoint(Checkpoint):
    """A checkpoint that is not compared with its saved copy before it runs."""

    def is_fresh(self) -> CheckpointFreshnessDiagnostics:
        return CheckpointFreshnessDiagnostics(errors=[])


def run_checkpoint(con: duckdb.DuckDBPyConnection, parts: ReportParts) -> None:
    """Runs the checks of a report, whose actions fill it in.

    The connection must hold no open transaction: the library rolls it back. Raises CheckError
    when a check cannot be run.
    """
    suites = parts.findings.asked()
    with quiet():
        if suites:
            checkpoint = make_checkpoint(new_context(), con, suites, actions=report_actions())
            add_to(parts, checkpoint)
            checkpoint.run()


def failed_checks(
    con: duckdb.DuckDBPyConnection, suites: Mapping[str, Sequence[Check]]
) -> frozenset[str]:
    """Ids of the checks that do not hold, of suites by table, without looking for their rows.

    As run_checkpoint, for connection and errors.
    """
    with quiet():
        run = make_checkpoint(new_context(), con, suites).run()
    results = [result for validation in run.run_results.values() for result in validation.results]
    for result in results:
        refuse_error(result)
    return frozenset(check_id(result) for result in results if not result.success)


def make_checkpoint(
    context: Any,
    con: duckdb.DuckDBPyConnection,
    suites: Mapping[str, Sequence[Check]],
    *,
    actions: Sequence[Any] = (),
    result_format: Literal["BOOLEAN_ONLY", "BASIC"] = "BOOLEAN_ONLY",
) -> Any:
    """A checkpoint that validates each table by its suite; the suites are saved in the context."""
    tables = batch_definitions(context, con, [BY_NAME[table] for table in suites])
    validations: list[ValidationDefinition] = [
        _Validation(
            name=table, data=tables[table], suite=context.suites.add(suite_of(table, checks))
        )
        for table, checks in suites.items()
    ]
    return _Checkpoint(
        name=NAME,
        validation_definitions=validations,
        actions=[*actions],
        result_format=result_format,
    )


@contextlib.contextmanager
def quiet() -> Iterator[None]:
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
