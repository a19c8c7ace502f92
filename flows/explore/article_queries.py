"""Queries on single articles: search by title, facts, blocks and mentions of one article."""

from __future__ import annotations

import duckdb
import polars as pl

MOST_CHARS = 60_000
"""Characters of one article that are shown: some ten thousand words."""
_MOST_PIECES = 3_000
"""Blocks and mentions of one article that are shown, of each."""

_FITTING = """
WITH wanted AS (
    SELECT list_filter(string_split_regex(lower(strip_accents($words)), '\\s+'),
                       lambda word: word <> '') AS words
)
SELECT article_id, title, source_id, published_at, published_precision, language, word_count,
    count(*) OVER () AS fitting_count
FROM mart.article_current, wanted
WHERE ($source_id IS NULL OR source_id = $source_id)
    AND len(list_filter(words, lambda word:
        NOT contains(lower(strip_accents(coalesce(title, ''))), word))) = 0
ORDER BY published_at DESC NULLS LAST, article_id
LIMIT $most
"""

_FACTS = """
SELECT article.* EXCLUDE (text, body_text), source.name AS source_name,
    length(article.text) AS text_length
FROM main.article AS article
JOIN main.source AS source USING (source_id)
WHERE article_id = $article_id
"""

_BLOCKS = """
SELECT block_no, kind, is_body, start_char, left(text, $chars - start_char) AS text, rule
FROM main.block
WHERE article_id = $article_id AND start_char < $chars
ORDER BY block_no
LIMIT $most
"""

_MENTIONS = """
SELECT mention.start_char, mention.end_char, mention.entity_type, mention.entity_id,
    entity.name, mention.method
FROM main.mention AS mention
LEFT JOIN main.entity AS entity USING (entity_id)
WHERE article_id = $article_id AND start_char < $chars
ORDER BY mention.start_char, mention.mention_no
LIMIT $most
"""


def fitting(
    con: duckdb.DuckDBPyConnection, words: str, source_id: str | None, *, most: int
) -> pl.DataFrame:
    """The newest articles of an outlet (of all: None) whose title contains every word.

    `fitting_count` says how many there are in all.
    """
    return con.execute(_FITTING, {"words": words, "source_id": source_id, "most": most}).pl()


def facts(con: duckdb.DuckDBPyConnection, article_id: str) -> pl.DataFrame:
    """What is known of an article but its text: one row, or none."""
    return con.execute(_FACTS, {"article_id": article_id}).pl()


def blocks(con: duckdb.DuckDBPyConnection, article_id: str) -> pl.DataFrame:
    """The blocks of the first `MOST_CHARS` characters of an article."""
    return con.execute(_BLOCKS, _of(article_id)).pl()


def mentions(con: duckdb.DuckDBPyConnection, article_id: str) -> pl.DataFrame:
    """The mentions in the first `MOST_CHARS` characters of an article."""
    return con.execute(_MENTIONS, _of(article_id)).pl()


def _of(article_id: str) -> dict[str, object]:
    return {"article_id": article_id, "chars": MOST_CHARS, "most": _MOST_PIECES}
