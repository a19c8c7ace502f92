"""Runs the work of a flow that writes the warehouse: sends its artifacts, and returns a state with
one line about the outcome."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from prefect import get_run_logger, runtime
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.orchestration.artifacts.asset import Lineage
from flows.orchestration.artifacts.live_progress import ProgressArtifact
from flows.orchestration.artifacts.post import Log, show_run
from flows.orchestration.outcome import Outcome, wanted_outcome
from flows.session.progress import reporting_progress_to
from flows.session.summary import STATUS_WORDS, ChecksFailed, Summary
from warehouse.error import ExpectedError
from warehouse.lock import WarehouseLocked


def run_name() -> str:
    """Flow and time: ``rebuild 2024-03-12 06:15``."""
    return f"{runtime.flow_run.flow_name} {runtime.flow_run.scheduled_start_time:%Y-%m-%d %H:%M}"


def run_as_flow(lineage: Lineage, work: Callable[[], Summary]) -> State[Any]:
    """Do the work, send its artifacts, and return the flow's final state."""
    log = get_run_logger()
    outcome = wanted_outcome.get() or Outcome()
    try:
        with ProgressArtifact() as artifact, reporting_progress_to(artifact):
            summary = outcome.of(work)
    except ChecksFailed as problem:
        if problem.summary is not None:
            show_run(problem.summary, log)
        return _failed("Checks failed", problem, log)
    except WarehouseLocked as problem:
        return _failed("Warehouse held", problem, log)
    except ExpectedError as problem:
        return _failed("Failed", problem, log)
    for line in summary.notices:
        log.warning("%s", line)
    lineage.show_tables(summary.rows)
    show_run(summary, log)
    return _completed(summary, log)


def _failed(name: str, problem: Exception, log: Log) -> State[Any]:
    """The state of a run that published nothing; its result is the error, for the caller."""
    log.error("%s", problem)
    return Failed(name=name, message=str(problem), data=problem)


def _completed(summary: Summary, log: Log) -> State[Any]:
    words, withheld = STATUS_WORDS[summary.status], len(summary.quarantine)
    log.info("%s: %s", words, _counts(summary))
    if withheld:
        return Completed(
            name="Completed with quarantine", message=f"{words}; {withheld:,} in quarantine"
        )
    if summary.status == "nothing_new":
        return Completed(name="Nothing new", message="nothing new")
    return Completed(message=f"{words}: {_counts(summary)}")


def _counts(summary: Summary) -> str:
    files = ", ".join(f"{count:,} {outcome}" for outcome, count in summary.files.items() if count)
    rows = sum(summary.rows.values())
    return files or (f"{rows:,} rows written" if rows else "no files")
