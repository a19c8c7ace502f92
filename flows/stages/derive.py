"""A batch of records becomes staged tables: what one batch needs and no other.

Each function reads and writes Parquet of one part, so that memory is bounded by the batch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import polars as pl

from flows.session.nlp_store import NlpStore
from flows.session.reference import Reference
from flows.session.staging import Work
from flows.stages.table_builders import BUILDERS, ArticleRows
from flows.withholding.failed_articles import list_failed, make_what_can_be
from flows.workers.batch import Outfit
from transforms.article.build import build_article
from transforms.article.version import build_article_version
from transforms.block.build import build_block
from transforms.block.paragraph import paragraph_block, paragraph_of
from transforms.nlp.annotation import Annotations
from warehouse.tables import (
    ARTICLE,
    ARTICLE_COMPONENT,
    ARTICLE_VERSION,
    BLOCK,
    RECORD,
    SENTENCE,
    STAGED_RECORD,
)
from warehouse.tables.mention import STAGED_MENTION
from warehouse.tables.paragraph import PARAGRAPH_SENTENCE, PARAGRAPH_SPAN, UNREAD


class RunClock(NamedTuple):
    """The run's id and start: the only moment a run knows."""

    run_id: str
    started_at: datetime


NEW = ("loaded", "revised")
"""Outcomes of records that make a new version."""


def staged_part(extracted: Path, version: pl.DataFrame, *, is_current: bool) -> pl.DataFrame:
    """STAGED_RECORD rows of one extracted part: its new versions, current or already replaced."""
    wanted = version.filter(
        pl.col("outcome").is_in(NEW) & (pl.col("is_current") == is_current)
    ).select("article_id", "file_uri", "locator", "version_no")
    return STAGED_RECORD.conform(
        pl.read_parquet(extracted)
        .drop("issued_raw")
        .join(wanted, on=["article_id", "file_uri", "locator"])
    )


def type_blocks(
    work: Work,
    part: str,
    staged_record: pl.DataFrame,
    boilerplate_line: pl.DataFrame,
    reference: Reference,
    clock: RunClock,
) -> int:
    """Blocks and articles of a part; its sentence counts follow once sentences are known."""
    block = build_block(staged_record, boilerplate_line, reference.block_model)
    article = build_article(
        staged_record, block, SENTENCE.empty(), run_id=clock.run_id, collected_at=clock.started_at
    )
    staged_record.write_parquet(work.part("_staged_record", part))
    article.write_parquet(work.part("_article", part))
    context = article_context(work, part, reference)
    printed = (
        paragraph_block(block, context).group_by("paragraph_id").agg(pl.len().alias("printed"))
    )
    paragraph = paragraph_of(block, context).join(printed, on="paragraph_id")
    paragraph.write_parquet(work.part("_paragraph", part))
    return work.stage(BLOCK, part, block)


def type_part(outfit: Outfit, work: Work, part: str, clock: RunClock) -> int:
    """Blocks, articles and versions of one extracted part; the number of its blocks.

    Reads which versions are new, and which lines are boilerplate, from the run's scratch.
    """
    path = work.extracted / f"{part}.parquet"
    version = pl.read_parquet(work.part("_version", "all"))
    current, past = (staged_part(path, version, is_current=now) for now in (True, False))
    article_id = pl.concat([current["article_id"], past["article_id"]])

    def make(some: pl.Series) -> int:
        wanted = pl.col("article_id").is_in(some.implode())
        rows = (current.filter(wanted), past.filter(wanted), version.filter(wanted))
        return _type_records(outfit.reference(), work, part, clock, *rows)

    return make_what_can_be(work, part, "blocks", article_id, make)


def _type_records(
    reference: Reference, work: Work, part: str, clock: RunClock,
    staged: pl.DataFrame, past: pl.DataFrame, version: pl.DataFrame,
) -> int:  # fmt: skip
    boilerplate_line = pl.read_parquet(work.part("_boilerplate_line", "all"))
    blocks = type_blocks(work, part, staged, boilerplate_line, reference, clock)
    newest = (
        version.filter(pl.col("outcome").is_in(NEW))
        .group_by("article_id")
        .agg(pl.col("version_no").max().alias("newest_no"))
    )
    article = pl.read_parquet(work.part("_article", part))
    titles = [article.select("article_id", "version_no", "title")]
    if past.height:
        titles.append(past_titles(past, boilerplate_line, reference, clock))
    stage_versions(work, part, pl.concat([staged, past]), pl.concat(titles), newest, clock)
    return blocks


def made_records(staged_record: pl.DataFrame) -> pl.DataFrame:
    """RECORD rows of records that made a version."""
    return RECORD.conform(
        staged_record.drop("content_hash", "text").with_columns(
            pl.lit(True).alias("made_version"), pl.col("file_uri").alias("first_file_uri")
        )
    )


