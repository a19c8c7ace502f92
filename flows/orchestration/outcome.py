"""The outcome of a run, kept independently of Prefect.

A failure of the Prefect server never changes how a run ended.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

from flows.orchestration.embedded_server import ServerMissing, ServerNotStarted
from flows.session.summary import Summary

_log = logging.getLogger(__name__)

_UNHARMED = "the run itself and the warehouse are not affected."
_COST = f"Prefect's record of this run is {{what}}; {_UNHARMED}"
NO_RECORD = _COST.format(what="missing")
CUT_SHORT = _COST.format(what="incomplete")


@dataclass
class Outcome:
    """Outcome of a flow's work: a summary, an error, or neither if the work has not begun."""

    has_begun: bool = False
    summary: Summary | None = None
    problem: BaseException | None = None

    def of(self, work: Callable[[], Summary]) -> Summary:
        """Do the work and record how it ends before Prefect handles the result."""
        self.has_begun = True
        try:
            self.summary = work()
        except BaseException as problem:
            self.problem = problem
            raise
        return self.summary


wanted_outcome: ContextVar[Outcome | None] = ContextVar("wanted_outcome", default=None)
"""Outcome of the current flow's work, for a caller that needs more than Prefect's state."""


def run_reported(
    report: Callable[[], object], directly: Callable[[], Summary], say: Callable[[str], None]
) -> Summary:
    """Run as a flow and return the summary, even if Prefect's server fails.

    ``report`` runs the work as a flow, ``directly`` without Prefect: ``directly`` is called only if
    the flow ended before the work began, so no work is done twice. Raises the errors of the work,
    and ServerMissing if a configured server did not answer at the start. ``say`` is called with one
    line if Prefect's record is incomplete; unless the server is away, the log has the traceback.
    """
    outcome = Outcome()
    before = wanted_outcome.set(outcome)
    try:
        report()
    except ServerNotStarted as problem:
        say(f"{problem} The run goes on without it. {NO_RECORD}")
        return directly()
    except ServerMissing:
        raise
    except Exception as problem:  # noqa: BLE001 - whatever Prefect's client makes of it
        if not outcome.has_begun:
            say(_no_record(problem))
            return directly()
        if problem is not outcome.problem:
            say(_cut_short(problem))
    finally:
        wanted_outcome.reset(before)
    if outcome.problem is not None:
        raise outcome.problem
    assert outcome.summary is not None, "a flow that ended without an error has a summary"
    return outcome.summary


def _no_record(problem: Exception) -> str:
    """Message for a Prefect error before the work began."""
    if _is_servers(problem):
        return f"Prefect's server went away as the run began ({_first(problem)}). {NO_RECORD}"
    _log.error("Prefect's record of the run could not be begun", exc_info=problem)
    return f"Prefect's record of the run could not be begun: {named(problem)}; {_UNHARMED}"


def _cut_short(problem: Exception) -> str:
    """Message for a Prefect error after the work."""
    if _is_servers(problem):
        return f"Prefect's server went away during the run ({_first(problem)}). {CUT_SHORT}"
    _log.error("Prefect's record of the run could not be finished", exc_info=problem)
    return f"Prefect's record of the run could not be finished: {named(problem)}; {_UNHARMED}"


def _is_servers(problem: Exception) -> bool:
    # Imports Prefect, which is loaded by now; importing it late lets a command start fast.
    from flows.orchestration.server_calls import is_server_failure

    return is_server_failure(problem)


def named(problem: BaseException) -> str:
    """Class name of an error and the first line of its message."""
    kind, line = type(problem).__name__, str(problem).strip().partition("\n")[0]
    return f"{kind}: {line}" if line else kind


def _first(problem: Exception) -> str:
    """First line of the error's message, else its class name."""
    return str(problem).strip().partition("\n")[0] or type(problem).__name__
