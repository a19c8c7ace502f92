"""Reports the progress of a run to registered listeners; it never affects the result."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class ProgressListener:
    """A progress listener, such as a progress bar or an artifact; this one ignores everything."""

    def begin(self, stage: str, total: int | None, unit: str) -> None:
        """A stage starts; ``total`` is None if unknown, ``unit`` is what it counts."""

    def advance(self, amount: int) -> None:
        """That many more units of the stage are done."""

    def end(self) -> None:
        """The stage is done."""


class Several(ProgressListener):
    """Passes on to several listeners, in order."""

    def __init__(self, *listeners: ProgressListener) -> None:
        self._listeners = listeners

    def begin(self, stage: str, total: int | None, unit: str) -> None:
        """Pass on."""
        for listener in self._listeners:
            listener.begin(stage, total, unit)

    def advance(self, amount: int) -> None:
        """Pass on."""
        for listener in self._listeners:
            listener.advance(amount)

    def end(self) -> None:
        """Pass on."""
        for listener in self._listeners:
            listener.end()


class Pace:
    """Progress of one stage: share done, speed and seconds left."""

    def __init__(self, total: int | None, unit: str) -> None:
        self.total = total
        self.unit = unit
        self.done = 0
        self._began = time.monotonic()

    @property
    def share(self) -> float:
        """Share done, from 0 to 1; 0 if the total is not known."""
        return min(1.0, self.done / self.total) if self.total else 0.0

    @property
    def a_second(self) -> float:
        """Mean speed since the stage began."""
        return self.done / max(time.monotonic() - self._began, 1e-3)

    @property
    def seconds_left(self) -> float | None:
        """At the mean speed so far; null while nothing is done or the total is not known."""
        if self.total is None or not self.done:
            return None
        return max(0, self.total - self.done) / self.a_second

    def words(self) -> str:
        """``812 of 2,000 articles, 71 articles/s, 17 s left``, as far as it is known."""
        if self.total is None:
            return "under way"
        words = [f"{self.done:,} of {self.total:,} {self.unit}"]
        left = self.seconds_left
        if left is not None:
            words += [f"{self.a_second:,.0f} {self.unit}/s", f"{duration_words(left)} left"]
        return ", ".join(words)


def duration_words(seconds: float) -> str:
    """``17 s``, ``4 min`` or ``2 h 05 min``."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02} min"


_nobody = ProgressListener()

progress: ContextVar[ProgressListener] = ContextVar("progress", default=_nobody)


@contextmanager
def reporting_progress_to(listener: ProgressListener) -> Iterator[None]:
    """Add a listener for the stages in the block."""
    before = progress.set(Several(progress.get(), listener))
    try:
        yield
    finally:
        progress.reset(before)


def scaled(advance: Callable[[int], None], of: int, total: int) -> Callable[[int], None]:
    """A function for amounts out of ``of``; passes them on as amounts out of ``total``."""
    done = 0

    def listen(amount: int) -> None:
        nonlocal done
        before = done * total // max(1, of)
        done += amount
        advance(done * total // max(1, of) - before)

    return listen
