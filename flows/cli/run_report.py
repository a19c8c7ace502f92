"""What `newshouse run --format json` writes: one object, also where checks stopped the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

import typer

from flows.cli.console import FAILED
from flows.session.summary import Summary, failed_checks


class RunStopped(typer.Exit):
    """A run that published nothing, for a reason of its own; people were told of it.

    Ends the command with its exit code. ``problem`` is a ChecksFailed, an AccountingError or a
    StageTimedOut.
    """

    def __init__(self, problem: Exception) -> None:
        super().__init__(FAILED)
        self.problem = problem


def summary_report(summary: Summary) -> Mapping[str, object]:
    """All that the summary says."""
    return {field.name: getattr(summary, field.name) for field in fields(summary)}


def stopped_report(problem: Exception) -> Mapping[str, object]:
    """Status and message, and of a run that checks stopped all that its summary says."""
    from flows.session.summary import ChecksFailed

    message = str(problem)
    if not isinstance(problem, ChecksFailed):
        return {"status": "failed", "message": message, "failed_checks": ()}
    if problem.summary is None:
        failed = failed_checks(problem.report.result, problem.report.failure)
        return {"status": "failed_checks", "message": message, "failed_checks": failed}
    return {**summary_report(problem.summary), "message": message}
