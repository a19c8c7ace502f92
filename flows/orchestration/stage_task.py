"""Wraps a stage of a run as a Prefect task with its name, retries, time limit and log.

Each stage is a task, and so is each batch within it; a single record never is. Outside a flow the
stage runs with the same retries and limits but without a record in Prefect. A time limit ends a
stage wherever Python code of the flow's own thread runs or waits; batches have no limit of their
own.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar

from prefect import Task, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.context import FlowRunContext
from prefect.task_engine import TaskRunTimeoutError
from prefect.tasks import exponential_backoff
from prefect.utilities.timeout import timeout

from flows.orchestration.artifacts.asset import Lineage
from flows.orchestration.outcome import named
from flows.orchestration.server_calls import is_server_failure
from flows.session.progress import progress
from flows.session.session import Session
from flows.session.summary import RunFailed
from flows.settings import Settings
from flows.sources.location import PlaceUnreachable
from flows.stages.declared import Stage

T = TypeVar("T")
P = ParamSpec("P")

_log = logging.getLogger(__name__)


class Described(Protocol):
    """The result of a stage."""

    def describe(self) -> str:
        """What the stage did, in one line with counts: no text of an article, no secret."""


R = TypeVar("R", bound=Described)


class StageTimedOut(RunFailed):
    """A stage took longer than the settings allow."""

    def __init__(self, title: str, stage: str, limit: float | None) -> None:
        super().__init__(
            f"{title}: not done after {limit or 0:,.0f} seconds, the limit of the stage {stage!r} "
            "(NEWSHOUSE_STAGE_SECONDS). Nothing was published; language results are kept for the "
            "next run."
        )


class _TimeIsUp(TimeoutError):
    """Raised in a stage at its limit."""


class _Attempt(Generic[T]):
    """Work that a task does, with its outcome recorded independently of Prefect."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self.result: list[T] = []
        self.problem: BaseException | None = None

    def __call__(self) -> T:
        self.problem = None
        try:
            result = self._work()
        except BaseException as problem:
            self.problem = problem
            raise
        self.result.append(result)
        return result


def _carry_out(attempt: _Attempt[T]) -> T:
    """The body of every stage's task."""
    return attempt()


def _is_worth_a_retry(task: Task[Any, Any], run: TaskRun, state: State[Any]) -> bool:  # noqa: ARG001
    """True only for a place that does not answer: a retry cannot mend wrong data."""
    return isinstance(state.data, PlaceUnreachable)


