"""The sections on one entity and one article, and the lists to choose them from."""

from __future__ import annotations

from typing import NamedTuple

import duckdb
import polars as pl

from flows.explore import article_queries, entity_queries
from flows.explore.article_queries import MOST_CHARS
from flows.explore.article_text import article_text, legend
from flows.explore.figure import ENTITY_COLOURS, Bars, Columns, distinct_labels
from flows.explore.markup import Cell, cards, heading, line, note, place, table
from flows.explore.section import Part, bars_of, day_of

MOST_CHOICES = 50
_TOGETHER_SHOWN = 20
_OUTLETS_SHOWN = 10
_ARTICLES_SHOWN = 30
_LONGEST_CHOICE = 110


class Choices(NamedTuple):
    """Ids by displayed label, and how many match in all."""

    ids: dict[str, str]
    fitting_count: int


def entity_choices(con: duckdb.DuckDBPyConnection, words: str, known: str | None) -> Choices:
    """Entities whose name contains the words, most named first; the one already chosen on top."""
    rows = entity_queries.found(con, words, most=MOST_CHOICES)
    fitting_count = rows["fitting_count"][0] if rows.height else 0
    if known is not None:
        rows = _known_first(rows, entity_queries.facts(con, known), "entity_id", known)
    labels = [
        f"{name} · {kind} · {_counted(stories, 'story', 'stories')}"
        for name, kind, stories in rows.select("name", "entity_type", "story_count").iter_rows()
    ]
    return _choices(labels, rows["entity_id"], fitting_count)


def article_choices(
    con: duckdb.DuckDBPyConnection, words: str, source_id: str | None, known: str | None
) -> Choices:
    """Articles whose title contains the words, newest first; the one already chosen on top."""
    rows = article_queries.fitting(con, words, source_id, most=MOST_CHOICES)
    fitting_count = rows["fitting_count"][0] if rows.height else 0
    if known is not None:
        rows = _known_first(rows, article_queries.facts(con, known), "article_id", known)
    labels = [
        f"{day_of(at) or 'undated'} · {source} · {title or 'untitled'}"
        for at, source, title in rows.select("published_at", "source_id", "title").iter_rows()
    ]
    return _choices(labels, rows["article_id"], fitting_count)


def entity(con: duckdb.DuckDBPyConnection, entity_id: str, *, linked: bool) -> list[Part]:
    """An entity: its facts, timeline, entities named with it, and articles that name it."""
    facts = entity_queries.facts(con, entity_id)
    if facts.is_empty():
        return [note("There is no such entity in this warehouse (any more).")]
    return [
        *_entity_facts(facts.row(0, named=True)),
        *_timeline(con, entity_id),
        *_named_together(con, entity_id, linked=linked),
        *_outlets(con, entity_id),
        *_appearances(con, entity_id, linked=linked),
    ]


def article(con: duckdb.DuckDBPyConnection, article_id: str, *, linked: bool) -> list[Part]:
    """An article: where it is from, and its text with blocks and mentions."""
    facts = article_queries.facts(con, article_id)
    if facts.is_empty():
        return [note("There is no such article in this warehouse (any more).")]
    row = facts.row(0, named=True)
    cells = [Cell(row["source_name"]), Cell(_dated(row)), Cell(row["language"])]
    cells += [Cell(row[name]) for name in ("byline", "section", "url") if row[name]]
    cells += [
        Cell(_counted(row["word_count"], "word", "words")),
        Cell(f"version {row['version_no']}"),
    ]
    parts: list[Part] = [heading(row["title"] or "untitled", level=2), line(*cells)]
    if row["removed_at"] is not None:
        parts.append(note(f"Removed from its source by {day_of(row['removed_at'])}."))
    blocks = article_queries.blocks(con, article_id)
    mentions = article_queries.mentions(con, article_id)
    parts += [legend(), article_text(blocks, mentions, linked=linked)]
    if row["text_length"] > MOST_CHARS:
        parts.append(note(f"The first {MOST_CHARS:,} of {row['text_length']:,} characters."))
    parts.append(note(f"Article {article_id}, from {row['source_uri']}"))
    return parts


