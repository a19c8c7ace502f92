"""Steps of a run without Prefect: the same retries and time limits as its tasks have, no record."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import TypeVar

from prefect.utilities.timeout import timeout

from flows.session.progress import Several, progress
from flows.settings import Settings
from flows.sources.location import PlaceUnreachable

T = TypeVar("T")

PATIENT_STAGES = ("discover", "extract")
"""Those that talk to the network, and can begin anew: they make what they make from the start."""

_in_stage: ContextVar[bool] = ContextVar("in_stage", default=False)


class StageTimedOut(RuntimeError):
    """A stage took longer than the settings allow."""

    def __init__(self, name: str, stage: str, limit: float | None) -> None:
        super().__init__(
            f"{name}: not done after {limit or 0:,.0f} seconds, the limit of the stage {stage!r} "
            "(NEWSHOUSE_STAGE_SECONDS). Nothing was published; what was read is kept, and the next "
            "run carries on."
        )


class _TimeIsUp(TimeoutError):
    """Raised in a step at its limit."""


class PlainSteps:
    """Carries out steps in this process. A listener too: progress tells it which stage it is."""

    def __init__(self, settings: Settings, stage: str = "") -> None:
        self._settings = settings
        self._stage = stage

    def begin(self, stage: str, total: int | None, unit: str) -> None:  # noqa: ARG002
        """The steps that follow are of this stage."""
        self._stage = stage

    def advance(self, amount: int) -> None:
        """Others show it."""

    def tell(self, line: str) -> None:
        """Others show it."""

    def end(self, seconds: float) -> None:
        """Others show it."""

    def __call__(self, name: str, work: Callable[[], T]) -> T:
        """Do the work and return what it returns. Raises StageTimedOut.

        A batch within a stage has neither retries nor a limit: its stage has them.
        """
        if _in_stage.get():
            return work()
        before = _in_stage.set(True)
        try:
            return self._with_retries(name, work)
        finally:
            _in_stage.reset(before)

    def _with_retries(self, name: str, work: Callable[[], T]) -> T:
        left = self._settings.retries if self._stage in PATIENT_STAGES else 0
        wait = self._settings.retry_seconds
        while True:
            try:
                return self._in_time(name, work)
            except PlaceUnreachable:
                if not left:
                    raise
            time.sleep(wait * random.uniform(1, 1.5))  # noqa: S311 # nosec B311 - no secret
            left, wait = left - 1, 2 * wait

    def _in_time(self, name: str, work: Callable[[], T]) -> T:
        limit = self._settings.stage_limit(self._stage)
        try:
            with timeout(limit, timeout_exc_type=_TimeIsUp):
                return work()
        except _TimeIsUp as problem:
            raise StageTimedOut(name, self._stage, limit) from problem


def without_prefect(settings: Settings, work: Callable[[PlainSteps], T]) -> T:
    """Do a run's work with plain steps, heard by them and whoever listens already."""
    steps = PlainSteps(settings)
    before = progress.set(Several(progress.get(), steps))
    try:
        return work(steps)
    finally:
        progress.reset(before)
