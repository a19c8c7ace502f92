"""Distinct paragraphs of story blocks, so that a text is read once however often it is printed."""

from __future__ import annotations

import hashlib

import polars as pl

from warehouse.tables.block import STORY_KINDS
from warehouse.tables.paragraph import PARAGRAPH


def paragraph_id(language: str, text: str) -> str:
    """SHA-256, in hex, of language, line feed and text."""
    return hashlib.sha256(f"{language}\n{text}".encode()).hexdigest()


def paragraph_block(block: pl.DataFrame, article_context: pl.DataFrame) -> pl.DataFrame:
    """Which paragraph every story block prints.

    Args:
        block: BLOCK rows.
        article_context: has `article_id` and `language`, one row an article of `block`.

    Returns:
        [article_id, block_no, start_char, paragraph_id, language, text], in the order of `block`.
    """
    story = block.filter(pl.col("kind").is_in(STORY_KINDS)).join(
        article_context.select("article_id", "language"),
        on="article_id",
        how="left",
        maintain_order="left",
        validate="m:1",
    )
    _refuse_unknown_language(story)
    distinct = story.select("language", "text").unique(maintain_order=True)
    keys = [paragraph_id(language, text) for language, text in distinct.iter_rows()]
    keyed = distinct.with_columns(pl.Series("paragraph_id", keys, pl.String()))
    return story.join(keyed, on=["language", "text"], how="left", maintain_order="left").select(
        "article_id", "block_no", "start_char", "paragraph_id", "language", "text"
    )


def paragraph_of(block: pl.DataFrame, article_context: pl.DataFrame) -> pl.DataFrame:
    """The distinct paragraphs (PARAGRAPH) that the story blocks print."""
    printed = paragraph_block(block, article_context)
    return PARAGRAPH.conform(printed.select(PARAGRAPH.column_names).unique("paragraph_id"))


def _refuse_unknown_language(story: pl.DataFrame) -> None:
    """Raise ValueError where an article of a story block has no language."""
    unknown = story.filter(pl.col("language").is_null())["article_id"].unique(maintain_order=True)
    if len(unknown):
        raise ValueError(
            f"paragraph: {len(unknown)} of {story['article_id'].n_unique()} articles have story "
            f"blocks and no language (first: {', '.join(unknown[:3])}). "
            "Give every article of `block` a row in `article_context`."
        )
