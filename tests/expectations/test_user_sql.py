"""Checks that users write as SQL files."""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations.audit import run_checks
from expectations.check import CheckError
from expectations.suite import all_checks
from expectations.user_sql import read_sql_checks, refuse_unanswerable
from tests.expectations.good_rows import BRIDGE, RUN_ID, good_rows, open_database

BYLINE = """\
-- name: not_staff
-- table: article
-- column: byline
-- severity: quarantine
-- note: We publish no article without an author.
select article_id, byline as observed from main.article
where regexp_matches(byline, '^.{0,3}Staff');
"""


def test_a_file_becomes_a_check_that_names_rows_and_withholds_articles(tmp_path: Path) -> None:
    (tmp_path / "staff.sql").write_text(BYLINE)
    con = open_database(good_rows())
    con.execute(f"update main.article set byline = 'By Staff' where article_id = '{BRIDGE}'")

    report = run_checks(con, run_id=RUN_ID, checks=read_sql_checks(tmp_path))

    assert report.failure.rows() == [(RUN_ID, "article.byline.not_staff", BRIDGE, "By Staff")]
    assert report.blamed["blamed"].to_list() == [BRIDGE]
    assert report.result["notes"].to_list() == ["We publish no article without an author."]


def test_rows_of_a_key_of_several_columns_are_named_by_all_of_them(tmp_path: Path) -> None:
    (tmp_path / "short.sql").write_text(
        "-- name: not_short\n-- table: sentence\n-- severity: quarantine\n-- note: x\n"
        "select article_id, sentence_no, text as observed from main.sentence where token_count > 7"
    )

    report = run_checks(open_database(good_rows()), run_id=RUN_ID, checks=read_sql_checks(tmp_path))

    assert report.failure.select("row_key", "observed").rows() == [
        (f"{BRIDGE}/1", "The town of Lind closes its bridge.")
    ]


def test_rows_without_the_key_are_named_by_themselves(tmp_path: Path) -> None:
    (tmp_path / "mix.sql").write_text(
        "-- name: one_language\n-- table: article\n-- severity: warning\n-- note: x\n"
        "select language, count(*) as n from main.article group by language"
    )

    report = run_checks(open_database(good_rows()), run_id=RUN_ID, checks=read_sql_checks(tmp_path))

    row = '{"language":"en","n":2}'
    assert report.failure.rows() == [(RUN_ID, "article.rows.one_language", row, row)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("-- severity: quarantine\n", ""), "no severity. Add a line `-- severity: …`"),
        (("quarantine", "fatal"), "severity 'fatal' is unknown. It is one of: critical"),
        (("table: article", "table: story"), "table 'story' is unknown"),
        (("column: byline", "column: author"), "column 'author' is unknown"),
        (("not_staff", "Not staff"), "name 'Not staff' is not lower-case words"),
        (("select article_id", "delete from main.article; select article_id"), "one SELECT"),
        (("select article_id", "selekt article_id"), "syntax error"),
        (("select article_id", "create table x as select article_id"), "one SELECT"),
        (("select article_id", "copy (select 1) to 'x.csv'; select article_id"), "one SELECT"),
        (("select article_id", "attach 'x.duckdb'; select article_id"), "one SELECT"),
        (
            ("-- table: article\n", "-- table: article\n-- table: block\n"),
            "there are two lines table",
        ),
        (("-- note: We publish no article without an author.", "-- note:"), "no note"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_mend(
    tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    (tmp_path / "staff.sql").write_text(BYLINE.replace(*change))

    with pytest.raises(CheckError, match=r"staff\.sql: ") as error:
        read_sql_checks(tmp_path)

    assert message in str(error.value)


def test_a_file_that_is_no_utf8_says_so(tmp_path: Path) -> None:
    (tmp_path / "staff.sql").write_bytes(
        BYLINE.replace("author", "auteur d\xe9sign\xe9").encode("latin-1")
    )

    with pytest.raises(CheckError, match=r"staff\.sql: it cannot be read as UTF-8"):
        read_sql_checks(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        ("\n", "\r\n"),
        ("-- name", "\ufeff-- name"),
        ("'^.{0,3}Staff');", "'^.{0,3}Staff') -- the desk :name %s {batch}"),
        (
            "regexp_matches(byline, '^.{0,3}Staff')",
            "byline = 'By Staff' and '{x}' <> ':y' and '%d' <> '\\'",
        ),
    ],
    ids=["CRLF", "mark", "comment at the end", "signs that libraries fill in"],
)
def test_a_file_written_oddly_is_read(tmp_path: Path, change: tuple[str, str]) -> None:
    (tmp_path / "staff.sql").write_bytes(BYLINE.replace(*change).encode())
    con = open_database(good_rows())
    con.execute(f"update main.article set byline = 'By Staff' where article_id = '{BRIDGE}'")

    report = run_checks(con, run_id=RUN_ID, checks=read_sql_checks(tmp_path))

    assert report.blamed["blamed"].to_list() == [BRIDGE]


def test_a_query_that_cannot_be_answered_shows_before_the_run(tmp_path: Path) -> None:
    con = open_database(good_rows())
    (tmp_path / "staff.sql").write_text(BYLINE)
    refuse_unanswerable(con, tmp_path)
    (tmp_path / "staff.sql").write_text(BYLINE.replace("(byline,", "(by_line,"))

    with pytest.raises(CheckError, match=r"article\.byline\.not_staff.*by_line"):
        refuse_unanswerable(con, tmp_path)


def test_a_check_that_withholds_must_name_articles(tmp_path: Path) -> None:
    (tmp_path / "staff.sql").write_text(BYLINE.replace("select article_id,", "select title,"))
    con = open_database(good_rows())
    con.execute("update main.article set byline = 'By Staff'")

    with pytest.raises(CheckError, match="2 of 2 failing rows name no article to withhold"):
        run_checks(con, run_id=RUN_ID, checks=read_sql_checks(tmp_path))


def test_the_files_of_the_project_are_among_all_checks() -> None:
    assert "article.title.not_in_capitals" in {check.check_id for check in all_checks()}
