"""Checks as suites of Great Expectations: one a table, each check one expectation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import great_expectations as gx
from great_expectations.exceptions.exceptions import GreatExpectationsError
from great_expectations.expectations.registry import get_expectation_impl

from expectations.check import Check, CheckError, Severity
from expectations.custom_expectations import ExpectQueryToReturnNoRows
from warehouse.tables import BY_NAME

GX_SEVERITY: dict[Severity, str] = {
    "critical": "critical",
    "quarantine": "warning",
    "warning": "info",
}
"""The severities of the library, which has no quarantine, by ours; from worst to mildest."""

_BIND = re.compile(r"(?<![:\w\\]):(?=\w)")
"""A colon that SQLAlchemy would read as the start of a bound value, as in `':name'`."""


def suite_of(table: str, checks: Sequence[Check]) -> Any:
    """The suite of a table, named as the table."""
    return gx.ExpectationSuite(name=table, expectations=[expectation_of(c) for c in checks])


def expectation_of(check: Check) -> Any:
    """A check as an expectation that names it in its `meta`, as `check_id` and `severity`.

    Raises CheckError where the library has no such expectation, or not with these arguments.
    """
    shared: dict[str, Any] = {
        "severity": GX_SEVERITY[check.severity],
        "meta": {"check_id": check.check_id, "severity": check.severity},
        "notes": check.notes,
    }
    if check.native is not None:
        try:
            return get_expectation_impl(check.native.type)(**check.native.kwargs, **shared)
        except (GreatExpectationsError, TypeError, ValueError) as error:
            raise CheckError(f"{check.check_id} could not be run: {error}") from error
    return ExpectQueryToReturnNoRows(
        unexpected_rows_query=_query(check),
        description=f"{check.check_id}: {check.notes}",
        **shared,
    )


def _query(check: Check) -> str:
    """The check's query as the library wants it: `{batch}` for the table, other braces doubled.

    The library may put an alias behind `{batch}`, so it stands in brackets.
    """
    query = check.failing_sql.replace("{", "{{").replace("}", "}}")
    table = re.escape(BY_NAME[check.table].qualified_name)
    query, mentions = re.subn(rf"(?<![\w.]){table}(?![\w.])", "(from {batch})", query)
    query = _BIND.sub(r"\\:", query)
    return query if mentions else f"/* beside {{batch}} */ {query}"
