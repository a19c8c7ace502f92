"""Queries on entities: search, facts, timeline, and entities named in the same stories."""

from __future__ import annotations

from typing import NamedTuple

import duckdb
import polars as pl

from flows.explore.corpus import STEP, Span, span_between, with_end

_FOUND = """
WITH wanted AS (SELECT lower(strip_accents(trim($words))) AS words),
fitting AS (
    SELECT entity_id
    FROM main.entity, wanted
    WHERE contains(lower(strip_accents(name)), words)
    UNION
    SELECT entity_id
    FROM main.entity_alias, wanted
    WHERE contains(lower(strip_accents(alias)), words)
),
-- Counting distinct stories is slow: it is done only for the entities that are shown.
most_named AS (
    SELECT entity_id, count(*) AS mention_count, count(*) OVER () AS fitting_count
    FROM main.mention
    SEMI JOIN fitting USING (entity_id)
    GROUP BY entity_id
    ORDER BY mention_count DESC, entity_id
    LIMIT $most
),
named AS (
    SELECT DISTINCT entity_id, article_id
    FROM main.mention
    SEMI JOIN most_named USING (entity_id)
),
counted AS (
    SELECT entity_id, count(DISTINCT hash(body_hash)) AS story_count
    FROM named
    JOIN mart.article_current AS article USING (article_id)
    GROUP BY entity_id
)
SELECT entity_id, entity.name, entity.entity_type, counted.story_count, fitting_count
FROM most_named
JOIN counted USING (entity_id)
JOIN main.entity AS entity USING (entity_id)
ORDER BY counted.story_count DESC, entity.name, entity_id
"""
# hash() gives 64-bit numbers, which are counted faster than text. That any two of 100,000 stories
# have the same hash has a probability of 3 in 10 billion.

_FACTS = """
WITH named AS (
    SELECT article_id, count(*) AS mention_count
    FROM main.mention
    WHERE entity_id = $entity_id
    GROUP BY article_id
),
counted AS (
    SELECT count(DISTINCT hash(body_hash)) AS story_count, count(*) AS article_count,
        coalesce(sum(mention_count), 0)::BIGINT AS mention_count
    FROM named
    JOIN mart.article_current AS article USING (article_id)
),
aliased AS (
    SELECT string_agg(alias, ' · ' ORDER BY length(alias) DESC, alias) AS aliases
    FROM (
        SELECT DISTINCT alias FROM main.entity_alias JOIN main.entity USING (entity_id)
        WHERE entity_id = $entity_id AND alias <> entity.name ORDER BY alias LIMIT 20
    )
)
SELECT entity.*, aliases, story_count, article_count, mention_count
FROM main.entity AS entity, counted, aliased
WHERE entity.entity_id = $entity_id
"""

_DAILY = """
SELECT day, story_count FROM mart.entity_daily WHERE entity_id = $entity_id
"""

_TOGETHER = """
WITH story AS (
    SELECT article_id, hash(body_hash) AS story
    FROM mart.article_current
    SEMI JOIN (SELECT article_id FROM main.mention WHERE entity_id = $entity_id) USING (article_id)
),
named AS (
    SELECT DISTINCT mention.entity_id, story.story
    FROM main.mention AS mention
    JOIN story USING (article_id)
    WHERE mention.entity_id <> $entity_id
),
closest AS (
    SELECT entity_id, count(*) AS story_count
    FROM named
    GROUP BY entity_id
    ORDER BY story_count DESC, entity_id
    LIMIT $most
),
-- Sentences are counted as in mart.entity_cooccurrence, but only for the entities that are shown.
beside AS (
    SELECT other.entity_id, count(DISTINCT (other.article_id, other.sentence_no)) AS sentence_count
    FROM main.mention AS other
    SEMI JOIN closest USING (entity_id)
    SEMI JOIN story USING (article_id)
    SEMI JOIN (SELECT article_id, sentence_no FROM main.mention WHERE entity_id = $entity_id)
        USING (article_id, sentence_no)
    GROUP BY other.entity_id
)
SELECT entity_id AS other_entity_id, entity.name AS other_name,
    entity.entity_type AS other_entity_type, story_count,
    coalesce(sentence_count, 0) AS sentence_count
FROM closest
JOIN main.entity AS entity USING (entity_id)
LEFT JOIN beside USING (entity_id)
ORDER BY story_count DESC, sentence_count DESC, other_name, other_entity_id
"""

_BY_OUTLET = """
SELECT source_id, story_count
FROM mart.entity_by_outlet
WHERE entity_id = $entity_id
ORDER BY story_count DESC, source_id
LIMIT $most
"""

_APPEARANCES = """
SELECT published_at, published_precision, source_id, article_id, title, left(first_sentence, 400)
    AS first_sentence
FROM mart.entity_timeline
WHERE entity_id = $entity_id
ORDER BY published_at DESC NULLS LAST, article_id
LIMIT $most
"""


def found(con: duckdb.DuckDBPyConnection, words: str, *, most: int) -> pl.DataFrame:
    """Entities whose name or alias contains the words, those in most stories first.

    Case and accents do not matter; an empty text finds all.
    """
    return con.execute(_FOUND, {"words": words, "most": most}).pl()


def facts(con: duckdb.DuckDBPyConnection, entity_id: str) -> pl.DataFrame:
    """What is known of an entity: one row, or none where there is no such entity."""
    return con.execute(_FACTS, {"entity_id": entity_id}).pl()


class Timeline(NamedTuple):
    """Distinct stories that name an entity, by unit of time, and which days they span."""

    span: Span
    frame: pl.DataFrame


def timeline(con: duckdb.DuckDBPyConnection, entity_id: str) -> Timeline | None:
    """When an entity is in the news; None if no article with it has an exact date."""
    daily = con.execute(_DAILY, {"entity_id": entity_id}).pl()
    if daily.is_empty():
        return None
    ordered = daily["day"].sort()
    span = span_between(ordered[0], ordered[-1])
    start_day = pl.col("day").dt.truncate(STEP[span.grain])
    frame = daily.group_by(start_day=start_day).agg(pl.col("story_count").sum()).sort("start_day")
    return Timeline(span, with_end(frame, span))


def named_together(con: duckdb.DuckDBPyConnection, entity_id: str, *, most: int) -> pl.DataFrame:
    """The entities named in most of the stories that name this one."""
    return con.execute(_TOGETHER, {"entity_id": entity_id, "most": most}).pl()


def by_outlet(con: duckdb.DuckDBPyConnection, entity_id: str, *, most: int) -> pl.DataFrame:
    """The outlets that name an entity in most stories."""
    return con.execute(_BY_OUTLET, {"entity_id": entity_id, "most": most}).pl()


def appearances(con: duckdb.DuckDBPyConnection, entity_id: str, *, most: int) -> pl.DataFrame:
    """The newest articles that name an entity, each with the sentence that does so first."""
    return con.execute(_APPEARANCES, {"entity_id": entity_id, "most": most}).pl()
