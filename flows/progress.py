"""Who hears how far a run is. Silent unless somebody listens; never part of the result."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Protocol


class Progress(Protocol):
    """A listener: a progress bar, an artifact, or nobody."""

    def begin(self, stage: str, total: int | None, unit: str) -> None:
        """A stage starts; ``total`` is null where it is not known."""

    def advance(self, amount: int) -> None:
        """So much more of the stage is done."""

    def end(self, seconds: float) -> None:
        """The stage is done."""


class Silent:
    """Nobody listens."""

    def begin(self, stage: str, total: int | None, unit: str) -> None:
        """Say nothing."""

    def advance(self, amount: int) -> None:
        """Say nothing."""

    def end(self, seconds: float) -> None:
        """Say nothing."""


progress: ContextVar[Progress] = ContextVar("progress", default=Silent())  # noqa: B039


def scaled(advance: Callable[[int], None], of: int, total: int) -> Callable[[int], None]:
    """A listener of parts of ``of`` that passes them on as parts of ``total``."""
    heard = 0

    def listen(amount: int) -> None:
        nonlocal heard
        before = heard * total // max(1, of)
        heard += amount
        advance(heard * total // max(1, of) - before)

    return listen
