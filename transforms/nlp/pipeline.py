"""The interface of a language pipeline, independent of the library behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol, runtime_checkable

from warehouse.error import WRONG_USE, ExpectedError

BACKEND_GROUP = "newshouse.nlp_backends"
"""Entry-point group of further backends: each names a `Backend`."""


class PipelineMissing(ExpectedError):
    """A pipeline or its backend is not installed; the message says in one line what to install."""

    exit_code = WRONG_USE


class Component(NamedTuple):
    """What made a row: name (the loadable package or path), version, and configuration as JSON."""

    name: str
    version: str
    config: str


class Passage(NamedTuple):
    """A text to read and its sentences, half-open in code points, in order."""

    text: str
    sentences: Sequence[tuple[int, int]]


class Span(NamedTuple):
    """A name, half-open in code points of the text read, with the pipeline's own label.

    ``confidence`` is the probability (0 to 1) that the pipeline gives it; null where it gives none.
    """

    start_char: int
    end_char: int
    label: str
    confidence: float | None = None


class Reading(NamedTuple):
    """One passage, read: bounds of its tokens (blanks left out) and its names, in text order.

    No name crosses the end of a sentence. ``further`` has the rows of other annotations that the
    pipeline makes, by name of contract: start, end and what else the contract has behind them.
    """

    token_starts: Sequence[int]
    token_ends: Sequence[int]
    spans: Sequence[Span]
    further: Mapping[str, Sequence[tuple[Any, ...]]] = MappingProxyType({})


@runtime_checkable
class Pipeline(Protocol):
    """A loaded language pipeline. It reads a text the same each time, in any batch."""

    @property
    def component(self) -> Component:
        """Name, version and configuration, which distinguish its rows from those of others."""
        ...

    @property
    def language(self) -> str:
        """ISO 639-1 code of the language it reads; `xx` for any."""
        ...

    def read(self, passages: Iterable[Passage]) -> Iterator[Reading]:
        """One reading a passage, in order."""
        ...


class Backend(Protocol):
    """What an entry point of `newshouse.nlp_backends` names: loads a pipeline by model name."""

    def __call__(self, model: str) -> Pipeline:
        """The loaded pipeline; PipelineMissing where the model is not installed."""
        ...
