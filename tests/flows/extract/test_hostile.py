"""Files made to cost time or memory out of measure end soon, with a reason."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

Reader = Callable[..., Any]


@pytest.fixture(autouse=True)
def soon() -> Iterator[None]:
    """No case here takes more than a few seconds of this process, however busy the machine."""
    began = time.process_time()
    yield
    assert time.process_time() - began < 20


@pytest.mark.parametrize(
    "page",
    [
        b"<html><p " + b" ".join(b"a%d" % n for n in range(100_000)) + b">x",
        b"<html><p " + b" ".join(b'a%d="<b>"' % n for n in range(100_000)) + b">x",
        b"<html>" + b"<p>a</p>" * 4_000_000,
        b"<rss><channel>" + b"<item><title>a</title></item>" * 1_000_000 + b"</channel></rss>",
        b"<rss><channel><item><description>" + b"&lt;p&gt;a" * 3_000_000,
        b"<nitf><body><body.content>" + b"<p>x</p>" * 3_000_000,
    ],
    ids=["attributes", "attributes with tags", "tags", "items", "escaped tags", "nitf"],
)
def test_markup_out_of_measure_is_refused(read: Reader, page: bytes) -> None:
    assert [rule for _, rule in read(page).rejected] == ["too_much_markup"]


def test_long_values_of_attributes_are_no_excess(read: Reader) -> None:
    page = b"<html><body><p data-state='" + b'{"a": 1, "b": [2, 3]} ' * 50_000 + b"'>Hello</p>"
    assert read(page).records[0].text == "Hello"


@pytest.mark.parametrize(
    "page",
    [
        b"<html><body>" + b"<div>" * 1_000_000 + b"x",
        b"<html><body>" + b"<font><a href=x><p>x</a>" * 30_000,
        b"<rss><channel><item><title>" + b"<b>" * 20_000,
        b"<nitf><body><body.content>" + b"<block>" * 100_000,
        b'{"title": "a", "text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a": ' * 100_000 + b"1" + b"}" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b"From: a\nMessage-ID: 1\nSubject: s\n" + b"Content-Type: message/rfc822\n\n" * 20_000,
    ],
    ids=["divs", "fonts", "feed", "nitf", "json list", "json object", "brackets", "mails"],
)
def test_nesting_without_end_is_refused(read: Reader, page: bytes) -> None:
    found = read(page, "a.json")
    assert found.records == []
    assert len(found.rejected) == 1


def test_numbers_beyond_measure_are_dates_nobody_knows_or_no_json(read: Reader) -> None:
    lines = b"".join(
        b'{"title": "T%d", "date": %s}\n' % (n, number)
        for n, number in enumerate((b"1e400", b"-1e400", b"NaN", b"9" * 4000, b"9" * 5000))
    )
    found = read(lines, "a.jsonl")
    assert [record.title for record in found.records] == ["T0", "T1", "T2", "T3"]
    assert found.rejected == [("line 5", "invalid_json")]
    assert "thousands of digits" in found.items[-1].message


def test_a_header_without_end_is_refused(read: Reader) -> None:
    mail = b"From: a\nMessage-ID: 1\nSubject: " + b"=?utf-8?q?a?= " * 200_000 + b"\n\nhi\n"
    assert read(mail).rejected == [(None, "unreadable_mail")]


def test_a_quote_that_never_ends_is_told_with_its_line(read: Reader) -> None:
    found = read(b'title,text\nA,B\nC,"D\n' + b"E,F\n" * 1000, "a.csv")
    assert [record.title for record in found.records] == ["A"]
    assert found.rejected == [("row 2", "damaged_row")]
    assert "opens in line 3" in found.items[-1].message


def test_a_separator_line_of_a_spreadsheet_is_passed_over(read: Reader) -> None:
    found = read(b"sep=;\r\ntitle;text\r\nA;B\r\n", "a.csv")
    assert [record.text for record in found.records] == ["A\n\nB"]


def test_members_beyond_the_limit_stop_an_archive_of_tiny_files(read: Reader) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(3000):
            archive.writestr(f"{number}", "text")
    found = read(file.getvalue(), record_count=1000)
    assert len(found.records) == 1000
    assert found.rejected == [(None, "too_many_records")]