def stage_versions(
    work: Work,
    part: str,
    staged_record: pl.DataFrame,
    title: pl.DataFrame,
    newest: pl.DataFrame,
    clock: RunClock,
) -> int:
    """Versions and declarations of the new versions in a part."""
    version = build_article_version(
        staged_record, title, newest=newest, run_id=clock.run_id, collected_at=clock.started_at
    )
    work.stage(RECORD, part, made_records(staged_record))
    return work.stage(ARTICLE_VERSION, part, version)


def past_titles(
    staged_record: pl.DataFrame,
    boilerplate_line: pl.DataFrame,
    reference: Reference,
    clock: RunClock,
) -> pl.DataFrame:
    """`article_id, version_no, title` of versions that the same run has replaced already."""
    titles = [ARTICLE.empty().select("article_id", "version_no", "title")]
    for _, one_version in staged_record.group_by("version_no", maintain_order=True):
        block = build_block(one_version, boilerplate_line, reference.block_model)
        article = build_article(
            one_version, block, SENTENCE.empty(), run_id=clock.run_id,
            collected_at=clock.started_at,
        )  # fmt: skip
        titles.append(article.select("article_id", "version_no", "title"))
    return pl.concat(titles)


CONTEXT_COLUMNS = ("article_id", "language", "country_iso2")


def article_context(work: Work, part: str, reference: Reference) -> pl.DataFrame:
    """`article_id, language, country_iso2` of a part: the country is the outlet's."""
    article = pl.read_parquet(
        work.part("_article", part), columns=["article_id", "language", "source_id"]
    )
    countries = reference.sources.source.select("source_id", "country_iso2")
    return article.join(countries, on="source_id", how="left").select(CONTEXT_COLUMNS)


def name_part(
    outfit: Outfit, work: Work, part: str, store: Path, homes: Sequence[str],
    by_stage: Mapping[str, str], nlp_by_language: Mapping[str, str],
) -> int:  # fmt: skip
    """Sentences, names and components of one part whose paragraphs were read; how many names.

    ``homes`` are the parts of the store that hold them.
    """
    paragraph_id = pl.read_parquet(work.part("_paragraph", part), columns=["paragraph_id"])
    annotations = NlpStore(store).fetch(paragraph_id["paragraph_id"], homes)
    stage_components(work, part, by_stage, nlp_by_language)
    reference = outfit.reference()
    context = article_context(work, part, reference)
    unread = _unread_articles(work, part, context, annotations)

    def make(some: pl.Series) -> int:
        return find_mentions(work, part, reference, annotations, some)

    article_id = context["article_id"]
    read = article_id.filter(~article_id.is_in(unread.implode()))
    return make_what_can_be(work, part, "mentions", read, make)


def _unread_articles(
    work: Work, part: str, context: pl.DataFrame, annotations: Annotations
) -> pl.Series:
    """Articles with a paragraph that the language pass could not read, listed as failed."""
    sentence, span = (annotations[c.name] for c in (PARAGRAPH_SENTENCE, PARAGRAPH_SPAN))
    unread = sentence.filter(pl.col("token_count") == UNREAD).select("paragraph_id")
    if unread.is_empty():
        return pl.Series("article_id", [], pl.String())
    printed = paragraph_block(blocks(work, part), context).join(unread, on="paragraph_id")
    failed = printed.join(span, on="paragraph_id").unique("article_id", maintain_order=True)
    list_failed(work, part, "language", dict(failed.select("article_id", "label").iter_rows()))
    return failed["article_id"]


def find_mentions(
    work: Work,
    part: str,
    reference: Reference,
    annotations: Annotations,
    article_id: pl.Series,
) -> int:
    """Rows of every table in BUILDERS for articles of a part; the number of mentions.

    ``article_id`` holds those of the part's articles that are wanted.
    """
    wanted = pl.col("article_id").is_in(article_id.implode())
    block = blocks(work, part).filter(wanted)
    context = article_context(work, part, reference).filter(wanted)
    article = pl.read_parquet(work.part("_article", part)).filter(wanted)
    frames = {**annotations, BLOCK.name: block, ARTICLE.name: article}
    for builder in BUILDERS:
        contract, made = builder.contract, builder.build(ArticleRows(frames, context, reference))
        frames[contract.name] = made
        if contract.lifecycle.is_published:
            work.stage(contract, part, made)
        else:
            contract.conform(made).write_parquet(work.part(f"_{contract.name}", part))
    return frames[STAGED_MENTION.name].height


def stage_components(
    work: Work, part: str, by_stage: Mapping[str, str], nlp_by_language: Mapping[str, str]
) -> int:
    """Which component made each article's rows: one row a stage."""
    article = pl.read_parquet(work.part("_article", part), columns=["article_id", "language"])
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
    return work.stage(ARTICLE_COMPONENT, part, pl.concat(frames))


def blocks(work: Work, part: str) -> pl.DataFrame:
    """The blocks of a part."""
    path = work.part(BLOCK.name, part)
    return pl.read_parquet(path) if path.exists() else BLOCK.empty()
