"""The questions of the page, against the marts and the tables they are quicker ways to."""

from __future__ import annotations

from datetime import date

import duckdb
import polars as pl
import pytest

from flows.explore import article_queries, corpus, entity_queries, health

Reader = duckdb.DuckDBPyConnection
MANY = 10_000


def ids(con: Reader, table: str, key: str) -> list[str]:
    return [str(row[0]) for row in con.execute(f"SELECT {key} FROM {table}").fetchall()]


def test_totals_are_those_of_the_tables(seeds: Reader) -> None:
    expected = seeds.execute(
        """
        SELECT count(*), count(DISTINCT body_hash), count(DISTINCT source_id),
            (SELECT count(*) FROM sentence), (SELECT count(*) FROM mention),
            (SELECT count(DISTINCT entity_id) FROM mention),
            (SELECT count(*) FROM ops.quarantine WHERE status = 'open')
        FROM article
        """
    ).fetchone()
    row = corpus.totals(seeds).row(0, named=True)

    names = ("article", "story", "outlet", "sentence", "mention", "entity", "quarantine")
    assert tuple(row[f"{name}_count"] for name in names) == expected


def test_an_outlets_share_of_every_week_adds_up_to_all_articles(seeds: Reader) -> None:
    span = corpus.span_of_days(seeds)
    assert span is not None
    whole = corpus.over_time(seeds, span)
    by_outlet = corpus.outlets_over_time(seeds, span, ["pacificbrief", "coastline"])

    assert set(by_outlet["source_id"]) == {"pacificbrief", "coastline", "all others"}
    assert by_outlet.group_by("start_day", "end_day").agg(
        pl.col("article_count").sum()
    ).sort("start_day").equals(whole.select("start_day", "end_day", "article_count"))  # fmt: skip


@pytest.mark.parametrize(
    ("first", "last", "grain"),
    [
        (date(2024, 3, 1), date(2024, 3, 1), "day"),
        (date(2024, 3, 1), date(2024, 9, 1), "week"),
        (date(2020, 1, 1), date(2024, 1, 1), "month"),
        (date(1950, 1, 1), date(2024, 1, 1), "year"),
    ],
)
def test_a_chart_has_about_a_hundred_columns_whatever_it_spans(
    first: date, last: date, grain: str
) -> None:
    assert corpus.span_between(first, last).grain == grain


def test_company_is_what_the_mart_says_for_every_entity(seeds: Reader) -> None:
    columns = ["other_entity_id", "other_name", "other_entity_type", "story_count",
               "sentence_count"]  # fmt: skip
    for entity_id in ids(seeds, "entity", "entity_id")[:40]:
        mart = seeds.execute(
            "SELECT * FROM mart.entity_cooccurrence WHERE entity_id = ?", [entity_id]
        ).pl()
        expected = mart.select(columns).sort(columns)
        assert (
            entity_queries.named_together(seeds, entity_id, most=MANY)
            .sort(columns)
            .equals(expected)
        )


def test_a_timeline_has_the_stories_of_every_day(seeds: Reader) -> None:
    for entity_id in ids(seeds, "entity", "entity_id")[:40]:
        expected = seeds.execute(
            "SELECT sum(story_count) FROM mart.entity_daily WHERE entity_id = ?", [entity_id]
        ).fetchall()[0][0]
        found = entity_queries.timeline(seeds, entity_id)
        assert (None if found is None else found.frame["story_count"].sum()) == expected


def test_entities_are_found_by_name_and_alias_without_case_or_accents(hostile: Reader) -> None:
    def found(words: str) -> list[str]:
        return [
            name.split(" <")[0] for name in entity_queries.found(hostile, words, most=9)["name"]
        ]

    assert found("SIMIC") == ["Bruno Šimić"]
    assert found("  chloe ") == ["Chloë Dubois"]
    assert found("nobody") == []
    assert entity_queries.found(hostile, "", most=2)["fitting_count"].to_list() == [6, 6]


def test_the_most_named_entity_comes_first_and_counts_its_stories(seeds: Reader) -> None:
    first = entity_queries.found(seeds, "", most=50).row(0, named=True)
    expected = seeds.execute(
        "SELECT count(DISTINCT body_hash) FROM mention JOIN article USING (article_id) "
        "WHERE entity_id = ?",
        [first["entity_id"]],
    ).fetchone()
    assert (first["name"], first["story_count"]) == ("United States", *(expected or ()))


def test_articles_are_found_by_words_of_the_title_in_any_order(seeds: Reader) -> None:
    found = article_queries.fitting(seeds, "TRAIN amsterdam", None, most=50)
    assert found["title"].to_list() == [
        "Night train will link Amsterdam and Copenhagen from December"
    ]
    assert article_queries.fitting(seeds, "% _ '", None, most=50).is_empty()
    coastline = article_queries.fitting(seeds, "", "coastline", most=2)
    assert coastline["fitting_count"].to_list() == [5, 5]
    assert coastline["published_at"].is_sorted(descending=True)


def test_the_blocks_of_an_article_are_its_text(seeds: Reader) -> None:
    for article_id in ids(seeds, "article", "article_id"):
        text = seeds.execute("SELECT text FROM article WHERE article_id = ?", [article_id])
        whole = text.fetchall()[0][0]
        blocks = article_queries.blocks(seeds, article_id)
        assert "".join(blocks["text"]).split() == "".join(
            whole[start : start + len(part)]
            for start, part in blocks.select("start_char", "text").iter_rows()
        ).split()  # fmt: skip
        assert "".join(whole.split()) == "".join("".join(blocks["text"]).split())


def test_quarantine_says_how_many_are_open(seeds: Reader) -> None:
    rows = health.withheld(seeds, most=1)
    assert (rows.height, rows["open_count"][0]) == (1, 3)
    assert health.withheld_by_rule(seeds, most=9)["open_count"].sum() == 3


def test_every_question_has_an_answer_where_no_article_is(empty: Reader) -> None:
    assert corpus.totals(empty)["article_count"].to_list() == [0]
    assert corpus.span_of_days(empty) is None
    assert not corpus.has_articles(empty)
    assert entity_queries.found(empty, "", most=9).is_empty()
    assert entity_queries.facts(empty, "0" * 16).is_empty()
    assert entity_queries.timeline(empty, "0" * 16) is None
    assert article_queries.fitting(empty, "", None, most=9).is_empty()
    assert health.trend(empty, most=9).is_empty()
