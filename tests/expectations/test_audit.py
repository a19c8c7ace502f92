"""The checks on a small right warehouse, and on the same with one row broken."""

from __future__ import annotations

import duckdb
import pytest

from expectations.audit import run_checks
from expectations.check import Check, CheckError
from expectations.suite import all_checks
from tests.expectations.good_rows import BRIDGE, RIVER, RUN_ID, good_rows, open_database
from warehouse.tables import CHECK_FAILURE, CHECK_RESULT


def _checks_of(table: str) -> list[Check]:
    return [check for check in all_checks() if check.table == table]


def test_right_rows_pass_every_check() -> None:
    report = run_checks(open_database(good_rows()), run_id=RUN_ID)

    assert report.failure.rows() == []
    assert report.blamed.rows() == []
    assert report.result["success"].all()
    assert report.result.schema == CHECK_RESULT.polars_schema
    assert report.failure.schema == CHECK_FAILURE.polars_schema


def test_a_row_that_fails_is_named_with_its_value_and_withholds_its_article() -> None:
    con = open_database(good_rows())
    con.execute("update main.article set language = 'iw' where title like 'Bridge%'")

    report = run_checks(con, run_id=RUN_ID)

    assert report.critical_failures.is_empty()
    assert report.failure.rows() == [
        (RUN_ID, "article.language.in_force", "00000000000000bb", "iw")
    ]
    assert report.blamed.drop("notes").rows() == [
        ("article", BRIDGE, "article", "article.language.in_force", BRIDGE, "iw")
    ]
    assert report.failure.drop("run_id").rows() == [("article.language.in_force", BRIDGE, "iw")]


def test_failing_rows_are_not_capped() -> None:
    con = open_database(good_rows())
    con.execute(
        "insert into main.entity_alias select a.* replace ('Name ' || i as alias, "
        "'nonsense' as kind) from main.entity_alias as a, range(500) as t(i)"
    )

    report = run_checks(con, run_id=RUN_ID, checks=_checks_of("entity_alias"))

    result = report.critical_failures.select("check_id", "checked_count", "failed_count").rows()
    assert result == [("entity_alias.kind.allowed", 1002, 1000)]
    assert report.failure.height == 1000


def _with_a_long_article(con: duckdb.DuckDBPyConnection, lines: int) -> None:
    """Makes the first article one of many short lines, each a block with a sentence."""
    text = "".join(f"e\u0301{n}\n\n" for n in range(lines))
    con.execute("update main.article set text = ? where article_id = ?", [text, RIVER])
    for table in ("main.block", "main.sentence"):
        con.execute(f"delete from {table} where article_id = ?", [RIVER])
    con.execute(
        "create temp table line as select n, coalesce(sum(length(n::varchar) + 4) over ("
        "order by n rows between unbounded preceding and 1 preceding), 0)::bigint as starts "
        f"from range({lines}) as r(n)"
    )
    con.execute(
        "insert into main.block by name select ? as article_id, n as block_no, 'paragraph' as kind,"
        " true as is_body, starts as start_char, starts + length(n::varchar) + 2 as end_char, "
        "e'e\u0301' || n as text, 'prose' as rule from line",
        [RIVER],
    )
    con.execute(
        "insert into main.sentence by name select article_id, block_no as sentence_no, block_no, "
        f"start_char, end_char, text, 1 as token_count from main.block where article_id = '{RIVER}'"
    )


_SPANS = ("block.text.is_slice_of_article", "sentence.text.is_slice_of_article",
          "block.text.covers_article")  # fmt: skip


def test_offsets_of_a_long_text_are_checked_without_walking_it_for_each() -> None:
    con = open_database(good_rows())
    _with_a_long_article(con, 60_000)
    checks = [check for check in all_checks() if check.check_id in _SPANS]

    assert run_checks(con, run_id=RUN_ID, checks=checks).failure.rows() == []

    con.execute(f"update main.block set text = 'e\u030141' where article_id = '{RIVER}' "
                "and block_no = 50000")  # fmt: skip
    con.execute(f"delete from main.sentence where article_id = '{RIVER}' and sentence_no > 40000")
    con.execute(f"update main.sentence set start_char = start_char - 1, end_char = end_char - 1 "
                f"where article_id = '{RIVER}' and sentence_no = 40000")  # fmt: skip
    con.execute(f"delete from main.block where article_id = '{RIVER}' and block_no = 55000")
    failed = run_checks(con, run_id=RUN_ID, checks=checks).failure.select("check_id", "row_key")
    assert sorted(failed.rows()) == [
        ("block.text.covers_article", f"{RIVER}/483888"),
        ("block.text.is_slice_of_article", f"{RIVER}/50000"),
        ("sentence.text.is_slice_of_article", f"{RIVER}/40000"),
    ]


@pytest.mark.parametrize("lines", [10, 10_000])
def test_the_body_of_short_and_long_texts_is_what_its_blocks_say(lines: int) -> None:
    con = open_database(good_rows())
    _with_a_long_article(con, lines)
    body = "\n\n".join(f"e\u0301{n}" for n in range(lines))
    con.execute("update main.article set body_text = ? where article_id = ?", [body, RIVER])
    checks = [c for c in all_checks() if c.check_id == "article.body_text.is_body_blocks"]

    assert run_checks(con, run_id=RUN_ID, checks=checks).failure.rows() == []

    for wrong in (body[:-1] + "0", body[:-1], body.replace("\n\n", " \n", 1), ""):
        con.execute("update main.article set body_text = ? where article_id = ?", [wrong, RIVER])
        failed = run_checks(con, run_id=RUN_ID, checks=checks).failure.select("row_key", "observed")
        observed = f"{len(wrong)} characters, body blocks have {len(body)}"
        assert failed.rows() == [(RIVER, observed)]
    con.execute("delete from main.block where article_id = ?", [RIVER])
    assert run_checks(con, run_id=RUN_ID, checks=checks).failure.rows() == []


def test_a_published_version_with_another_text_is_found_where_only_the_article_is_staged() -> None:
    con = open_database(good_rows())
    con.execute("delete from main.article_version")
    checks = _checks_of("article")
    assert run_checks(con, run_id=RUN_ID, checks=checks).critical_failures.is_empty()

    con.execute(f"update known.article_version set text = text || '!' where article_id = '{RIVER}'")

    failed = run_checks(con, run_id=RUN_ID, checks=checks).critical_failures["check_id"].to_list()
    assert failed == ["article.version_no.is_current_version"]


def test_a_check_that_cannot_run_is_an_error_that_names_it() -> None:
    broken = Check(
        "article", "title", "odd", "warning", "", "select no_such_column from main.article"
    )

    with pytest.raises(CheckError, match=r"article\.title\.odd could not be run.*no_such_column"):
        run_checks(open_database(good_rows()), run_id=RUN_ID, checks=[broken])
