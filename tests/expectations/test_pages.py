"""The pages people look at: the quality page and Great Expectations' Data Docs."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest

from expectations.audit import run_checks
from expectations.data_docs import build_data_docs
from expectations.quality_page import write_quality_page
from tests.expectations.good_rows import RUN_ID, good_rows, insert, open_database


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.fixture(scope="module")
def checked() -> duckdb.DuckDBPyConnection:
    """A warehouse whose newest run found a wrong offset and a dead language code. Only read."""
    con = open_database(good_rows())
    con.execute("delete from known.check_result; delete from known.check_failure")
    con.execute("update main.block set text = text || '<script>' where kind = 'promo'")
    con.execute("update main.article set language = 'iw'")
    report = run_checks(con, run_id=RUN_ID)
    insert(con, "known.check_result", report.result)
    insert(con, "known.check_failure", report.failure)
    return con


def test_the_quality_page_names_failing_rows_with_their_text_and_needs_no_internet(
    checked: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    write_quality_page(checked, tmp_path / "quality.html")

    page = (tmp_path / "quality.html").read_text(encoding="utf-8")
    parser = _Text()
    parser.feed(page)
    shown = " ".join(" ".join(parser.texts).split())
    assert "block.text.is_slice_of_article : 1 of 8 rows" in shown
    assert "00000000000000aa/3" in shown
    assert "Sign up for our letter<script>" in shown
    assert "article.language.in_force : 2 of 2 rows" in shown
    assert re.findall(r"""(?:src|href|url\()\s*=?\s*['"]?\w+:""", page) == []
    assert "<script" not in page


def test_the_quality_page_of_a_warehouse_never_checked_says_so(tmp_path: Path) -> None:
    con = open_database(good_rows())
    con.execute("delete from known.check_result")

    write_quality_page(con, tmp_path / "quality.html")

    assert "No run has been checked yet." in (tmp_path / "quality.html").read_text()


def test_data_docs_have_a_page_a_table_and_nothing_is_printed(
    checked: duckdb.DuckDBPyConnection, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    index = build_data_docs(checked, tmp_path / "docs")

    assert index.exists()
    assert list((tmp_path / "docs/validations/block").rglob("*.html"))
    block = (tmp_path / "docs/expectations/block.html").read_text()
    assert "block.text.is_slice_of_article" in block
    assert capfd.readouterr() == ("", "")
    pages = [*(tmp_path / "docs").rglob("*.html")]
    assert len(pages) > 30
    for page in pages:
        text = page.read_text(encoding="utf-8")
        loaded = re.findall(r"""<(?:link|script|img)\b[^>]*\b(?:src|href)=["']([^"']*)""", text)
        assert loaded
        assert [found for found in loaded if not (page.parent / found).exists()] == []
