"""How a run ended, known apart from Prefect: what becomes of its server is never the run's end."""

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
    """What the work of a flow came to: a summary, a problem, or nothing as it has not begun."""

    has_begun: bool = False
    summary: Summary | None = None
    problem: BaseException | None = None

    def of(self, work: Callable[[], Summary]) -> Summary:
        """Do the work and note how it ends, before Prefect hears of it."""
        self.has_begun = True
        try:
            self.summary = work()
        except BaseException as problem:
            self.problem = problem
            raise
        return self.summary


wanted_outcome: ContextVar[Outcome | None] = ContextVar("wanted_outcome", default=None)
"""Where a flow notes how its work ended, for a caller that wants more than Prefect's state."""


def run_reported(
    report: Callable[[], object], directly: Callable[[], Summary], say: Callable[[str], None]
) -> Summary:
    """The summary of a run that is carried out as a flow, whatever happens to Prefect's server.

    ``report`` carries it out as a flow, ``directly`` without Prefect: that is done where the flow
    ended before the work began, so no work is done twice. Raises what the work raises, and
    ServerMissing where a configured server was not there to begin with. ``say`` hears one line
    where Prefect was not told all; unless its server went away, the traceback goes to the log.
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
    """What to say of an error before the work began."""
    if _is_servers(problem):
        return f"Prefect's server went away as the run began ({_first(problem)}). {NO_RECORD}"
    _log.error("Prefect's record of the run could not be begun", exc_info=problem)
    return f"Prefect's record of the run could not be begun: {named(problem)}; {_UNHARMED}"


def _cut_short(problem: Exception) -> str:
    """What to say of an error after the work."""
    if _is_servers(problem):
        return f"Prefect's server went away during the run ({_first(problem)}). {CUT_SHORT}"
    _log.error("Prefect's record of the run could not be finished", exc_info=problem)
    return f"Prefect's record of the run could not be finished: {named(problem)}; {_UNHARMED}"


def _is_servers(problem: Exception) -> bool:
    # Prefect, which this imports, is loaded by now: as late as can be, for a command to start fast.
    from flows.orchestration.server_calls import tells_of_absence

    return tells_of_absence(problem)


def named(problem: BaseException) -> str:
    """An error's kind and the first line of what it says."""
    kind, said = type(problem).__name__, str(problem).strip().partition("\n")[0]
    return f"{kind}: {said}" if said else kind


def _first(problem: Exception) -> str:
    """The first line of what it says, or its kind."""
    return str(problem).strip().partition("\n")[0] or type(problem).__name__
