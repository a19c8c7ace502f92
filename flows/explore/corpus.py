"""Queries that count articles, outlets and languages of the corpus, one SELECT per function."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

import duckdb
import polars as pl

_TOTALS = """
WITH removed AS (
    SELECT article_id FROM main.article WHERE removed_at IS NOT NULL
),
-- Few articles are removed: excluding those is less work than joining all the others.
named AS (
    SELECT entity_id, count(*) AS mention_count
    FROM main.mention
    ANTI JOIN removed USING (article_id)
    GROUP BY entity_id
),
counted AS (
    SELECT coalesce(sum(mention_count), 0)::BIGINT AS mention_count,
        count(entity_id) AS entity_count
    FROM named
)
SELECT
    count(*) AS article_count,
    count(DISTINCT hash(body_hash)) AS story_count,
    count(DISTINCT source_id) AS outlet_count,
    count(DISTINCT language) AS language_count,
    coalesce(sum(word_count), 0)::BIGINT AS word_count,
    coalesce(sum(sentence_count), 0)::BIGINT AS sentence_count,
    any_value(counted.mention_count) AS mention_count,
    any_value(counted.entity_count) AS entity_count,
    count(*) FILTER (published_precision NOT IN ('instant', 'day')
                     OR published_precision IS NULL) AS undated_count,
    (SELECT count(*) FROM ops.quarantine WHERE status = 'open') AS quarantine_count
FROM mart.article_current
CROSS JOIN counted
"""

_PUBLICATION = """
SELECT run_id, coalesce(run.started_at, strptime(left(run_id, 16), '%Y%m%dT%H%M%SZ'))
FROM ops.publication
LEFT JOIN ops.run AS run USING (run_id)
"""

_DAYS = """
SELECT quantile_disc(day, 0.01) AS first_day, quantile_disc(day, 0.99) AS last_day
FROM (
    SELECT (published_at AT TIME ZONE 'UTC')::DATE AS day
    FROM mart.article_current
    WHERE published_precision IN ('instant', 'day')
)
"""

_OVER_TIME = """
SELECT date_trunc($grain, published_at AT TIME ZONE 'UTC')::DATE AS start_day,
    count(*) AS article_count
FROM mart.article_current
WHERE published_precision IN ('instant', 'day')
    AND (published_at AT TIME ZONE 'UTC')::DATE BETWEEN $first_day AND $last_day
GROUP BY ALL
ORDER BY start_day
"""

_BY_OUTLET = """
SELECT
    source_id,
    source.name,
    count(DISTINCT hash(article.body_hash)) AS story_count,
    count(*) AS article_count,
    sum(article.word_count)::BIGINT AS word_count,
    min(article.published_at) AS first_published_at,
    max(article.published_at) AS last_published_at
FROM mart.article_current AS article
JOIN main.source AS source USING (source_id)
GROUP BY ALL
ORDER BY article_count DESC, source_id
LIMIT $most
"""

_OUTLETS_OVER_TIME = """
WITH chosen AS (SELECT unnest($outlets::VARCHAR[]) AS source_id)
SELECT
    date_trunc($grain, published_at AT TIME ZONE 'UTC')::DATE AS start_day,
    coalesce(chosen.source_id, 'all others') AS source_id,
    count(*) AS article_count
FROM mart.article_current AS article
LEFT JOIN chosen ON chosen.source_id = article.source_id
WHERE published_precision IN ('instant', 'day')
    AND (published_at AT TIME ZONE 'UTC')::DATE BETWEEN $first_day AND $last_day
GROUP BY ALL
ORDER BY start_day, source_id
"""

_BY_LANGUAGE = """
SELECT language, count(*) AS article_count
FROM mart.article_current
GROUP BY ALL
ORDER BY article_count DESC, language
LIMIT $most
"""

_BY_ENTITY_TYPE = """
SELECT entity_type, count(*) AS mention_count
FROM main.mention
ANTI JOIN (SELECT article_id FROM main.article WHERE removed_at IS NOT NULL) USING (article_id)
GROUP BY ALL
ORDER BY mention_count DESC, entity_type
"""

_GRAINS = ((100, "day"), (750, "week"), (6_000, "month"))
STEP = {"day": "1d", "week": "1w", "month": "1mo", "year": "1y"}


class Span(NamedTuple):
    """The days a chart over time shows, and the unit of time of one column in it."""

    first_day: date
    last_day: date
    grain: str


def publication(con: duckdb.DuckDBPyConnection) -> tuple[str, datetime]:
    """The run that published this file, and its start."""
    run_id, started_at = con.execute(_PUBLICATION).fetchall()[0]
    return run_id, started_at


def has_articles(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether there is any current article."""
    return con.execute("SELECT 1 FROM mart.article_current LIMIT 1").fetchone() is not None


def totals(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """One row: counts of current articles, and which run published them."""
    return con.execute(_TOTALS).pl()


def span_of_days(con: duckdb.DuckDBPyConnection) -> Span | None:
    """The days between which 98 of 100 dated articles lie; None where none is dated.

    One article of 1970 would otherwise squeeze all others into the last column.
    """
    first, last = con.execute(_DAYS).fetchall()[0]
    return None if first is None else span_between(first, last)


def span_between(first: date, last: date) -> Span:
    """A span with the smallest unit of time that gives a chart of about a hundred columns."""
    days = (last - first).days
    grain = next((name for most, name in _GRAINS if days <= most), "year")
    return Span(first, last, grain)


def with_end(frame: pl.DataFrame, span: Span) -> pl.DataFrame:
    """The frame with `end_day`, the day on which the unit of time of `start_day` is over."""
    return frame.with_columns(end_day=pl.col("start_day").dt.offset_by(STEP[span.grain]))


def over_time(con: duckdb.DuckDBPyConnection, span: Span) -> pl.DataFrame:
    """Articles by unit of time."""
    return with_end(con.execute(_OVER_TIME, span._asdict()).pl(), span)


def by_outlet(con: duckdb.DuckDBPyConnection, *, most: int) -> pl.DataFrame:
    """The outlets with most articles."""
    return con.execute(_BY_OUTLET, {"most": most}).pl()


def outlets_over_time(
    con: duckdb.DuckDBPyConnection, span: Span, outlets: list[str]
) -> pl.DataFrame:
    """Articles by unit of time and outlet; outlets not named are one, `all others`."""
    values = {**span._asdict(), "outlets": outlets}
    return with_end(con.execute(_OUTLETS_OVER_TIME, values).pl(), span)


def by_language(con: duckdb.DuckDBPyConnection, *, most: int) -> pl.DataFrame:
    """Articles by language."""
    return con.execute(_BY_LANGUAGE, {"most": most}).pl()


def by_entity_type(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Mentions by type of what they name."""
    return con.execute(_BY_ENTITY_TYPE).pl()
