"""Finds the items that make a batch of work fail, so that the other items can be processed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import polars as pl

from transforms.nlp.pipeline import PipelineMissing

T = TypeVar("T")

NOT_THE_INPUT = (MemoryError, OSError, PipelineMissing)
"""Errors of the machine, which would occur with any input."""

FAULTS = (Exception, pl.exceptions.PanicException)
"""Errors of the program, including the one that polars raises for a bug of its own."""


def find_failing(
    items: Sequence[T], attempt: Callable[[Sequence[T]], object], problem: BaseException
) -> dict[T, str]:
    """The items that make an attempt fail, each with the text of its error.

    Tries halves, so that one bad item of n costs two attempts at all of them together, and many
    cost at most log n. ``problem`` is one of FAULTS, raised by the attempt with all. Errors of
    NOT_THE_INPUT are raised again.
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
        except FAULTS as error:
            failing |= find_failing(half, attempt, error)
    return failing


def error_words(problem: BaseException) -> str:
    """The class of an error and the first line of its message."""
    first = str(problem).partition("\n")[0][:200]
    return f"{type(problem).__name__}: {first}" if first else type(problem).__name__
