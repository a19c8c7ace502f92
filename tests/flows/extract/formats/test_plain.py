"""A text file is its text; what is no text says what it looks like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flows.extract.record import ExtractedRecord, Rejection

Reader = Callable[..., Any]


def test_a_text_is_kept_to_the_letter(read: Reader) -> None:
    text = "Title\n\n  Two  spaces, a\ttab,\u00a0a hard space and a soft\u00adhyphen.\u2028\n\n\n"
    found = read(text.encode(), "a.txt")
    assert (found.format, found.encoding) == ("plain", "utf-8")
    assert found.items == [ExtractedRecord(locator="", text=text)]


def test_line_ends_become_line_feeds_and_the_mark_goes(read: Reader) -> None:
    assert read(b"\xef\xbb\xbfa\r\nb\rc\n").records[0].text == "a\nb\nc\n"


def test_right_to_left_marks_and_naughty_strings_survive(read: Reader) -> None:
    text = "\u202eevil\u202c \u200f\u05d0 \U0001f469\u200d\U0001f467 Z\u0351\u0323 \x07bell"
    assert read(text.encode()).records[0].text == text


@pytest.mark.parametrize(
    ("data", "rule", "words"),
    [
        (b"", "empty_file", "is empty (0 bytes)"),
        (b" \n\t\r\n ", "empty_text", "white space only"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not_text", "looks like a PNG image"),
        (b"%PDF-1.7\n%\xe2\xe3", "not_text", "looks like a PDF document"),
        (b"some text\0and a NUL", "not_text", "NUL bytes"),
        (b"\0\0\0\0\0\0\0\0DUCK", "not_text", "a DuckDB database"),
    ],
)
def test_what_is_no_text_says_why(read: Reader, data: bytes, rule: str, words: str) -> None:
    (rejection,) = read(data, "a.txt").items
    assert isinstance(rejection, Rejection)
    assert (rejection.locator, rejection.rule) == (None, rule)
    assert words in rejection.message


def test_the_payload_is_printable_and_bounded(read: Reader) -> None:
    (rejection,) = read(b"%PDF-\x00\xff" + b"x" * 5000).items
    assert rejection.payload.startswith("%PDF-\\x00\\xff")
    assert len(rejection.payload) == 500


def test_a_text_beyond_the_limit_is_refused(read: Reader) -> None:
    assert read(b"x" * 1001, record_bytes=1000).rejected == [(None, "record_too_large")]
    assert read(b"x" * 1001, record_bytes=10**6, file_bytes=1000).rejected == [
        (None, "file_too_large")
    ]
