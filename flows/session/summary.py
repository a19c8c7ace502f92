"""The summary of a run for the terminal and the Prefect UI."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from expectations.check import CheckReport
from warehouse.error import ExpectedError


@dataclass(frozen=True)
class FailedCheck:
    """A check that failed, with up to three failing rows."""

    check_id: str
    severity: str
    failed_count: int
    checked_count: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Summary:
    """The outcome of one run. ``rows`` counts the rows written a table."""

    run_id: str
    status: str
    source: str
    warehouse: str
    files_seen: int
    files_gone: int
    files: Mapping[str, int]
    records: Mapping[str, int]
    rows: Mapping[str, int]
    seconds: Mapping[str, float]
    checks_run: int
    failed_checks: tuple[FailedCheck, ...] = ()
    quarantine: tuple[tuple[str, str, str], ...] = field(default=())
    """Address, rule and message of what this run withheld."""
    paragraphs_read: int = 0
    paragraphs_reused: int = 0
    notices: tuple[str, ...] = ()
    """Lines about damaged files beside the warehouse."""


class RunFailed(ExpectedError):
    """A run stopped by its checks, its accounts or a time limit: nothing was published."""


class ChecksFailed(RunFailed):
    """Checks stopped the run: nothing was published. ``report`` says which and how many rows.

    ``summary`` is what the run did until then, once it is known.
    """

    def __init__(self, report: CheckReport, message: str) -> None:
        self.report = report
        self.summary: Summary | None = None
        super().__init__(message)


STATUS_WORDS = {
    "published": "published",
    "nothing_new": "nothing new",
    "failed_checks": "stopped by checks, nothing published",
    "failed": "failed, nothing published",
}


def failed_checks(result: pl.DataFrame, failure: pl.DataFrame) -> tuple[FailedCheck, ...]:
    """The failed checks of a CHECK_RESULT frame, worst first, with examples."""
    order = pl.col("severity").replace_strict({"critical": 0, "quarantine": 1, "warning": 2})
    return tuple(
        FailedCheck(
            row["check_id"],
            row["severity"],
            row["failed_count"],
            row["checked_count"],
            tuple(
                key if observed is None else f"{key} ({observed[:80]})"
                for key, observed in failure.filter(pl.col("check_id") == row["check_id"])
                .head(3)
                .select("row_key", "observed")
                .iter_rows()
            ),
        )
        for row in result.filter(~pl.col("success")).sort(order, "check_id").iter_rows(named=True)
    )


def paragraphs(summary: Summary) -> str:
    """How many paragraphs the language pass read, and how many were copies or known already."""
    total = summary.paragraphs_read + summary.paragraphs_reused
    share = summary.paragraphs_reused / max(1, total)
    return (
        f"paragraphs: {summary.paragraphs_read:,} read, {summary.paragraphs_reused:,} reused "
        f"({share:.0%} of all)"
    )
