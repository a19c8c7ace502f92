"""How a step of a run becomes a Prefect task: its name, its retries, its time limit, its log.

A stage is a task, and so is a batch within it; a record never is. Only what may pass is tried
again. A time limit ends a stage wherever Python code of the flow's own thread runs or waits;
batches have none of their own, their stage's holds for them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from prefect import Task, get_run_logger
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.context import TaskRunContext
from prefect.task_engine import TaskRunTimeoutError
from prefect.tasks import exponential_backoff

from flows.artifact.asset import Lineage
from flows.place import PlaceUnreachable
from flows.settings import Settings

T = TypeVar("T")

_PATIENT_STAGES = ("discover", "extract")
"""Those that talk to the network, and can begin anew: they make what they make from the start."""


class StageTimedOut(RuntimeError):
    """A stage took longer than the settings allow."""


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
        """Do the work as a task and return what it returns. Raises StageTimedOut."""
        is_batch = TaskRunContext.get() is not None
        options: dict[str, Any] = {
            "name": name.partition(", batch")[0] if is_batch else self._stage,
            "task_run_name": lambda: name,
            "persist_result": False,
            "cache_policy": NO_CACHE,
        }
        if is_batch:
            return Task(_logged(name, work), **options)()
        limit = self._settings.stage_limit(self._stage)
        options["timeout_seconds"] = limit
        if self._stage in _PATIENT_STAGES:
            options |= {
                "retries": self._settings.retries,
                "retry_delay_seconds": exponential_backoff(self._settings.retry_seconds),
                "retry_jitter_factor": 0.5,
                "retry_condition_fn": _is_worth_a_retry,
            }
        carried_out = self._task(work, options)
        try:
            return carried_out()
        except TaskRunTimeoutError as problem:
            raise StageTimedOut(
                f"{name}: not done after {limit:,.0f} seconds, the limit of the stage "
                f"{self._stage!r} (NEWSHOUSE_STAGE_SECONDS). Nothing was published; what was read "
                "is kept, and the next run carries on."
            ) from problem

    def _task(self, work: Callable[[], T], options: dict[str, Any]) -> Callable[[], T]:
        if self._stage == "publish" and self._lineage is not None:
            return self._lineage.materializing(work, options)
        return Task(work, **options)


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
