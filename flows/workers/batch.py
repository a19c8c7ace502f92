"""Types for batches: an independent piece of a run's work, and the resources it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from flows.session.reference import Reference
from transforms.nlp.pipeline import Pipeline


class Resources(NamedTuple):
    """Pipelines and reference tables for batches, each loaded once per process at first use."""

    pipelines: Callable[[], Mapping[str, Pipeline]]
    reference: Callable[[], Reference]


class Batch(NamedTuple):
    """A piece of a run's work that depends on no other piece.

    ``function`` is a module-level function, called with the resources and ``arguments``: paths and
    names, never rows. ``cost`` is the amount added to the progress once it is done.
    """

    name: str
    cost: int
    function: Callable[..., int]
    arguments: tuple[Any, ...]
