"""The checks on a small right warehouse, and on the same with one row broken."""

from __future__ import annotations

import pytest

from expectations.audit import run_checks
from expectations.check import Check, CheckError
from tests.expectations.good_rows import RUN_ID, good_rows, open_database
from warehouse.tables import CHECK_FAILURE, CHECK_RESULT


def test_right_rows_pass_every_check() -> None:
    report = run_checks(open_database(good_rows()), run_id=RUN_ID)

    assert report.failure.rows() == []
    assert report.withheld.rows() == []
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
    assert report.withheld.rows() == [
        ("00000000000000bb", "article", "article.language.in_force", "00000000000000bb", "iw")
    ]
    assert report.examples("article.language.in_force") == ("00000000000000bb: iw",)


def test_failing_rows_are_not_capped() -> None:
    con = open_database(good_rows())
    con.execute(
        "insert into main.entity_alias select a.* replace ('Name ' || i as alias, "
        "'nonsense' as kind) from main.entity_alias as a, range(500) as t(i)"
    )

    report = run_checks(con, run_id=RUN_ID)

    result = report.critical_failures.select("check_id", "checked_count", "failed_count").rows()
    assert result == [("entity_alias.kind.allowed", 1002, 1000)]
    assert report.failure.height == 1000


def test_a_check_that_cannot_run_is_an_error_that_names_it() -> None:
    broken = Check(
        "article", "title", "odd", "warning", "", "select no_such_column from main.article"
    )

    with pytest.raises(CheckError, match=r"article\.title\.odd could not be run.*no_such_column"):
        run_checks(open_database(good_rows()), run_id=RUN_ID, checks=[broken])
