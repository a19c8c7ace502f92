"""The sections of the page on the corpus and its outlets: query results as text, charts, tables."""

from __future__ import annotations

from datetime import datetime

import duckdb
import polars as pl

from flows.explore import corpus
from flows.explore.figure import (
    ENTITY_COLOURS,
    Bars,
    Columns,
    Figure,
    cycled,
    distinct_labels,
)
from flows.explore.markup import Cell, Markup, cards, heading, note, place, table

Part = Figure | Markup

_OUTLETS_COLOURED = 7
"""Outlets with a colour of their own in one chart; more colours are hard to distinguish."""
MOST_BARS = 20
MOST_ROWS = 100
OTHERS = "all others"


def nothing_yet() -> list[Part]:
    """The text shown if there is no article."""
    return [note("There is no article in this warehouse yet. Load some: newshouse run SOURCE")]


def if_empty(con: duckdb.DuckDBPyConnection) -> list[Part]:
    """A note for a warehouse without articles; nothing for any other."""
    return [] if corpus.has_articles(con) else nothing_yet()


def title(con: duckdb.DuckDBPyConnection, *, name: str) -> list[Part]:
    """The head of the page: which file this is, and which run published it."""
    run_id, started_at = corpus.publication(con)
    line = f"{name}, published by run {run_id} ({started_at:%d %B %Y %H:%M} UTC)"
    return [heading("newshouse", level=1), note(line)]


def overview(con: duckdb.DuckDBPyConnection) -> list[Part]:
    """Counts of articles in all, over time, by outlet and language, and of what they mention."""
    counts = corpus.totals(con).row(0, named=True)
    parts: list[Part] = [_totals(counts)]
    if not counts["article_count"]:
        return [*parts, *nothing_yet()]
    parts += _articles_over_time(con, counts["undated_count"])
    outlets = corpus.by_outlet(con, most=MOST_BARS)
    parts.append(bars("Articles by outlet", "outlet", "articles", outlets, "name", "article_count"))
    languages = corpus.by_language(con, most=MOST_BARS)
    parts.append(
        bars("Articles by language", "ISO 639-1 code", "articles", languages, "language",
              "article_count")
    )  # fmt: skip
    named = corpus.by_entity_type(con)
    coloured = bars("Mentions by what they name", "entity type", "mentions", named, "entity_type",
                     "mention_count")  # fmt: skip
    frame = coloured.frame.with_columns(series=pl.col("label"))
    parts.append(
        Bars(coloured.title, coloured.label_title, coloured.value_title, frame, ENTITY_COLOURS)
    )
    return parts


def outlets(con: duckdb.DuckDBPyConnection, *, linked: bool) -> list[Part]:
    """Which outlets publish how much, and when."""
    rows = corpus.by_outlet(con, most=MOST_ROWS)
    if rows.is_empty():
        return nothing_yet()
    parts: list[Part] = []
    span = corpus.span_of_days(con)
    if span is not None:
        names = rows["source_id"].to_list()[:_OUTLETS_COLOURED]
        frame = corpus.outlets_over_time(con, span, names)
        present = set(frame["source_id"])
        shown = [name for name in [*names, OTHERS] if name in present]
        parts.append(
            Columns(
                f"Articles by {span.grain} and outlet", f"{span.grain} (UTC)", "articles",
                frame.rename({"source_id": "series", "article_count": "value"}),
                cycled(shown, last_is_other=OTHERS in present),
            )
        )  # fmt: skip
    parts.append(
        table(
            ("outlet", "name", "articles", "stories", "words", "first", "last"),
            (
                (
                    Cell(
                        row["source_id"],
                        place("articles", outlet=row["source_id"]) if linked else None,
                    ),
                    Cell(row["name"]), Cell(row["article_count"]), Cell(row["story_count"]),
                    Cell(row["word_count"]), Cell(day_of(row["first_published_at"]), kind="t"),
                    Cell(day_of(row["last_published_at"]), kind="t"),
                )
                for row in rows.iter_rows(named=True)
            ),
        )
    )  # fmt: skip
    if rows.height == MOST_ROWS:
        parts.append(note(f"The {MOST_ROWS} outlets with most articles are shown."))
    return parts


def day_of(moment: datetime | None) -> str | None:
    """The day of a moment in UTC."""
    return None if moment is None else f"{moment:%Y-%m-%d}"


def bars_of(frame: pl.DataFrame, label: str, value: str) -> pl.DataFrame:
    """The frame for a figure of bars, equal labels numbered."""
    return frame.select(
        pl.Series("label", distinct_labels(frame[label].to_list()), dtype=pl.String),
        pl.col(value).alias("value"),
    )


def bars(
    title: str, label_title: str, value_title: str, frame: pl.DataFrame, label: str, value: str
) -> Bars:
    """Bars of one colour."""
    return Bars(title, label_title, value_title, bars_of(frame, label, value))


def _totals(counts: dict[str, object]) -> Markup:
    names = ("article", "story", "outlet", "language", "word", "sentence", "mention", "entity")
    plural = {"story": "distinct stories", "entity": "entities"}
    return cards(
        [(plural.get(name, f"{name}s"), counts[f"{name}_count"]) for name in names]
        + [("open in quarantine", counts["quarantine_count"])]
    )


def _articles_over_time(con: duckdb.DuckDBPyConnection, undated: int) -> list[Part]:
    span = corpus.span_of_days(con)
    if span is None:
        return [note("No article has an exact date.")]
    frame = corpus.over_time(con, span).rename({"article_count": "value"})
    words = f"{span.first_day} to {span.last_day}, between which 98 of 100 dated articles lie."
    if undated:
        words += f" {undated:,} articles without an exact date are not in the chart."
    chart = Columns(f"Articles by {span.grain}", f"{span.grain} (UTC)", "articles", frame)
    return [chart, note(words)]
