"""How a step of a run becomes a Prefect task: its name, its retries, its time limit, its log.

A stage is a task, and so is a batch within it; a record never is. Only what may pass is tried
again. A time limit ends a stage wherever Python code of the flow's own thread runs or waits;
batches have none of their own, their stage's holds for them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from prefect import Task, get_run_logger
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.context import TaskRunContext
from prefect.task_engine import TaskRunTimeoutError
from prefect.tasks import exponential_backoff

from flows.orchestration.artifacts.asset import Lineage
from flows.orchestration.outcome import named
from flows.orchestration.plain_steps import PATIENT_STAGES, PlainSteps, StageTimedOut
from flows.orchestration.server_calls import tells_of_absence
from flows.settings import Settings
from flows.sources.location import PlaceUnreachable

T = TypeVar("T")

_log = logging.getLogger(__name__)


@dataclass
class _Done(Generic[T]):
    """Work that a task does, and how it came out: known here whatever Prefect makes of it."""

    work: Callable[[], T]
    has_begun: bool = False
    result: list[T] = field(default_factory=list)
    problem: BaseException | None = None

    def __call__(self) -> T:
        self.has_begun, self.problem = True, None
        try:
            result = self.work()
        except BaseException as problem:
            self.problem = problem
            raise
        self.result.append(result)
        return result


class StageTasks:
    """Carries out steps as tasks. A listener too: progress tells it which stage is under way."""

    def __init__(self, settings: Settings, lineage: Lineage | None = None) -> None:
        self._settings = settings
        self._lineage = lineage
        self._stage = ""

    def begin(self, stage: str, total: int | None, unit: str) -> None:  # noqa: ARG002
        """The steps that follow are of this stage."""
        self._stage = stage

    def advance(self, amount: int) -> None:
        """Others show it."""

    def tell(self, line: str) -> None:
        """Into the log of the task that is under way."""
        get_run_logger().info("%s", line)

    def end(self, seconds: float) -> None:
        """Others show it."""

    def __call__(self, name: str, work: Callable[[], T]) -> T:
        """Do the work as a task and return what it returns. Raises StageTimedOut.

        What goes wrong in Prefect itself, as where its server went away, costs the task's record:
        work that was done counts, and work that was not begun is done without it. None is done
        twice. The run's log tells of it.
        """
        done = _Done(work)
        try:
            return self._as_task(name, done)
        except TaskRunTimeoutError as problem:
            limit = self._settings.stage_limit(self._stage)
            raise StageTimedOut(name, self._stage, limit) from problem
        except Exception as problem:
            if problem is done.problem:
                raise
            _tell_of_no_record(name, problem)
        if done.result:
            return done.result[-1]
        if done.problem is not None:
            raise done.problem
        return PlainSteps(self._settings, self._stage)(name, work)

    def _as_task(self, name: str, work: Callable[[], T]) -> T:
        is_batch = TaskRunContext.get() is not None
        options: dict[str, Any] = {
            "name": name.partition(", batch")[0] if is_batch else self._stage,
            "task_run_name": lambda: name,
            "persist_result": False,
            "cache_policy": NO_CACHE,
        }
        if is_batch:
            return Task(_logged(name, work), **options)()
        options["timeout_seconds"] = self._settings.stage_limit(self._stage)
        if self._stage in PATIENT_STAGES:
            options |= {
                "retries": self._settings.retries,
                "retry_delay_seconds": exponential_backoff(self._settings.retry_seconds),
                "retry_jitter_factor": 0.5,
                "retry_condition_fn": _is_worth_a_retry,
            }
        return self._task(work, options)()

    def _task(self, work: Callable[[], T], options: dict[str, Any]) -> Callable[[], T]:
        if self._stage == "publish" and self._lineage is not None:
            return self._lineage.materializing(work, options)
        return Task(work, **options)


def _tell_of_no_record(name: str, problem: Exception) -> None:
    """A server that is away is told of once, as the run ends; any other error is a fault to mend,
    so that the run's log has its traceback."""
    if tells_of_absence(problem):
        _log.debug("%s: no record as a task (%s)", name, named(problem))
    else:
        get_run_logger().error(
            "%s: no record as a task (%s)", name, named(problem), exc_info=problem
        )


def _logged(name: str, work: Callable[[], T]) -> Callable[[], T]:
    def carry_out() -> T:
        result = work()
        if isinstance(result, int):
            get_run_logger().info("%s: %s", name, f"{result:,}")
        return result

    return carry_out


def _is_worth_a_retry(task: Task[Any, Any], run: TaskRun, state: State[Any]) -> bool:  # noqa: ARG001
    """Only a place that does not answer: what is wrong with data stays wrong."""
    return isinstance(state.data, PlaceUnreachable)
