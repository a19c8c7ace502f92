"""Every view against the same question answered in polars over the tables."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import polars as pl
import pytest

from tests.warehouse.made_up import MadeUp, hex16, made_up_run
from tests.warehouse.run_of_blocks import run_of_blocks
from tests.warehouse.test_publish import publish_run, whole
from warehouse import mart
from warehouse.connect import open_reader

Tables = dict[str, pl.DataFrame]


def first_run() -> MadeUp:
    """Seven articles: one a copy of another, one undated, one gone, one linked from another."""
    run = made_up_run(1, {f"article {number}": 1 for number in range(7)})
    by_id = {row["article_id"]: row for row in run.rows["article"]}
    by_id[hex16("article 1")]["body_hash"] = by_id[hex16("article 0")]["body_hash"]
    undated = by_id[hex16("article 2")]
    undated |= {"published_at": None, "published_precision": None, "published_status": "undateable"}
    by_id[hex16("article 3")]["published_precision"] = "month"
    by_id[hex16("article 4")]["removed_at"] = run.rows["run"][0]["ended_at"]
    for link_no, target in enumerate((hex16("article 6"), None)):
        run.add("related_link", article_id=hex16("article 5"), link_no=link_no, block_no=0,
                title=f"Link {link_no}", target_article_id=target)  # fmt: skip
    for table, severity, success, failed in (
        ("block", "critical", True, 0), ("block", "warning", False, 3),
        ("sentence", "quarantine", False, 1),
    ):  # fmt: skip
        run.add("check_result", run_id=run.run_id, suite=table, check_id=f"{table}.{severity}",
                table_name=table, severity=severity, success=success, checked_count=20,
                failed_count=failed)  # fmt: skip
    return run


@pytest.fixture(scope="module")
def published(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Tables]]:
    """A reader on a warehouse of two runs, and its tables as frames."""
    warehouse = tmp_path_factory.mktemp("mart") / "news.duckdb"
    publish_run(first_run(), warehouse)
    publish_run(made_up_run(2, {"article 0": 2}, paragraphs=2), warehouse)
    con = open_reader(warehouse)
    yield con, whole(warehouse)
    con.close()


def current(tables: Tables) -> pl.DataFrame:
    return tables["article"].filter(pl.col("removed_at").is_null())


def mentions(tables: Tables) -> pl.DataFrame:
    """Resolved mentions in current articles, with what the marts need of both."""
    article = current(tables).select(
        "article_id", "source_id", "body_hash", "title", "published_at", "published_precision"
    )
    return (
        tables["mention"]
        .filter(pl.col("entity_id").is_not_null())
        .join(article, on="article_id")
        .join(tables["entity"].select("entity_id", "name"), on="entity_id")
    )


def by_day(frame: pl.DataFrame) -> pl.DataFrame:
    is_close = pl.col("published_precision").is_in(["instant", "day"])
    return frame.with_columns(day=pl.when(is_close).then(pl.col("published_at").dt.date()))


def article_current(tables: Tables) -> pl.DataFrame:
    return current(tables).drop("removed_at")


def entity_daily(tables: Tables) -> pl.DataFrame:
    return (
        by_day(mentions(tables)).drop_nulls("day")
        .group_by("entity_id", "name", "entity_type", "day")
        .agg(story_count=pl.n_unique("body_hash"), article_count=pl.n_unique("article_id"),
             mention_count=pl.len())
    )  # fmt: skip


def entity_cooccurrence(tables: Tables) -> pl.DataFrame:
    named = mentions(tables).select("article_id", "body_hash", "sentence_no", "entity_id", "name",
                                    "entity_type").unique()  # fmt: skip
    pair = ["entity_id", "name", "other_entity_id", "other_name", "other_entity_type"]
    other = named.rename({"entity_id": "other_entity_id", "name": "other_name",
                          "entity_type": "other_entity_type"}).drop("body_hash")  # fmt: skip
    is_pair = pl.col("entity_id") != pl.col("other_entity_id")
    together = named.join(other, on="article_id", suffix="_other").filter(is_pair)
    return together.group_by(pair).agg(
        story_count=pl.n_unique("body_hash"),
        article_count=pl.n_unique("article_id"),
        sentence_count=(pl.col("sentence_no") == pl.col("sentence_no_other")).sum(),
    )


def entity_timeline(tables: Tables) -> pl.DataFrame:
    per_article = ["entity_id", "name", "published_at", "published_precision", "article_id",
                   "source_id", "title"]  # fmt: skip
    sentence = tables["sentence"].select("article_id", "sentence_no", first_sentence="text")
    return (
        mentions(tables).group_by(per_article)
        .agg(mention_count=pl.len(), sentence_no=pl.col("sentence_no").min())
        .join(sentence, on=["article_id", "sentence_no"]).drop("sentence_no")
    )  # fmt: skip


def entity_by_outlet(tables: Tables) -> pl.DataFrame:
    outlet = current(tables).group_by("source_id").agg(total=pl.len())
    return (
        mentions(tables).group_by("entity_id", "name", "source_id")
        .agg(story_count=pl.n_unique("body_hash"), article_count=pl.n_unique("article_id"),
             mention_count=pl.len(), first_published_at=pl.col("published_at").min(),
             last_published_at=pl.col("published_at").max())
        .join(outlet, on="source_id")
        .with_columns(share_of_articles=pl.col("article_count") / pl.col("total"))
        .drop("total")
    )  # fmt: skip


def outlet_activity(tables: Tables) -> pl.DataFrame:
    source = tables["source"].select("source_id", "name")
    return (
        by_day(current(tables)).join(source, on="source_id").group_by("source_id", "name", "day")
        .agg(story_count=pl.n_unique("body_hash"), article_count=pl.len(),
             word_count=pl.col("word_count").sum())
    )  # fmt: skip


def most_edited(tables: Tables) -> pl.DataFrame:
    length = pl.col("text").str.len_chars()
    article = tables["article"].select("article_id", "source_id", "title", "url")
    return (
        tables["article_version"].sort("article_id", "version_no").group_by("article_id")
        .agg(version_count=pl.len(), first_seen_at=pl.col("valid_from").min(),
             last_changed_at=pl.col("valid_from").max(),
             length_change=length.last().cast(pl.Int64) - length.first().cast(pl.Int64))
        .filter(pl.col("version_count") > 1).join(article, on="article_id")
    )  # fmt: skip


def related_graph(tables: Tables) -> pl.DataFrame:
    target = tables["article"].select(
        target_article_id="article_id", target_source_id="source_id", target_title="title"
    )
    shown_by = current(tables).select("article_id", "source_id", "title")
    return (
        tables["related_link"].rename({"title": "link_title", "url": "link_url"}).drop("block_no")
        .join(shown_by, on="article_id").join(target, on="target_article_id", how="left")
    )  # fmt: skip


def quality_trend(tables: Tables) -> pl.DataFrame:
    failed = ~pl.col("success")
    return (
        tables["check_result"].join(tables["run"].select("run_id", "started_at"), on="run_id")
        .group_by("run_id", "started_at", "table_name")
        .agg(check_count=pl.len(), failed_checks=failed.sum(),
             failed_rows=pl.col("failed_count").sum(),
             failed_share=pl.col("failed_count").sum() / pl.col("checked_count").sum(),
             **{f"failed_{name}": (failed & (pl.col("severity") == name)).sum()
                for name in ("critical", "quarantine", "warning")})
    )  # fmt: skip


def run_funnel(tables: Tables) -> pl.DataFrame:
    out = sum((pl.col(f"files_{name}") for name in
               ("loaded", "revised", "unchanged", "duplicate", "quarantined", "removed")),
              start=pl.lit(0))  # fmt: skip
    return tables["run"].select(
        "run_id", "started_at", "status", "source_uri", "files_seen", "files_gone", "files_loaded",
        "files_revised", "files_unchanged", "files_duplicate", "files_quarantined", "files_removed",
        (pl.col("files_seen") + pl.col("files_gone") == out).alias("is_balanced"), "records_seen",
        (pl.col("records_loaded") + pl.col("records_revised")).alias("records_kept"),
        (pl.col("files_quarantined") / pl.col("files_seen")).alias("quarantined_share"),
        ((pl.col("ended_at") - pl.col("started_at")).dt.total_milliseconds() / 1000)
        .alias("seconds"),
    )  # fmt: skip


def lineage(tables: Tables) -> pl.DataFrame:
    record = tables["record"].select(
        "article_id", "version_no", "file_uri", "locator", "file_id", "format"
    )
    run = tables["run"].select("run_id", "code_version", run_started_at="started_at")
    component = tables["component"].select(
        "component_id", component_name="name", component_version="version",
        component_config="config",
    )  # fmt: skip
    return (
        tables["article"].select("article_id", "version_no", "run_id")
        .join(record, on=["article_id", "version_no"]).join(run, on="run_id")
        .join(tables["article_component"], on="article_id").join(component, on="component_id")
    )  # fmt: skip


ORACLES = {
    oracle.__name__: oracle
    for oracle in (
        article_current, entity_by_outlet, entity_cooccurrence, entity_daily, entity_timeline,
        lineage, most_edited, outlet_activity, quality_trend, related_graph, run_funnel,
    )
}  # fmt: skip


def test_every_view_has_an_oracle() -> None:
    assert [view.name for view in mart.load_marts()] == sorted(ORACLES)


@pytest.mark.parametrize("name", ORACLES)
def test_view_answers_as_its_oracle(
    name: str, published: tuple[duckdb.DuckDBPyConnection, Tables]
) -> None:
    con, tables = published
    answer: pl.DataFrame = con.execute(f"SELECT * FROM mart.{name}").pl()
    expected = ORACLES[name](tables)

    assert set(answer.columns) == set(expected.columns)
    expected = expected.select(
        pl.col(column).cast(dtype) for column, dtype in answer.schema.items()
    )
    assert answer.height > 0
    assert answer.sort(answer.columns).equals(expected.sort(answer.columns))


def test_views_and_macros_say_what_they_mean(
    published: tuple[duckdb.DuckDBPyConnection, Tables],
) -> None:
    con, _ = published
    views = con.execute(
        "SELECT view_name, comment FROM duckdb_views() "
        "WHERE schema_name = 'mart' AND database_name = 'published' ORDER BY 1"
    ).fetchall()
    macros = con.execute(
        "SELECT function_name, comment FROM duckdb_functions() "
        "WHERE database_name = 'published' AND NOT internal ORDER BY 1"
    ).fetchall()

    assert views == [(view.name, view.meaning) for view in mart.load_marts()]
    assert macros == [(macro.name, macro.meaning) for macro in mart.load_macros()]
    assert all(meaning.endswith(".") for _, meaning in (*views, *macros))


def test_every_relation_and_column_has_a_comment(
    published: tuple[duckdb.DuckDBPyConnection, Tables],
) -> None:
    con, _ = published
    for listing, name in (("tables", "table_name"), ("views", "view_name"),
                          ("columns", "table_name || '.' || column_name")):  # fmt: skip
        silent = con.execute(
            f"SELECT {name} FROM duckdb_{listing}() WHERE database_name = 'published' "
            "AND NOT internal AND coalesce(trim(comment), '') = ''"
        ).fetchall()
        assert silent == []


def test_a_view_says_nothing_of_columns_it_has_not(
    published: tuple[duckdb.DuckDBPyConnection, Tables],
) -> None:
    con, _ = published
    for view in mart.load_marts():
        assert set(view.own_meanings) <= set(mart.columns_of(con, view)), view.name


def test_span_cuts_what_the_offsets_say(
    published: tuple[duckdb.DuckDBPyConnection, Tables],
) -> None:
    con, _ = published
    wrong = con.execute(
        "SELECT count(*) FROM mention m JOIN article a USING (article_id) "
        "WHERE span(a.text, m.start_char, m.end_char) <> m.text"
    ).fetchone()
    assert wrong == (0,)
    assert con.execute(
        "SELECT span('a🌊bc', 1, 3), span('abc', 1, 9), span('abc', 3, 1), span('abc', -1, 2), "
        "span(NULL, 0, 1)"
    ).fetchone() == ("🌊b", "bc", "", "ab", None)


def test_kwic_shows_whole_words_in_their_context(
    published: tuple[duckdb.DuckDBPyConnection, Tables],
) -> None:
    con, tables = published
    hits = con.execute("SELECT * FROM kwic('SAID', 7)").pl()

    body = tables["block"].filter("is_body").join(current(tables).select("article_id"),
                                                  on="article_id")  # fmt: skip
    assert hits.height == body["text"].str.count_matches(r"\bsaid\b").sum()
    assert set(hits["keyword"]) == {"said"}
    assert set(hits["left_context"]) == {" open,” "[-7:]}
    texts = dict(tables["article"].select("article_id", "text").iter_rows())
    for article_id, start in hits.select("article_id", "start_char").iter_rows():
        assert texts[article_id][start : start + 4] == "said"


@pytest.mark.parametrize("term", ["aid", "", "no such words", "(", "pier\\"])
def test_kwic_finds_nothing_where_no_whole_word_is(
    term: str, published: tuple[duckdb.DuckDBPyConnection, Tables]
) -> None:
    con, _ = published
    assert con.execute("SELECT * FROM kwic(?, 20)", [term]).fetchall() == []


def test_kwic_knows_letters_beyond_ascii(
    published: tuple[duckdb.DuckDBPyConnection, Tables],
) -> None:
    con, _ = published
    assert con.execute("SELECT count(*) > 0 FROM kwic('chloë dubois', 9)").fetchone() == (True,)
    assert con.execute("SELECT count(*) FROM kwic('Chlo', 9)").fetchone() == (0,)


KWIC_TEXT = (
    "𝒜 🌊🌊 cafe\u0301 café STRASSE it's its 100% a.b axb C++ x_y don’t 選挙結果 foo-bar\nnew line"
)
HIDDEN_TEXT = "Wash\u00ading\u00adton: Elena\u200b\u00a0 Marsh’s \u202ePayne\u2069. Mar\u200bshal."


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    warehouse = tmp_path_factory.mktemp("kwic") / "news.duckdb"
    blocks = [("title", "Café title"), ("paragraph", KWIC_TEXT), ("promo", "Only here: zebra"),
              ("paragraph", HIDDEN_TEXT)]  # fmt: skip
    publish_run(run_of_blocks(1, {"odd": blocks}), warehouse)
    con = open_reader(warehouse)
    yield con
    con.close()


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("🌊", ["🌊", "🌊"]),
        ("cafe", []),  # that e has an accent of its own
        ("CAFE\u0301", ["cafe\u0301"]),
        ("café", ["café"]),  # not in the title, which is no body
        ("strasse", ["STRASSE"]),
        ("it", ["it"]),  # it's, not its
        ("it's", ["it's"]),
        ("100%", ["100%"]),
        ("%", ["%"]),
        ("a.b", ["a.b"]),
        ("c++", ["C++"]),
        ("x_y", ["x_y"]),
        ("選挙", ["選挙"]),
        ("  bar   new ", ["bar\nnew"]),
        (".*", []),
        ("(?i)a", []),
        ("\\E", []),
        ("\n ", []),
        ("zebra", []),
        ("Washington", ["Wash\u00ading\u00adton"]),
        ("wash", []),  # the word goes on behind what nobody sees
        ("ton", []),
        ("Elena Marsh", ["Elena\u200b\u00a0 Marsh"]),
        ("El\u00adena\u3000Marsh", ["Elena\u200b\u00a0 Marsh"]),
        ("payne", ["Payne"]),
        ("mar", []),
        ("' OR 1=1 --", []),
        pytest.param("x" * 10_000, [], marks=pytest.mark.slow),
    ],
)
def test_kwic_takes_the_term_as_it_is(
    term: str, found: list[str], odd: duckdb.DuckDBPyConnection
) -> None:
    hits = odd.execute("SELECT keyword, start_char FROM kwic(?, 5)", [term]).fetchall()
    text = str(odd.execute("SELECT text FROM article").fetchall()[0][0])
    assert [keyword for keyword, _ in hits] == found
    assert all(text[start : start + len(keyword)] == keyword for keyword, start in hits)


@pytest.mark.parametrize(
    ("width", "sides"), [(2, ("o-", " l")), (0, ("", "")), (-1, ("", "")), (None, ("", ""))]
)
def test_kwic_is_as_wide_as_requested(
    width: int | None, sides: tuple[str, str], odd: duckdb.DuckDBPyConnection
) -> None:
    shown = odd.execute("SELECT left_context, right_context FROM kwic('bar new', ?)", [width])
    assert shown.fetchall() == [sides]
