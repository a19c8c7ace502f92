"""Checks the staged rows, withholds what fails, and settles what became of every file."""

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
    """What the checks of all rounds found."""

    report: CheckReport

    def describe(self) -> str:
        """What held and what failed, in one line with counts."""
        result = self.report.result
        failed = result.filter(~result["success"])
        line = f"{result.height - failed.height:,} of {result.height:,} checks held"
        if failed.height:
            severities = failed["severity"].value_counts(sort=True).iter_rows()
            counts = ", ".join(f"{count:,} {severity}" for severity, count in severities)
            line += f"; failed: {counts} ({', '.join(failed['check_id'].head(5))})"
        blamed = self.report.blamed
        withheld = blamed.filter(pl.col("blame") == "article")["blamed"].n_unique()
        return f"{line}; {withheld:,} articles withheld" if withheld else line


def check_and_withhold(
    session: Session, delivery: Delivery, resolved: Resolved, entities_anew: bool = False
) -> Checked:
    """Settle what became of every file, check the staged rows and take out what fails, until the
    rest holds.

    ``entities_anew`` says that publication will take all published entities out. Raises
    AccountingError where files or records do not add up, ChecksFailed where checks stop the run.
    """
    run = CheckedRun(session, delivery, resolved.mention, entities_anew)
    settle_accounts(run, Withheld())
    stage_quarantine(run)
    return Checked(withhold_what_fails(run))
