"""Runs every suite on a staging database and returns the results. The calling flow decides what
follows from a failure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import duckdb

from expectations.check import Check, CheckReport
from expectations.findings import Findings, ReportParts
from expectations.suite import all_checks


def run_checks(
    con: duckdb.DuckDBPyConnection, *, run_id: str, checks: Sequence[Check] | None = None
) -> CheckReport:
    """Runs the checks on `main` and `ops` of a private database, pushed down.

    `known.<table>` must hold the rows as they will be after publication. The connection must hold
    no open transaction. Raises CheckError when a check cannot be run at all.
    """
    from expectations.checkpoint import run_checkpoint

    con.execute("set enable_progress_bar = false")
    suites = suites_by_table(all_checks() if checks is None else checks)
    parts = ReportParts(Findings(con, run_id, suites))
    run_checkpoint(con, parts)
    return parts.report()


def suites_by_table(checks: Iterable[Check]) -> dict[str, list[Check]]:
    """Checks by the table they belong to, in their order."""
    suites: dict[str, list[Check]] = {}
    for check in checks:
        suites.setdefault(check.table, []).append(check)
    return suites
