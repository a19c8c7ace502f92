"""The actions of the checkpoint: they find every failing row, make the rows of `ops.check_result`
and `ops.check_failure`, and name the articles, entities and files to withhold."""

from __future__ import annotations

from typing import Any, Literal

import polars as pl
from great_expectations.checkpoint.actions import ActionContext, ValidationAction
from great_expectations.checkpoint.checkpoint import CheckpointResult
from great_expectations.compatibility.pydantic import PrivateAttr

from expectations.check import Check, CheckError
from expectations.findings import ReportParts
from expectations.sql_text import found_rows, literal
from warehouse.contract import Contract
from warehouse.tables import BY_NAME


class _CheckAction(ValidationAction):
    """An action with the report that it adds to."""

    _parts: ReportParts = PrivateAttr()

    def run(
        self,
        checkpoint_result: CheckpointResult,
        action_context: ActionContext | None = None,  # noqa: ARG002
    ) -> dict[str, Any]:
        """Adds to the report; returns what it was, as a number of rows."""
        return {"rows": self._add(self._parts, checkpoint_result)}

    def _add(self, parts: ReportParts, checkpoint_result: CheckpointResult) -> int:
        raise NotImplementedError


class FindFailingRows(_CheckAction):
    """Finds every failing row of the checks that failed, with its key: the library caps its own
    lists. Raises CheckError for a check that could not be run."""

    type: Literal["find_failing_rows"] = "find_failing_rows"
    name: str = "find_failing_rows"

    def _add(self, parts: ReportParts, checkpoint_result: CheckpointResult) -> int:
        checks = {check.check_id: check for check in parts.findings.checks}
        batches = {
            v.name: v.data for v in checkpoint_result.checkpoint_config.validation_definitions
        }
        results = [r for v in checkpoint_result.run_results.values() for r in v.results]
        for result in results:
            refuse_error(result)
        failed = [checks[check_id(result)] for result in results if not result.success]
        for check in failed:
            query = check.failing_sql or _query_of_library(check, batches[check.table])
            parts.findings.find_failing_rows(check, query)
        return len(failed)


class WriteRows(_CheckAction):
    """Makes the rows of one part of the report, which its name says."""

    type: Literal["write_rows"] = "write_rows"
    part: Literal["result", "failure", "blamed"]

    def _add(self, parts: ReportParts, checkpoint_result: CheckpointResult) -> int:  # noqa: ARG002
        rows: pl.DataFrame = getattr(parts.findings, self.part)()
        setattr(parts, self.part, rows)
        return rows.height


def report_actions() -> list[ValidationAction]:
    """The actions in the order they run."""
    return [
        FindFailingRows(),
        WriteRows(name="write_check_result", part="result"),
        WriteRows(name="write_check_failure", part="failure"),
        WriteRows(name="name_blamed", part="blamed"),
    ]


def add_to(parts: ReportParts, checkpoint: Any) -> None:
    """Makes the actions of a checkpoint add to a report, which is not saved with the checkpoint."""
    for action in checkpoint.actions:
        action._parts = parts


def check_id(result: Any) -> str:
    """The check that a validation result is of."""
    return str(result.expectation_config.meta["check_id"])


def refuse_error(result: Any) -> None:
    """Raises CheckError with the first error's message where an expectation could not be run."""
    info = result.exception_info
    # The library keeps one error of its own, or one a metric.
    for error in [info] if "raised_exception" in info else info.values():
        if error["raised_exception"]:
            message = str(error["exception_message"]).strip()[:500]
            raise CheckError(f"{check_id(result)} could not be run: {message}")


def _query_of_library(check: Check, batch_definition: Any) -> str:
    """The failing rows of an expectation that came without SQL, by the library's own query; of one
    that has none, as it is about a whole table, the value it saw."""
    from expectations.gx_suite import expectation_of

    contract = BY_NAME[check.table]
    seen = batch_definition.get_batch().validate(
        expectation_of(check),
        result_format={
            "result_format": "BASIC",
            "unexpected_index_column_names": _index(contract),
            "return_unexpected_index_query": True,
        },
    )
    query = seen.result.get("unexpected_index_query")
    if query:
        return found_rows(contract, query.rstrip().rstrip(";"), observed=check.column)
    value = literal(str(seen.result.get("observed_value")))
    return (
        f"select 'corpus' as row_key, {value} as observed, null::varchar as article_id, "
        "null::varchar as entity_id, null::varchar as file_uri"
    )


def _index(contract: Contract) -> list[str]:
    """The columns that name a row and what it is blamed on."""
    blamed = [c for c in ("article_id", "entity_id", "source_uri") if c in contract.column_names]
    return list(dict.fromkeys((*contract.key, *blamed)))
