"""A piece of a run that needs no other piece, and what it works with. Carries nothing out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from flows.session.reference import Reference
from transforms.nlp.pipeline import Pipeline


class Resources(NamedTuple):
    """What batches work with, loaded once a process, when first asked for."""

    pipelines: Callable[[], Mapping[str, Pipeline]]
    reference: Callable[[], Reference]


class Batch(NamedTuple):
    """A piece of a run that needs no other piece.

    ``function`` is a module's function, called with resources and ``arguments``: paths and
    names, never rows. ``cost`` is what its being done adds to the progress.
    """

    name: str
    cost: int
    function: Callable[..., int]
    arguments: tuple[Any, ...]