def _entity_facts(row: dict[str, object]) -> list[Part]:
    cells = [Cell(row["entity_type"])]
    cells += [
        Cell(f"{name} {row[column]}")
        for name, column in (("country", "country_iso2"), ("GeoNames", "geonames_id"),
                             ("Wikidata", "wikidata_id"))
        if row[column]
    ]  # fmt: skip
    cells.append(Cell(f"identified by {row['resolution']}"))
    counts = [("distinct stories", row["story_count"]), ("articles", row["article_count"]),
              ("mentions", row["mention_count"])]  # fmt: skip
    parts: list[Part] = [heading(str(row["name"]), level=2), line(*cells), cards(counts)]
    if row["aliases"]:
        parts.append(note(f"Also: {row['aliases']}"))
    return parts


def _timeline(con: duckdb.DuckDBPyConnection, entity_id: str) -> list[Part]:
    found = entity_queries.timeline(con, entity_id)
    if found is None:
        return [note("No article that names it has an exact date.")]
    grain, frame = found.span.grain, found.frame.rename({"story_count": "value"})
    return [Columns(f"In the news, by {grain}", f"{grain} (UTC)", "distinct stories", frame)]


def _named_together(con: duckdb.DuckDBPyConnection, entity_id: str, *, linked: bool) -> list[Part]:
    rows = entity_queries.named_together(con, entity_id, most=_TOGETHER_SHOWN)
    if rows.is_empty():
        return [note("No story names it together with another entity.")]
    frame = bars_of(rows, "other_name", "story_count").with_columns(
        series=rows["other_entity_type"]
    )
    colours = {
        kind: ENTITY_COLOURS[kind] for kind in ENTITY_COLOURS if kind in set(frame["series"])
    }
    cells = (
        (
            Cell(row["other_name"],
                 place("entities", entity=row["other_entity_id"]) if linked else None),
            Cell(row["other_entity_type"]), Cell(row["story_count"]), Cell(row["sentence_count"]),
        )
        for row in rows.iter_rows(named=True)
    )  # fmt: skip
    return [
        Bars("Entities named with it", "in the same stories", "distinct stories", frame, colours),
        table(("named with it", "type", "stories with both", "sentences with both"), cells),
    ]


def _outlets(con: duckdb.DuckDBPyConnection, entity_id: str) -> list[Part]:
    rows = entity_queries.by_outlet(con, entity_id, most=_OUTLETS_SHOWN)
    frame = bars_of(rows, "source_id", "story_count")
    return [] if rows.is_empty() else [
        Bars("Outlets that name it", "outlet", "distinct stories", frame)
    ]  # fmt: skip


def _appearances(con: duckdb.DuckDBPyConnection, entity_id: str, *, linked: bool) -> list[Part]:
    rows = entity_queries.appearances(con, entity_id, most=_ARTICLES_SHOWN)
    cells = (
        (
            Cell(day_of(row["published_at"]), kind="t"), Cell(row["source_id"], kind="t"),
            Cell(row["title"] or "untitled",
                 place("articles", article=row["article_id"]) if linked else None, kind="w"),
            Cell(row["first_sentence"], kind="w"),
        )
        for row in rows.iter_rows(named=True)
    )  # fmt: skip
    head = ("published", "outlet", "article", "first sentence that names it")
    return [] if rows.is_empty() else [heading("Newest articles that name it"), table(head, cells)]


def _dated(row: dict[str, object]) -> str:
    if row["published_at"] is None:
        return "undated"
    form = {"instant": "%Y-%m-%d %H:%M UTC", "day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}
    return format(row["published_at"], form[str(row["published_precision"])])


def _known_first(rows: pl.DataFrame, facts: pl.DataFrame, key: str, known: str) -> pl.DataFrame:
    first = facts.select(column for column in rows.columns if column in facts.columns)
    return pl.concat([first, rows.filter(pl.col(key) != known)], how="diagonal")


def _choices(labels: list[str], ids: pl.Series, fitting_count: int) -> Choices:
    distinct = distinct_labels(labels, longest=_LONGEST_CHOICE)
    return Choices(dict(zip(distinct, ids, strict=True)), fitting_count)


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