class StageTask(Generic[P, R]):
    """A stage: called with a session and what earlier stages made, returns what it makes.

    ``title`` is the name of its task runs where that is not the stage's own. ``total`` says how
    many of the stage's units there are. ``lineage`` makes it the task that makes the warehouse.
    """

    def __init__(
        self,
        stage: Stage,
        work: Callable[Concatenate[Session, P], R],
        *,
        title: str | None = None,
        total: Callable[Concatenate[Session, P], int | None] | None = None,
        lineage: Callable[[Session], Lineage] | None = None,
    ) -> None:
        self.stage = stage
        self.work = work
        self._title = title or stage.title
        self._total = total
        self._lineage = lineage
        self.task: Task[[_Attempt[R]], R] = Task(
            _carry_out,
            name=stage.name,
            description=(work.__doc__ or "").strip().partition("\n")[0],
            timeout_seconds=stage.seconds,
            retries=Settings.model_fields["retries"].default if stage.is_retried else 0,
            retry_condition_fn=_is_worth_a_retry,
            persist_result=False,
            cache_policy=NO_CACHE,
        )

    def __call__(self, session: Session, /, *given: P.args, **named: P.kwargs) -> R:
        """Run the stage, as a task if a flow is running. Raises StageTimedOut."""
        return self._carry_out(session, FlowRunContext.get() is not None, *given, **named)

    def without_task(self, session: Session, /, *given: P.args, **named: P.kwargs) -> R:
        """Run the stage without a task of its own, also within a flow."""
        return self._carry_out(session, False, *given, **named)

    def _carry_out(self, session: Session, as_task: bool, /, *given: Any, **named: Any) -> R:
        total = None if self._total is None else self._total(session, *given, **named)
        title = self._title.format(total=f"{total or 0:,}")
        listener = progress.get()

        def work() -> R:
            result = self.work(session, *given, **named)
            if as_task:
                get_run_logger().info("%s", result.describe())
            return result

        listener.begin(self.stage.name, total, self.stage.unit)
        try:
            with session.record.timing(self.stage.name):
                if as_task:
                    return self._in_prefect(session, title, _Attempt(work))
                return self._without_prefect(session.settings, title, work)
        finally:
            listener.end()

    def _in_prefect(self, session: Session, title: str, attempt: _Attempt[R]) -> R:
        """Run the work as a task with the limits of the settings. Raises StageTimedOut."""
        settings = session.settings
        try:
            return _despite_prefect(
                title,
                attempt,
                lambda: self._prepared(session, title)(attempt),
                lambda: self._without_prefect(settings, title, attempt),
            )
        except TaskRunTimeoutError as problem:
            limit = settings.stage_limit(self.stage.name)
            raise StageTimedOut(title, self.stage.name, limit) from problem

    def _prepared(self, session: Session, title: str) -> Task[[_Attempt[R]], R]:
        """The task with the limits of these settings."""
        settings = session.settings
        options: dict[str, Any] = {
            "task_run_name": lambda: title,
            "timeout_seconds": settings.stage_limit(self.stage.name),
        }
        if self.stage.is_retried:
            options |= {
                "retries": settings.retries,
                "retry_delay_seconds": exponential_backoff(settings.retry_seconds),
                "retry_jitter_factor": 0.5,
            }
        prepared = self.task.with_options(**options)
        return prepared if self._lineage is None else self._lineage(session).materializing(prepared)

    def _without_prefect(self, settings: Settings, title: str, work: Callable[[], R]) -> R:
        left = settings.retries if self.stage.is_retried else 0
        wait = settings.retry_seconds
        limit = settings.stage_limit(self.stage.name)
        while True:
            try:
                with timeout(limit, timeout_exc_type=_TimeIsUp):
                    return work()
            except _TimeIsUp as problem:
                raise StageTimedOut(title, self.stage.name, limit) from problem
            except PlaceUnreachable:
                if not left:
                    raise
            time.sleep(wait * random.uniform(1, 1.5))  # noqa: S311 # nosec B311 - no secret
            left, wait = left - 1, 2 * wait


@task(name="batch", persist_result=False, cache_policy=NO_CACHE)
def _batch(name: str, attempt: _Attempt[int]) -> int:
    """Body of the task of one batch; its name and count go to the log."""
    count = attempt()
    get_run_logger().info("%s: %s", name, f"{count:,}")
    return count


def run_batch(name: str, work: Callable[[], int]) -> int:
    """Run a batch, as a task of its own if a flow is running.

    An error of Prefect itself only loses the record of the batch, as for a stage.
    """
    if FlowRunContext.get() is None:
        return work()
    attempt = _Attempt(work)
    kind = name.partition(", batch")[0]
    task = _batch.with_options(name=kind, task_run_name=lambda: name)
    return _despite_prefect(name, attempt, lambda: task(name, attempt), work)


def _despite_prefect(
    name: str, attempt: _Attempt[T], as_task: Callable[[], T], without: Callable[[], T]
) -> T:
    """Run an attempt as a task; where Prefect itself fails, finished work counts and work that was
    not begun is done without Prefect. Raises what the work raises, and TaskRunTimeoutError."""
    try:
        return as_task()
    except TaskRunTimeoutError:
        raise
    except Exception as problem:
        if problem is attempt.problem:
            raise
        _log_missing_record(name, problem)
    if attempt.result:
        return attempt.result[-1]
    if attempt.problem is not None:
        raise attempt.problem
    return without()


def _log_missing_record(name: str, problem: Exception) -> None:
    """Log the error with its traceback, unless the server is away: that is reported once, at the
    end of the run."""
    if is_server_failure(problem):
        _log.debug("%s: no record as a task (%s)", name, named(problem))
    else:
        get_run_logger().error(
            "%s: no record as a task (%s)", name, named(problem), exc_info=problem
        )
