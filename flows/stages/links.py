"""Resolves related links to their target articles, of this run and of earlier ones."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from flows.session.session import Session
from flows.stages.blocks import Typed
from flows.stages.part import blocks_of
from flows.withholding.failed_articles import run_skipping_failures
from transforms.article.related_link import build_related_link, point_again, with_targets
from warehouse.tables import ARTICLE, RELATED_LINK


@dataclass(frozen=True)
class Linked:
    """How many related links a run found; ``related_link`` holds the changed rows of published
    articles, whole articles at a time."""

    link_count: int = 0
    related_link: pl.DataFrame = field(default_factory=RELATED_LINK.empty)

    def describe(self) -> str:
        """What was found, in one line with counts."""
        return f"{self.link_count:,} related links"


def point_links(session: Session, typed: Typed) -> Linked:
    """Related links of the staged articles; published ones without target that find theirs now."""
    staged = session.staging.staged(ARTICLE, "article_id", "url", "title")
    published = session.known.targets().join(staged, on="article_id", how="anti")
    target = pl.concat([published, staged])
    count = sum(
        session.staging.stage(RELATED_LINK, part, _links_of(session, part, target))
        for part in typed.parts
    )
    return Linked(count, _changed_links(session, staged["article_id"], target))


def _links_of(session: Session, part: str, target: pl.DataFrame) -> pl.DataFrame:
    block = blocks_of(session.staging, part)
    record = pl.read_parquet(session.staging.part("_staged_record", part))

    def build(some: pl.Series) -> pl.DataFrame:
        wanted = pl.col("article_id").is_in(some.implode())
        return build_related_link(block.filter(wanted), record.filter(wanted), target)

    return run_skipping_failures(session.staging, part, "links", record["article_id"], build)


def _changed_links(session: Session, staged: pl.Series, target: pl.DataFrame) -> pl.DataFrame:
    """Links of published articles of which one points at an article for the first time."""
    waiting = session.known.unpointed_links()
    pointed = point_again(waiting.filter(~pl.col("article_id").is_in(staged.implode())), target)
    changed = session.known.rows(RELATED_LINK, pointed["article_id"].unique())
    return with_targets(changed, pointed)
