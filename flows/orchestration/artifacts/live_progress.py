"""A Prefect progress artifact that is updated while a run works.

Updates are sent from a separate thread at a bounded rate, so that a slow or missing server neither
delays a run nor makes it fail.
"""

from __future__ import annotations

import logging
import threading
from contextvars import copy_context
from typing import Self
from uuid import UUID

import httpx
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.exceptions import PrefectException

from flows.session.progress import Pace, ProgressListener
from flows.stages.declared import STAGES

KEY = "progress"
SECONDS_BETWEEN = 2.0
_PATIENCE = 3.0
"""Seconds a finished run waits for its last update to be sent."""

LOST_SERVER = (httpx.HTTPError, PrefectException)
"""Errors that a client raises when the server does not answer."""

API_ERRORS = (*LOST_SERVER, OSError, RuntimeError)
"""The same, and the errors that clients raise because of them."""

_SHARES = {stage.name: stage.share for stage in STAGES}

_log = logging.getLogger(__name__)


class ProgressArtifact(ProgressListener):
    """One artifact per run: the percentage never falls, the description gives stage and speed.

    A context manager; a listener of `flows.session.progress`.
    """

    def __init__(self, seconds_between: float = SECONDS_BETWEEN) -> None:
        self._seconds_between = seconds_between
        self._stage = ""
        self._pace = Pace(None, "")
        self._ended: set[str] = set()
        self._percent = 0.0
        self._finished = False
        self._id: UUID | None = None
        self._posted: tuple[float, str] | None = None
        self._stop = threading.Event()
        # Artifacts belong to the run whose context they are made in; threads begin without one.
        work = copy_context()
        self._thread = threading.Thread(target=work.run, args=(self._post_on,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._finished = error is None
        self._stop.set()
        self._thread.join(_PATIENCE)

    def begin(self, stage: str, total: int | None, unit: str) -> None:
        """A new stage begins; the earlier ones are done."""
        if self._stage and self._stage != stage:
            self._ended.add(self._stage)
        self._stage, self._pace = stage, Pace(total, unit)

    def advance(self, amount: int) -> None:
        """Add to the units done."""
        self._pace.done += amount

    def state(self) -> tuple[float, str]:
        """Per cent of the run that is done, and what it is doing."""
        if self._finished:
            return 100.0, "done"
        share = _SHARES.get(self._stage, 0) * self._pace.share
        done = share + sum(_SHARES.get(stage, 0) for stage in self._ended)
        self._percent = max(self._percent, round(done, 1))
        if self._stop.is_set():
            return self._percent, f"stopped at {self._stage}"
        return self._percent, f"{self._stage or 'starting'}: {self._pace.words()}"

    def _post_on(self) -> None:
        while not self._stop.wait(self._seconds_between):
            self._post()
        self._post()

    def _post(self) -> None:
        percent, words = state = self.state()
        if state == self._posted:
            return
        try:
            if self._id is None:
                made = create_progress_artifact(percent, key=KEY, description=words)
                assert isinstance(made, UUID)  # no event loop runs in this thread
                self._id = made
            else:
                update_progress_artifact(self._id, percent, description=words)
            self._posted = state
        except API_ERRORS as problem:
            _log.debug("the progress artifact was not updated: %s", problem)
