"""Checks the staged rows, withholds failing ones, and sets the outcome of every file."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from expectations.check import CheckReport
from flows.session.delivery import Delivery
from flows.session.session import Session
from flows.stages.entities import Resolved
from flows.withholding.checked_run import CheckedRun
from flows.withholding.quarantine_table import stage_quarantine
from flows.withholding.rounds import settle_accounts, withhold_what_fails
from transforms.withholding import Withheld


@dataclass(frozen=True)
class Checked:
    """Results of the checks of all rounds."""

    report: CheckReport

    def describe(self) -> str:
        """What passed and what failed, in one line with counts."""
        result = self.report.result
        failed = result.filter(~result["success"])
        line = f"{result.height - failed.height:,} of {result.height:,} checks passed"
        if failed.height:
            severities = failed["severity"].value_counts(sort=True).iter_rows()
            counts = ", ".join(f"{count:,} {severity}" for severity, count in severities)
            line += f"; failed: {counts} ({', '.join(failed['check_id'].head(5))})"
        blamed = self.report.blamed
        withheld = blamed.filter(pl.col("blame") == "article")["blamed"].n_unique()
        return f"{line}; {withheld:,} articles withheld" if withheld else line


def check_and_withhold(
    session: Session, delivery: Delivery, resolved: Resolved, all_entities_replaced: bool = False
) -> Checked:
    """Set the outcome of every file, check the staged rows and take failing ones out, until the
    rest passes.

    ``all_entities_replaced``: publishing this run removes all published entities. Raises
    AccountingError if files or records do not add up, ChecksFailed if checks stop the run.
    """
    run = CheckedRun(session, delivery, resolved.renewed, all_entities_replaced)
    settle_accounts(run, Withheld())
    stage_quarantine(run)
    return Checked(withhold_what_fails(run))
