"""Finds lines that an outlet repeats from article to article, by counting the articles that print
them."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from transforms.block.piece import build_piece

BOILERPLATE_MIN_ARTICLES = 3
"""Two articles with the same line may be a copy or an edited re-issue; a third shows a habit."""

LINE_COUNT_SCHEMA = pl.Schema(
    {"source_id": pl.String(), "line": pl.String(), "article_count": pl.Int64()}
)


def count_line(staged_record: pl.DataFrame) -> pl.DataFrame:
    """How many articles of an outlet have a line (white space collapsed)."""
    return _counted(build_piece(staged_record))


def _counted(line: pl.DataFrame) -> pl.DataFrame:
    return (
        line.group_by("source_id", "line")
        .agg(pl.col("article_id").n_unique().cast(pl.Int64).alias("article_count"))
        .sort("source_id", "line")
        .select(LINE_COUNT_SCHEMA.names())
    )


def sum_line_counts(counts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The counts of several frames of LINE_COUNT_SCHEMA added up."""
    return (
        pl.concat([pl.DataFrame(schema=LINE_COUNT_SCHEMA), *counts])
        .group_by("source_id", "line")
        .agg(pl.col("article_count").sum())
        .sort("source_id", "line")
    )


def build_boilerplate_line(
    line_count: pl.DataFrame, published_line_count: pl.DataFrame
) -> pl.DataFrame:
    """Lines that at least BOILERPLATE_MIN_ARTICLES articles of one outlet have.

    Both frames hold ``source_id, line, article_count``: of the staged articles, and of the
    published ones that are not staged again. Their counts add up.
    """
    published = published_line_count.select(LINE_COUNT_SCHEMA.names())
    return (
        sum_line_counts([line_count.select(LINE_COUNT_SCHEMA.names()), published])
        .filter(pl.col("article_count") >= BOILERPLATE_MIN_ARTICLES)
        .select("source_id", "line")
    )
