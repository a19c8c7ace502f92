"""Finds sentences and names in every part whose paragraphs were read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from flows.session.nlp_store import NlpStore
from flows.session.progress import progress
from flows.session.reference import Reference
from flows.session.session import Session
from flows.session.staging import Staging
from flows.stages.blocks import Typed
from flows.stages.language import LanguageRead
from flows.stages.language_batches import homes
from flows.stages.part import article_context, blocks_of
from flows.stages.table_builders import BUILDERS, ArticleRows
from flows.withholding.failed_articles import list_failed, run_skipping_failures
from flows.workers.batch import Batch, Resources
from flows.workers.pool import Workers
from transforms.block.paragraph import paragraph_block
from transforms.nlp.annotation import Annotations
from warehouse.tables import ARTICLE, ARTICLE_COMPONENT, BLOCK
from warehouse.tables.mention import STAGED_MENTION
from warehouse.tables.paragraph import PARAGRAPH_SENTENCE, PARAGRAPH_SPAN, UNREAD


@dataclass(frozen=True)
class Found:
    """How many mentions a run found."""

    mention_count: int

    def describe(self) -> str:
        """What was found, in one line with counts."""
        return f"{self.mention_count:,} mentions"


def find_mentions(
    session: Session, typed: Typed, language: LanguageRead, workers: Workers
) -> Found:
    """Sentences and names of every part."""
    store, count = language.store(session.staging).folder, len(typed.parts)
    made_by = (language.components.by_stage, language.components.nlp_by_language)
    batches = []
    for number, part in enumerate(typed.parts, 1):
        held = homes(language.reading, part, session.clock.run_id)
        batches.append(
            Batch(f"find mentions, batch {number} of {count}", typed.articles.get(part, 0),
                  name_part, (session.staging, part, store, held, *made_by))
        )  # fmt: skip
    return Found(workers.carry_out(batches, progress.get().advance))


def name_part(
    resources: Resources, staging: Staging, part: str, store: Path, homes: Sequence[str],
    by_stage: Mapping[str, str], nlp_by_language: Mapping[str, str],
) -> int:  # fmt: skip
    """Sentences, names and components of one part whose paragraphs were read; how many names.

    ``homes`` are the parts of the store that hold them.
    """
    paragraph_id = pl.read_parquet(staging.part("_paragraph", part), columns=["paragraph_id"])
    annotations = NlpStore(store).fetch(paragraph_id["paragraph_id"], homes)
    stage_components(staging, part, by_stage, nlp_by_language)
    reference = resources.reference()
    context = article_context(staging, part, reference)
    unread = _unread_articles(staging, part, context, annotations)

    def make(some: pl.Series) -> int:
        return stage_builders(staging, part, reference, annotations, some)

    article_id = context["article_id"]
    read = article_id.filter(~article_id.is_in(unread.implode()))
    return run_skipping_failures(staging, part, "mentions", read, make)


def _unread_articles(
    staging: Staging, part: str, context: pl.DataFrame, annotations: Annotations
) -> pl.Series:
    """Articles with a paragraph that the language pass could not read, listed as failed."""
    sentence, span = (annotations[c.name] for c in (PARAGRAPH_SENTENCE, PARAGRAPH_SPAN))
    unread = sentence.filter(pl.col("token_count") == UNREAD).select("paragraph_id")
    if unread.is_empty():
        return pl.Series("article_id", [], pl.String())
    printed = paragraph_block(blocks_of(staging, part), context).join(unread, on="paragraph_id")
    failed = printed.join(span, on="paragraph_id").unique("article_id", maintain_order=True)
    list_failed(staging, part, "language", dict(failed.select("article_id", "label").iter_rows()))
    return failed["article_id"]


def stage_builders(
    staging: Staging,
    part: str,
    reference: Reference,
    annotations: Annotations,
    article_id: pl.Series,
) -> int:
    """Rows of every table in BUILDERS for articles of a part; the number of mentions.

    ``article_id`` holds those of the part's articles that are wanted.
    """
    wanted = pl.col("article_id").is_in(article_id.implode())
    block = blocks_of(staging, part).filter(wanted)
    context = article_context(staging, part, reference).filter(wanted)
    article = pl.read_parquet(staging.part("_article", part)).filter(wanted)
    frames = {**annotations, BLOCK.name: block, ARTICLE.name: article}
    for builder in BUILDERS:
        contract, made = builder.contract, builder.build(ArticleRows(frames, context, reference))
        frames[contract.name] = made
        if contract.lifecycle.is_published:
            staging.stage(contract, part, made)
        else:
            contract.conform(made).write_parquet(staging.part(f"_{contract.name}", part))
    return frames[STAGED_MENTION.name].height


def stage_components(
    staging: Staging, part: str, by_stage: Mapping[str, str], nlp_by_language: Mapping[str, str]
) -> int:
    """Which component made each article's rows: one row a stage."""
    article = pl.read_parquet(staging.part("_article", part), columns=["article_id", "language"])
    frames = [
        article.select(
            "article_id", pl.lit(stage).alias("stage"), pl.lit(component).alias("component_id")
        )
        for stage, component in by_stage.items()
    ]
    frames.append(
        article.select(
            "article_id",
            pl.lit("nlp").alias("stage"),
            pl.col("language").replace_strict(dict(nlp_by_language), return_dtype=pl.String())
            .alias("component_id"),
        )
    )  # fmt: skip
    return staging.stage(ARTICLE_COMPONENT, part, pl.concat(frames))
