"""Checks that users write as suites of Great Expectations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import great_expectations as gx
import pytest
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

from expectations.audit import run_checks
from expectations.check import CheckError
from expectations.user_sql import refuse_unanswerable
from expectations.user_suite import read_suite_checks
from tests.expectations.good_rows import BRIDGE, RIVER, RUN_ID, good_rows, open_database


def _write(folder: Path, type_: str, name: str = "article", **arguments: Any) -> None:
    """Writes a suite of one expectation as the library does."""
    shared = {key: arguments.pop(key) for key in ("severity", "notes", "meta") if key in arguments}
    expectation = ExpectationConfiguration(type_, kwargs=arguments, **shared).to_domain_obj()
    suite = gx.ExpectationSuite(name=name, expectations=[expectation])
    (folder / f"{name}.json").write_text(json.dumps(suite.to_json_dict()))


def test_an_expectation_of_the_library_names_every_row_and_withholds_its_article(
    tmp_path: Path,
) -> None:
    _write(
        tmp_path, "expect_column_value_lengths_to_be_between", column="title", max_value=25,
        severity="warning", notes="Ours are short.", meta={"rule": "short"},
    )  # fmt: skip
    con = open_database(good_rows())
    river = con.execute("select title from main.article where article_id = ?", [RIVER]).fetchone()

    report = run_checks(con, run_id=RUN_ID, checks=read_suite_checks(tmp_path))

    assert river is not None
    assert report.failure.rows() == [(RUN_ID, "article.title.short", RIVER, river[0])]
    assert report.blamed.rows() == [
        ("article", RIVER, "article", "article.title.short", RIVER, river[0], "Ours are short.")
    ]
    assert report.result.select("severity", "checked_count", "failed_count").rows() == [
        ("quarantine", 2, 1)
    ]


def test_rows_are_not_capped(tmp_path: Path) -> None:
    _write(
        tmp_path, "expect_column_values_to_be_in_set", "entity_alias", column="kind",
        value_set=["canonical"],
    )  # fmt: skip
    con = open_database(good_rows())
    con.execute(
        "insert into main.entity_alias select a.* replace ('Name ' || i as alias, "
        "'nonsense' as kind) from main.entity_alias as a, range(500) as t(i)"
    )

    report = run_checks(con, run_id=RUN_ID, checks=read_suite_checks(tmp_path))

    assert report.failure.height == 1000
    assert report.result["check_id"].to_list() == ["entity_alias.kind.column_values_to_be_in_set"]
    assert report.critical_failures.height == 1


def test_an_expectation_in_sql_is_run_on_the_table(tmp_path: Path) -> None:
    query = "select article_id, title from {batch} where title like 'Bridge%'"
    _write(tmp_path, "unexpected_rows_expectation", unexpected_rows_query=query, severity="info")
    con = open_database(good_rows())

    report = run_checks(con, run_id=RUN_ID, checks=read_suite_checks(tmp_path))

    row = json.dumps({"article_id": BRIDGE, "title": "Bridge closes for a week"})
    assert report.failure.drop("observed").rows() == [
        (RUN_ID, "article.rows.unexpected_rows_expectation", BRIDGE)
    ]
    assert json.loads(report.failure["observed"][0]) == json.loads(row)
    assert report.blamed.is_empty()


def test_an_expectation_about_a_whole_table_says_what_it_saw(tmp_path: Path) -> None:
    _write(tmp_path, "expect_table_row_count_to_be_between", min_value=3, severity="info")

    report = run_checks(
        open_database(good_rows()), run_id=RUN_ID, checks=read_suite_checks(tmp_path)
    )

    assert report.failure.rows() == [
        (RUN_ID, "article.rows.table_row_count_to_be_between", "corpus", "2")
    ]


@pytest.mark.parametrize(
    ("suite", "message"),
    [
        ("{", "it is no suite of Great Expectations"),
        ('{"name": "article"}', "it is no suite of Great Expectations"),
        ("[" * 100_000, "it is no suite of Great Expectations"),
        ('{"name": "story", "expectations": []}', "no table is called 'story'"),
        ('{"name": "article", "expectations": [{"kwargs": {}}]}', "expectation 1 lacks a type"),
        (
            '{"name": "article", "expectations": [{"type": "x", "kwargs": {}, "severity": "odd"}]}',
            "known severity",
        ),
        (
            '{"name": "article", "expectations": [{"type": "x", "kwargs": {"column": "author"}}]}',
            "article has no column 'author'",
        ),
        (
            '{"name": "article", "expectations": [{"type": "unexpected_rows_expectation", '
            '"kwargs": {"unexpected_rows_query": "select {} from {batch}"}}]}',
            "braces of unexpected_rows_query other than {batch} must be doubled",
        ),
        (
            '{"name": "article", "expectations": [{"type": "Not a rule", "kwargs": {}}]}',
            "rule 'Not a rule' is not lower-case words",
        ),
    ],
)
def test_a_file_that_cannot_be_read_shows_before_the_run(
    tmp_path: Path, suite: str, message: str
) -> None:
    (tmp_path / "article.json").write_text(suite)

    with pytest.raises(CheckError, match=r"article\.json") as error:
        refuse_unanswerable(open_database(good_rows()), suites=tmp_path)

    assert message in str(error.value)


def test_an_expectation_that_does_not_exist_is_named(tmp_path: Path) -> None:
    (tmp_path / "article.json").write_text(
        '{"name": "article", "expectations": [{"type": "expect_luck", "kwargs": {}}]}'
    )

    with pytest.raises(CheckError, match=r"article\.rows\.luck could not be run: .*expect_luck"):
        run_checks(open_database(good_rows()), run_id=RUN_ID, checks=read_suite_checks(tmp_path))
