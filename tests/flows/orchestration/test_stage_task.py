"""Steps as Prefect tasks, against a real server: names, retries, time limits."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect import flow, runtime
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import State, TaskRun

from flows.orchestration.reporting import reporting_to
from flows.orchestration.stage_task import StageTask, StageTimedOut, run_batch
from flows.session.clock import RunClock
from flows.session.record import RunRecord
from flows.session.session import Session
from flows.session.staging import Staging
from flows.settings import Settings
from flows.sources.location import PlaceError, PlaceUnreachable
from flows.stages.declared import BY_NAME
from tests.prefect_server import prefect_server
from warehouse.layout import layout_of

pytestmark = [pytest.mark.server, pytest.mark.slow]


@pytest.fixture(scope="module")
def server() -> Iterator[None]:
    with prefect_server():
        yield


@dataclass(frozen=True)
class Done:
    """The result of a stage."""

    value: object

    def describe(self) -> str:
        return f"{self.value} done"


def session_with(**given: Any) -> Session:
    """What a stage needs to know of a session: its settings, and where its seconds are noted."""
    settings = Settings(retry_seconds=0.05, **given)
    clock = RunClock("run", datetime(2026, 3, 1, tzinfo=UTC))
    staging = Staging(layout_of(settings.warehouse), "run")
    record = RunRecord(settings, clock, staging, "file:///in", "in")
    return Session(
        settings=settings, clock=clock, staging=staging, record=record, address="", collection="",
        known=None, reference=None, pipelines=dict, check=None,  # type: ignore[arg-type]
    )  # fmt: skip


def stage_task(stage: str, title: str, work: Callable[[], Any]) -> StageTask[[], Done]:
    """The task of a stage that does this."""
    return StageTask(BY_NAME[stage], lambda _: Done(work()), title=title)


def carry_out(
    stage: str, title: str, work: Callable[[], Any], **given: Any
) -> tuple[State[Any], UUID]:
    """A flow of one stage; its state, and its id."""
    session = session_with(**given)
    ids: list[UUID] = []

    @flow(persist_result=False)
    def one_stage() -> Any:
        ids.append(UUID(str(runtime.flow_run.id)))
        return stage_task(stage, title, work)(session).value

    state: Any = one_stage(return_state=True)
    return state, ids[0]


@contextmanager
def caught_log() -> Iterator[list[logging.LogRecord]]:
    """What flows log meanwhile, which is what Prefect's pages show of them."""
    logged: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = logged.append  # type: ignore[assignment, method-assign]
    logger = logging.getLogger("prefect.flow_runs")
    logger.addHandler(handler)
    try:
        yield logged
    finally:
        logger.removeHandler(handler)


def task_runs(flow_run: UUID, count: int) -> list[TaskRun]:
    """The tasks of a run, once the server has recorded them."""
    for _ in range(120):
        with get_client(sync_client=True) as client:
            found = client.read_task_runs(
                flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[flow_run]))
            )
        ended = [run for run in found if run.state is not None and run.state.is_final()]
        if len(ended) >= count:
            return ended
        time.sleep(0.5)
    pytest.fail(f"only {len(found)} of {count} task runs were recorded")


def test_a_place_that_answers_late_is_tried_again(server: None) -> None:
    tried: list[int] = []

    def work() -> int:
        tried.append(1)
        if len(tried) < 3:
            raise PlaceUnreachable("s3://bucket does not answer")
        return 7

    state, run = carry_out("discover", "discover files", work, retries=3)
    assert (state.is_completed(), len(tried)) == (True, 3)
    (task,) = task_runs(run, 1)
    assert (task.name, task.run_count) == ("discover files", 3)


def test_a_place_that_never_answers_fails_with_its_own_words(server: None) -> None:
    tried: list[int] = []

    def work() -> int:
        tried.append(1)
        raise PlaceUnreachable("s3://bucket does not answer")

    state, _ = carry_out("extract", "extract 3 files", work, retries=2)
    assert (state.is_failed(), len(tried)) == (True, 3)
    with pytest.raises(PlaceUnreachable):
        state.result()


@pytest.mark.parametrize(
    ("stage", "problem"),
    [
        ("discover", PlaceError("no such folder")),
        ("extract", ValueError("bad data")),
        ("language", PlaceUnreachable("not a matter of this stage")),
    ],
)
def test_nothing_else_is_tried_again(server: None, stage: str, problem: Exception) -> None:
    tried: list[int] = []

    def work() -> int:
        tried.append(1)
        raise problem

    state, _ = carry_out(stage, "a step", work)
    assert (state.is_failed(), len(tried)) == (True, 1)


def test_an_error_beside_the_work_is_named_in_the_log_and_the_work_counts(
    server: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_a_bug(self: object, session: object, title: str) -> Callable[[Any], Any]:
        def carry_out(attempt: Callable[[], Any]) -> Any:
            attempt()
            raise KeyError("a bug beside the work")

        return carry_out

    monkeypatch.setattr(StageTask, "_prepared", with_a_bug)
    done: list[int] = []
    with caught_log() as logged:
        state, _ = carry_out("extract", "extract 3 files", lambda: done.append(1))
    assert (state.is_completed(), done) == (True, [1])
    (record,) = (one for one in logged if "no record as a task" in one.getMessage())
    assert record.levelno == logging.ERROR
    assert record.getMessage() == (
        "extract 3 files: no record as a task (KeyError: 'a bug beside the work')"
    )
    assert record.exc_info is not None
    assert record.exc_info[0] is KeyError


def test_lost_log_lines_are_reported_again_after_a_run(server: None) -> None:
    with reporting_to(None):
        assert not logging.raiseExceptions
    assert logging.raiseExceptions


def test_a_stage_beyond_its_limit_is_stopped_and_says_so(server: None) -> None:
    began = time.monotonic()
    state, run = carry_out(
        "language", "read the language", lambda: time.sleep(60), stage_seconds={"language": 1}
    )
    assert time.monotonic() - began < 30
    with pytest.raises(StageTimedOut, match="read the language: not done after 1 seconds"):
        state.result()
    (task,) = task_runs(run, 1)
    assert task.state_name == "TimedOut"


def test_waiting_for_a_batch_in_another_thread_is_stopped_too(server: None) -> None:
    """As the language pass waits for its workers: on a lock."""
    state, _ = carry_out(
        "language", "read the language", lambda: threading.Event().wait(60),
        stage_seconds={"language": 1},
    )  # fmt: skip
    with pytest.raises(StageTimedOut):
        state.result()


def test_a_batch_is_a_task_within_its_stage(server: None) -> None:
    session = session_with()
    ids: list[UUID] = []

    def type_blocks() -> int:
        return sum(run_batch(f"type blocks, batch {n} of 2", lambda: 5) for n in (1, 2))

    @flow(persist_result=False)
    def batches() -> Any:
        ids.append(UUID(str(runtime.flow_run.id)))
        return stage_task("blocks", "type blocks", type_blocks)(session).value

    assert batches() == 10
    names = sorted(run.name for run in task_runs(ids[0], 3))
    assert names == ["type blocks", "type blocks, batch 1 of 2", "type blocks, batch 2 of 2"]


def test_every_stage_has_a_limit_that_can_be_set_or_lifted(tmp_path: Path) -> None:
    settings = Settings(stage_seconds={"language": 5, "publish": 0})
    assert settings.stage_limit("language") == 5
    assert settings.stage_limit("publish") is None
    assert settings.stage_limit("checks") == BY_NAME["checks"].seconds
    with pytest.raises(ValueError, match="there is no stage 'langauge': discover, extract"):
        Settings(stage_seconds={"langauge": 5})
