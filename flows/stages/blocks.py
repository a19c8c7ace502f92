"""Splits every new text into typed blocks and stages blocks, articles and versions, part by part.

Published articles with a line that is now known as boilerplate are typed again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from flows.session.clock import RunClock
from flows.session.delivery import Delivery
from flows.session.progress import progress
from flows.session.reference import Reference
from flows.session.session import Session
from flows.session.staging import Staging
from flows.stages.compare import Compared
from flows.stages.part import article_context, staged_part
from flows.stages.removed import removed_now
from flows.withholding.failed_articles import run_skipping_failures
from flows.workers.batch import Batch, Resources
from flows.workers.pool import Workers
from transforms.article.build import build_article
from transforms.article.version import NEW, build_article_version, new_articles, retitled
from transforms.block.build import build_block
from transforms.block.paragraph import paragraph_block, paragraph_of
from warehouse.tables import ARTICLE, ARTICLE_VERSION, BLOCK, RECORD

REDERIVED = "rederived"
"""Name of the part with published articles that new boilerplate makes again."""


@dataclass(frozen=True)
class Typed:
    """Names of the parts whose blocks are typed, published articles' among them; the records of
    each part that the run read; how many blocks are new and how many articles were typed again."""

    parts: tuple[str, ...] = ()
    articles: Mapping[str, int] = field(default_factory=dict)
    block_count: int = 0
    retyped_count: int = 0

    @property
    def article_count(self) -> int:
        """Records in all parts that the run read."""
        return sum(self.articles.values())

    def describe(self) -> str:
        """What was typed, in one line with counts."""
        line = f"{self.block_count:,} blocks typed"
        if self.retyped_count:
            line += f"; {self.retyped_count:,} published articles typed again"
        return line


def type_blocks(
    session: Session, delivery: Delivery, compared: Compared, workers: Workers
) -> Typed:
    """Blocks, articles and versions of every part with new versions."""
    staging, articles, parts = session.staging, delivery.extracted.articles, compared.parts
    compared.version.write_parquet(staging.part("_version", "all"))
    compared.boilerplate_line.write_parquet(staging.part("_boilerplate_line", "all"))
    batches = (
        Batch(f"type blocks, batch {number} of {len(parts)}", articles[part], type_part,
              (staging, part, session.clock))
        for number, part in enumerate(parts, 1)
    )  # fmt: skip
    block_count = workers.carry_out(batches, progress.get().advance)
    printing = session.known.articles_with_lines(compared.boilerplate_line)
    wanted = printing.filter(~printing.is_in(new_articles(compared.version).implode()))
    retyped = retype(session, delivery, REDERIVED, wanted, compared.boilerplate_line)
    return Typed((*parts, *([REDERIVED] if retyped else [])), articles, block_count, retyped)


def retype(
    session: Session,
    delivery: Delivery,
    part: str,
    article_id: pl.Series,
    boilerplate_line: pl.DataFrame,
) -> int:
    """Blocks and article rows of published articles, made again out of their kept texts.

    What the run did not deliver keeps the run that delivered it. Returns the number of articles.
    """
    staged = session.known.staged_records(article_id)
    if staged.is_empty():
        return 0

    def make(some: pl.Series) -> int:
        wanted = staged.filter(pl.col("article_id").is_in(some.implode()))
        return _retype_records(session, delivery, part, wanted, boilerplate_line)

    return run_skipping_failures(session.staging, part, "blocks", staged["article_id"], make)


def _retype_records(
    session: Session,
    delivery: Delivery,
    part: str,
    staged: pl.DataFrame,
    boilerplate_line: pl.DataFrame,
) -> int:
    staging, article_id = session.staging, staged["article_id"]
    stage_blocks(staging, part, staged, boilerplate_line, session.reference, session.clock)
    removed_at = removed_now(session, delivery)
    kept = session.known.rows(ARTICLE, article_id).select("article_id", "run_id", removed_at)
    path = staging.part("_article", part)
    article = pl.read_parquet(path).drop("run_id", "removed_at").join(kept, on="article_id")
    ARTICLE.conform(article).write_parquet(path)
    current = session.known.current_versions(article_id)
    staging.stage(ARTICLE_VERSION, part, retitled(current, article))
    return staged.height


def type_part(resources: Resources, staging: Staging, part: str, clock: RunClock) -> int:
    """Blocks, articles and versions of one extracted part; the number of its blocks.

    Reads which versions are new, and which lines are boilerplate, from the run's scratch.
    """
    path = staging.extracted / f"{part}.parquet"
    version = pl.read_parquet(staging.part("_version", "all"))
    current, past = (staged_part(path, version, is_current=now) for now in (True, False))
    article_id = pl.concat([current["article_id"], past["article_id"]])

    def make(some: pl.Series) -> int:
        wanted = pl.col("article_id").is_in(some.implode())
        rows = (current.filter(wanted), past.filter(wanted), version.filter(wanted))
        return _type_records(resources.reference(), staging, part, clock, *rows)

    return run_skipping_failures(staging, part, "blocks", article_id, make)


def _type_records(
    reference: Reference, staging: Staging, part: str, clock: RunClock,
    staged: pl.DataFrame, past: pl.DataFrame, version: pl.DataFrame,
) -> int:  # fmt: skip
    boilerplate_line = pl.read_parquet(staging.part("_boilerplate_line", "all"))
    blocks = stage_blocks(staging, part, staged, boilerplate_line, reference, clock)
    newest = (
        version.filter(pl.col("outcome").is_in(NEW))
        .group_by("article_id")
        .agg(pl.col("version_no").max().alias("newest_no"))
    )
    article = pl.read_parquet(staging.part("_article", part))
    titles = [article.select("article_id", "version_no", "title")]
    if past.height:
        titles.append(past_titles(past, boilerplate_line, reference, clock))
    stage_versions(staging, part, pl.concat([staged, past]), pl.concat(titles), newest, clock)
    return blocks


def stage_blocks(
    staging: Staging,
    part: str,
    staged_record: pl.DataFrame,
    boilerplate_line: pl.DataFrame,
    reference: Reference,
    clock: RunClock,
) -> int:
    """Blocks and articles of a part; its sentence counts follow once sentences are known."""
    block = build_block(staged_record, boilerplate_line, reference.block_model)
    article = build_article(
        staged_record, block, run_id=clock.run_id, collected_at=clock.started_at
    )
    staged_record.write_parquet(staging.part("_staged_record", part))
    article.write_parquet(staging.part("_article", part))
    context = article_context(staging, part, reference)
    printed = (
        paragraph_block(block, context).group_by("paragraph_id").agg(pl.len().alias("printed"))
    )
    paragraph = paragraph_of(block, context).join(printed, on="paragraph_id")
    paragraph.write_parquet(staging.part("_paragraph", part))
    return staging.stage(BLOCK, part, block)


def stage_versions(
    staging: Staging,
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
    staging.stage(RECORD, part, made_records(staged_record))
    return staging.stage(ARTICLE_VERSION, part, version)


def made_records(staged_record: pl.DataFrame) -> pl.DataFrame:
    """RECORD rows of records that made a version."""
    return RECORD.conform(
        staged_record.drop("content_hash", "text").with_columns(
            pl.lit(True).alias("made_version"), pl.col("file_uri").alias("first_file_uri")
        )
    )


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
            one_version, block, run_id=clock.run_id, collected_at=clock.started_at
        )
        titles.append(article.select("article_id", "version_no", "title"))
    return pl.concat(titles)
