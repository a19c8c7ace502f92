"""Runs the language pipelines on every paragraph that no earlier run has processed."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from flows.session.nlp_store import NlpStore, drop_other_components
from flows.session.progress import progress, scaled
from flows.session.session import Session
from flows.session.staging import Staging
from flows.stages.blocks import Typed
from flows.stages.components import Components, describe_components
from flows.stages.language_batches import ReadingPlan, plan_reading, reading_batches
from flows.version import CODE_VERSION
from flows.workers.pool import Workers


@dataclass(frozen=True)
class LanguageRead:
    """Which components read the paragraphs of a run, and where each part's results lie."""

    components: Components
    reading: ReadingPlan

    def store(self, staging: Staging) -> NlpStore:
        """The kept language results of these components."""
        return NlpStore(staging.nlp_store / self.components.store_id)

    def describe(self) -> str:
        """What was read, in one line with counts."""
        return f"{self.reading.fresh:,} paragraphs read, {self.reading.reused:,} reused"


def read_language(session: Session, typed: Typed, readers: Workers) -> LanguageRead:
    """One pass of the language pipelines over the paragraphs that were not read before."""
    staging = session.staging
    components = describe_components(
        session.pipelines(), _languages(staging, typed), session.reference, CODE_VERSION
    )
    drop_other_components(staging.nlp_store, components.store_id)
    store = NlpStore(staging.nlp_store / components.store_id)
    with_pipeline = list(session.loadable_names())
    reading = plan_reading(staging, typed.parts, store, with_pipeline, readers.size, session.notice)
    batches = reading_batches(staging, reading, store, typed.parts)
    advance = scaled(progress.get().advance, reading.cost, typed.article_count)
    readers.carry_out(batches, advance)
    return LanguageRead(components, reading)


def _languages(staging: Staging, typed: Typed) -> list[str]:
    """The languages of all articles, in order."""
    columns = [
        pl.read_parquet(staging.part("_article", part), columns=["language"])["language"].unique()
        for part in typed.parts
    ]
    return sorted({language for column in columns for language in column})
