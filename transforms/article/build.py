"""Rows of `article`: one a record, out of its blocks and metadata. Types no block."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime

import polars as pl

from transforms.article.language import detect_language
from transforms.article.metadata import Block, Declared, Metadata, read_metadata
from warehouse.contract import TIMESTAMP
from warehouse.tables.article import ARTICLE

_READ = pl.Schema(
    {
        "article_id": pl.String(),
        "title": pl.String(),
        "title_source": pl.String(),
        "standfirst": pl.String(),
        "byline": pl.String(),
        "byline_source": pl.String(),
        "dateline": pl.String(),
        "section": pl.String(),
        "section_source": pl.String(),
        "published_at": TIMESTAMP,
        "published_precision": pl.String(),
        "published_source": pl.String(),
        "published_status": pl.String(),
        "published_raw": pl.String(),
        "language": pl.String(),
        "body_text": pl.String(),
        "body_hash": pl.String(),
    }
)
_WORD = r"[^\s\x1c-\x1f]+"
"""A run of what Python's str.split leaves; the four information separators part words too."""

_KEPT = ("article_id", "source_id", "url", "text", "content_hash", "version_no")


def build_article(
    staged_record: pl.DataFrame,
    block: pl.DataFrame,
    sentence: pl.DataFrame,
    *,
    run_id: str,
    collected_at: datetime,
) -> pl.DataFrame:
    """Rows of ARTICLE. ``collected_at`` only bounds dates from above; it never becomes one."""
    read = pl.DataFrame(_rows(staged_record, block, collected_at), schema=_READ, orient="row")
    counted = sentence.group_by("article_id").agg(pl.len().alias("sentence_count"))
    locator = pl.col("locator")
    source_uri = pl.col("file_uri") + pl.when(locator == "").then(pl.lit("")).otherwise(
        pl.lit("#") + locator
    )
    return ARTICLE.conform(
        staged_record.select(*_KEPT, source_uri.alias("source_uri"))
        .join(read, on="article_id", how="left", validate="1:1")
        .join(counted, on="article_id", how="left")
        .with_columns(
            pl.col("sentence_count").fill_null(0),
            pl.col("body_text").str.count_matches(_WORD).alias("word_count"),
            pl.lit(None, dtype=TIMESTAMP).alias("removed_at"),
            pl.lit(run_id).alias("run_id"),
        )
    )


def _rows(
    staged_record: pl.DataFrame, block: pl.DataFrame, collected_at: datetime
) -> Iterator[tuple[object, ...]]:
    pieces: dict[str, list[Block]] = {key: [] for key in staged_record["article_id"]}
    for article_id, kind, is_body, text, rule in (
        block.sort("article_id", "block_no")
        .select("article_id", "kind", "is_body", "text", "rule")
        .iter_rows()
    ):
        pieces[article_id].append(Block(kind, is_body, text, rule))
    for article_id, language, text, *declared in staged_record.select(
        "article_id", "language", "text", *Declared._fields
    ).iter_rows():
        blocks = pieces[article_id]
        body_text = "\n\n".join(piece.text for piece in blocks if piece.is_body)
        metadata = read_metadata(Declared(*declared), blocks, collected_at)
        yield (
            article_id,
            *_columns(metadata),
            detect_language(body_text or text, language),
            body_text,
            hashlib.sha256(" ".join(body_text.split()).encode()).hexdigest(),
        )


def _columns(metadata: Metadata) -> tuple[object, ...]:
    *said, published = metadata
    return (*said, *published)
