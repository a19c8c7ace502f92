"""Who hears how far a run is. Silent unless somebody listens; never part of the result."""

from __future__ import annotations

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
