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

ARTICLE_COMPONENT_VERSION = "1"
"""Raised when the code of this package changes what it makes of the same record and blocks."""

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
        "body_hash": pl.String(),
    }
)
_WHITE = r"\s\x1c-\x1f"
"""What Python's str.split parts words at: white space and the four information separators."""

_KEPT = ("article_id", "source_id", "url", "text", "content_hash", "version_no")
_HEADLINE_KINDS = ("title", "standfirst", "byline", "dateline")


def build_article(
    staged_record: pl.DataFrame, block: pl.DataFrame, *, run_id: str, collected_at: datetime
) -> pl.DataFrame:
    """Rows of ARTICLE, with no sentences counted yet.

    ``collected_at`` only bounds dates from above; it never becomes one.
    """
    block = block.sort("article_id", "block_no")
    record = (
        staged_record.join(_body_text(block), on="article_id", how="left", validate="m:1")
        .join(_metadata_block(block), on="article_id", how="left", validate="m:1")
        .with_columns(pl.col("body_text").fill_null(""))
    )
    body_text, locator = pl.col("body_text"), pl.col("locator")
    source_uri = pl.col("file_uri") + pl.when(locator == "").then(pl.lit("")).otherwise(
        pl.lit("#") + locator
    )
    read = pl.DataFrame(_rows(record, collected_at), schema=_READ, orient="row")
    return ARTICLE.conform(
        record.select(*_KEPT, "body_text", source_uri.alias("source_uri"))
        .join(read, on="article_id", how="left", validate="1:1")
        .with_columns(
            pl.lit(0).alias("sentence_count"),
            body_text.str.count_matches(f"[^{_WHITE}]+").alias("word_count"),
            pl.lit(None, dtype=TIMESTAMP).alias("removed_at"),
            pl.lit(run_id).alias("run_id"),
        )
    )


def _body_text(block: pl.DataFrame) -> pl.DataFrame:
    """`article_id, body_text` of articles with a body, from their blocks in order."""
    body = block.filter("is_body").group_by("article_id")
    return body.agg(pl.col("text").str.join("\n\n").alias("body_text"))


def _metadata_block(block: pl.DataFrame) -> pl.DataFrame:
    """`article_id, metadata_block`: the blocks that metadata is read from, in order.

    These are headline matter, lines with a date and the first paragraph of the body.
    """
    kind = pl.col("kind")
    paragraph = pl.col("is_body") & (kind == "paragraph")
    opening = paragraph & (paragraph.cum_sum().over("article_id") == 1)
    chosen = block.filter(
        kind.is_in(_HEADLINE_KINDS) | (pl.col("rule") == "date_line") | opening
    ).group_by("article_id")
    return chosen.agg(pl.struct(Block._fields).alias("metadata_block"))


def _rows(record: pl.DataFrame, collected_at: datetime) -> Iterator[tuple[object, ...]]:
    words = pl.col("body_text").str.replace_all(f"[{_WHITE}]+", " ").str.strip_chars(" ")
    for article_id, language, text, body_text, body_words, pieces, *declared in record.select(
        "article_id", "language", "text", "body_text", words.alias("body_words"),
        "metadata_block", *Declared._fields,
    ).iter_rows():  # fmt: skip
        blocks = [Block(**piece) for piece in pieces or ()]
        yield (
            article_id,
            *_columns(read_metadata(Declared(*declared), blocks, collected_at)),
            detect_language(body_text or text, language),
            hashlib.sha256(body_words.encode()).hexdigest(),
        )


def _columns(metadata: Metadata) -> tuple[object, ...]:
    *stated, published = metadata
    return (*stated, *published)
