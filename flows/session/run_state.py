"""What a run knows and has done so far. One object, handed from stage to stage."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import polars as pl

from expectations.check import CheckReport
from flows.session.accounts import Accounts
from flows.session.components import Components
from flows.session.notices import tell_people
from flows.session.progress import progress
from flows.session.reference import Reference
from flows.session.staging import Work
from flows.settings import Settings
from flows.sources.location import Unlisted
from flows.stages.derive import RunClock
from flows.stages.discovery import Plan
from flows.stages.extraction import Extracted
from flows.stages.language_batches import Reading
from transforms.nlp.pipeline import Pipeline
from warehouse.known import Known
from warehouse.tables import MENTION, RELATED_LINK


@dataclass
class RunState:
    """One run. From `known_file` on, the stages fill the fields in, in this order.

    ``notices`` are lines about damaged files beside the warehouse: people were told them, and the
    run's record keeps them. ``known_entity`` and ``known_alias`` stand for the published ones where
    they are given; ``mention`` and ``related_link`` hold rows of published articles that the run
    changes.
    """

    settings: Settings
    clock: RunClock
    work: Work
    known: Known
    address: str
    collection: str
    reference: Reference
    pipelines: Callable[[], Mapping[str, Pipeline]]
    check: Callable[..., CheckReport]
    flow_run_id: str | None = None
    again: frozenset[str] = frozenset()
    notices: list[str] = field(default_factory=list)
    known_entity: pl.DataFrame | None = None
    known_alias: pl.DataFrame | None = None

    known_file: pl.DataFrame = field(default_factory=pl.DataFrame)
    plan: Plan | None = None
    unlisted: list[Unlisted] = field(default_factory=list)
    extracted: Extracted = field(default_factory=Extracted)
    version: pl.DataFrame = field(default_factory=pl.DataFrame)
    parts: list[str] = field(default_factory=list)
    boilerplate_line: pl.DataFrame = field(default_factory=pl.DataFrame)
    components: Components | None = None
    reading: Reading | None = None
    paragraphs_read: int = 0
    paragraphs_reused: int = 0
    mention: pl.DataFrame = field(default_factory=MENTION.empty)
    related_link: pl.DataFrame = field(default_factory=RELATED_LINK.empty)
    accounts: Accounts | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    def notice(self, line: str) -> None:
        """Tell people a line at once, and keep it for the run's record."""
        self.notices.append(line)
        tell_people(line)

    @contextmanager
    def stage(self, name: str, total: int | None = None, unit: str = "") -> Iterator[None]:
        """Time a stage and tell the listener of it."""
        listener = progress.get()
        listener.begin(name, total, unit)
        began = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - began
            self.seconds[name] = self.seconds.get(name, 0.0) + spent
            listener.end(spent)
