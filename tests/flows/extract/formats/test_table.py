"""Rows are records; a bad row costs itself."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pyarrow
from pyarrow import parquet

Reader = Callable[..., Any]


def test_rows_are_records(read: Reader) -> None:
    data = b'title,text,url\r\nA,"One,\r\n""two""",https://x.example/1\r\nB,Three,\r\n'
    found = read(data, "a.csv")
    assert (found.format, found.encoding) == ("csv", "utf-8")
    assert [(r.locator, r.text, r.url) for r in found.records] == [
        ("row 1", 'A\n\nOne,\n"two"', "https://x.example/1"),
        ("row 2", "B\n\nThree", None),
    ]


def test_a_table_is_known_by_its_header_without_a_name(read: Reader) -> None:
    assert read(b"headline\tbody\tpublished_at\nA\tB\t2024\n").format == "tsv"
    assert read(b"headline;body;published_at\nA;B;2024\n", "x.csv").records[0].text == "A\n\nB"
    assert read(b"Title, text and url\n\nwere discussed.\n").format == "plain"


def test_bad_rows_cost_themselves(read: Reader) -> None:
    data = b"title,text\nA,1\nB\nC,\xff\xff\nD,2\n,\n" + "Ä,äöü\n".encode() * 3
    found = read(data, "a.csv")
    assert [r.title for r in found.records] == ["A", "D", "Ä", "Ä", "Ä"]
    assert found.rejected == [
        ("row 2", "ragged_row"),
        ("row 3", "undecodable_bytes"),
        ("row 5", "empty_text"),
    ]


def test_unknown_columns_name_what_is_there(read: Reader) -> None:
    found = read(b"a,b\n1,2\n", "a.csv")
    assert found.rejected == [(None, "unknown_columns")]
    assert "2 columns (a, b)" in found.items[0].message
    assert read(b"a,b\n1,2\n", "a.csv", mapping={"title": "a", "body": "b"}).records[0].text == (
        "1\n\n2"
    )


def test_a_quote_that_never_ends_is_bounded(read: Reader) -> None:
    data = b'title,text\nA,"' + b"x\n" * 100_000
    found = read(data, "a.csv", record_bytes=10_000)
    assert found.items[0].rule == "damaged_row"


def test_parquet_is_read(read: Reader) -> None:
    file = io.BytesIO()
    pl.DataFrame(
        {
            "title": ["A", None],
            "body": ["One.", "Two."],
            "published": [datetime(2024, 5, 3, 9, tzinfo=UTC), None],
            "authors": [["Ida", "Per"], []],
        }
    ).write_parquet(file)
    found = read(file.getvalue(), "a.parquet")
    assert (found.format, found.encoding) == ("parquet", None)
    assert [(r.locator, r.text, r.byline, r.published_raw) for r in found.records] == [
        ("row 1", "A\n\nOne.", "Ida, Per", "2024-05-03T09:00:00+00:00"),
        ("row 2", "Two.", None, None),
    ]
    assert read(file.getvalue()[:-20]).rejected == [(None, "damaged_archive")]


def test_of_columns_of_one_name_the_first_that_is_filled_counts(read: Reader) -> None:
    found = read(b"title,text,text\nA,One,\nB,,Two\n", "a.csv")
    assert [record.text for record in found.records] == ["A\n\nOne", "B\n\nTwo"]


def test_dates_beyond_the_calendar_do_not_cost_their_row(read: Reader) -> None:
    file = io.BytesIO()
    instants = pyarrow.array([2**40, None], pyarrow.timestamp("s"))
    parquet.write_table(pyarrow.table({"title": ["A", "B"], "date": instants}), file)
    found = read(file.getvalue(), "a.parquet")
    assert [(r.text, r.published_raw) for r in found.records] == [
        ("A", "<value out of range: 1099511627776000>"),
        ("B", None),
    ]


def test_texts_stored_as_bytes_are_read(read: Reader) -> None:
    file = io.BytesIO()
    texts = pyarrow.array(["Größe".encode(), b"\xff"], pyarrow.binary())
    pictures = pyarrow.array([b"\xff", b"\xfe"], pyarrow.binary())
    table = pyarrow.table({"title": ["A", "B"], "text": texts, "picture": pictures})
    parquet.write_table(table, file)
    found = read(file.getvalue(), "a.parquet")
    assert [record.text for record in found.records] == ["A\n\nGröße"]
    assert found.rejected == [("row 2", "damaged_row")]
