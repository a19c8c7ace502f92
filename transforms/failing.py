"""Finds what makes a piece of work fail, so that the rest of it can be done. Does none itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from transforms.pipeline import PipelineMissing

T = TypeVar("T")

NOT_THE_INPUT = (MemoryError, OSError, PipelineMissing)
"""Errors that the machine is to blame for: with other input they would come as well."""

_MOST = 100
"""Failing items from which on the fault is not theirs, and looking for more would take long."""


def find_failing(
    items: Sequence[T], attempt: Callable[[Sequence[T]], object], problem: Exception
) -> dict[T, str]:
    """The items an attempt fails with, each with what the error says; it failed with all of them.

    Tries halves, so that one bad item of n costs two attempts at all of them together. ``problem``
    is what the attempt with all raised; it is raised again where more than a hundred items fail,
    and so are errors of NOT_THE_INPUT.
    """
    if isinstance(problem, NOT_THE_INPUT):
        raise problem
    if len(items) <= 1:
        return {item: error_words(problem) for item in items}
    middle = len(items) // 2
    failing: dict[T, str] = {}
    for half in (items[:middle], items[middle:]):
        try:
            attempt(half)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is named in quarantine
            failing |= find_failing(half, attempt, error)
        if len(failing) > _MOST:
            raise problem
    return failing


def error_words(problem: Exception) -> str:
    """The kind of an error and the first line of what it says."""
    first = str(problem).partition("\n")[0][:200]
    return f"{type(problem).__name__}: {first}" if first else type(problem).__name__
