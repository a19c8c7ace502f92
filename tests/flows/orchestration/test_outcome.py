"""Messages and result of a run of which Prefect's record is missing or incomplete."""

from __future__ import annotations

import logging
from collections.abc import Callable

import httpx
import pytest

from flows.orchestration.outcome import run_reported, wanted_outcome
from flows.orchestration.server_calls import ServerAway
from flows.session.summary import Summary

SUMMARY = Summary("run", "published", "in", "news.duckdb", 1, 0, {}, {}, {}, {}, 0)
REQUEST = httpx.Request("POST", "http://127.0.0.1:4200/api/flow_runs/")


def failing(problem: Exception, *, after_the_work: bool) -> Callable[[], object]:
    def report() -> object:
        outcome = wanted_outcome.get()
        assert outcome is not None
        if after_the_work:
            outcome.of(lambda: SUMMARY)
        raise problem

    return report


def caused_by(cause: Exception) -> Exception:
    problem = RuntimeError("Failed to reach API")
    problem.__cause__ = cause
    return problem


def answered(status: int) -> Exception:
    return httpx.HTTPStatusError("no", request=REQUEST, response=httpx.Response(status))


@pytest.mark.parametrize(
    "problem",
    [httpx.ConnectError("refused"), ServerAway("its process has ended"), answered(503),
     caused_by(httpx.ReadTimeout("timed out"))],
    ids=["no connection", "away", "its error", "as a cause"],
)  # fmt: skip
def test_a_server_that_went_away_is_called_so(
    problem: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    lines: list[str] = []
    assert (
        run_reported(failing(problem, after_the_work=True), lambda: SUMMARY, lines.append)
        is SUMMARY
    )
    assert lines == [
        f"Prefect's server went away during the run ({problem}). Prefect's record of this run is "
        "incomplete; the run itself and the warehouse are not affected."
    ]
    assert caplog.records == []


@pytest.mark.parametrize(
    ("problem", "words"),
    [(KeyError("a bug in show_run"), "KeyError: 'a bug in show_run'"),
     (answered(422), "HTTPStatusError: no"), (ValueError(), "ValueError")],
    ids=["bug", "refused call", "no words"],
)  # fmt: skip
@pytest.mark.parametrize(("after_the_work", "left_undone"), [(True, "finished"), (False, "begun")])
def test_any_other_error_is_named_and_its_traceback_logged(
    problem: Exception, words: str, after_the_work: bool, left_undone: str,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    lines: list[str] = []
    report = failing(problem, after_the_work=after_the_work)
    assert run_reported(report, lambda: SUMMARY, lines.append) is SUMMARY
    assert lines == [
        f"Prefect's record of the run could not be {left_undone}: {words}; the run itself and the "
        "warehouse are not affected."
    ]
    (logged,) = caplog.records
    assert (logged.levelno, logged.name) == (logging.ERROR, "flows.orchestration.outcome")
    assert logged.exc_info is not None
    assert logged.exc_info[1] is problem
