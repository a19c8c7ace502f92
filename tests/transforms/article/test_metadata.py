"""Dates and other metadata, each with where it came from."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from transforms.article.metadata import Block, Declared, read_metadata
from transforms.article.publication_date import UNDATEABLE, PublicationDate, publication_date

COLLECTED = datetime(2024, 6, 1, tzinfo=UTC)


def at(*fields: int) -> datetime:
    return datetime(*fields, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("declared", "url", "lines", "witness", "expected"),
    [
        # An instant with its zone, in UTC.
        ("2024-03-12T08:00:00+02:00", None, (), None,
         (at(2024, 3, 12, 6), "instant", "metadata", "explicit", "2024-03-12T08:00:00+02:00")),
        # A clock time without zone says no instant.
        ("2024-03-12 08:00", None, (), None,
         (at(2024, 3, 12), "day", "metadata", "explicit", "2024-03-12 08:00")),
        # The address's month is less than a day: worked out.
        (None, "https://a.example/2024/03/x", (), None,
         (at(2024, 3, 1), "month", "url", "inferred", "2024/03")),
        # The text says more exactly what the address says.
        (None, "https://a.example/2024/03/12/x", ("March 12, 2024, 9:05 a.m. CDT",), None,
         (at(2024, 3, 12, 14, 5), "instant", "text", "explicit", "March 12, 2024, 9:05 a.m. CDT")),
        # A dateline without year takes the year that the metadata's last change states.
        (None, None, ("NAIROBI, 12 March (Wire)",), "2024-03-13",
         (at(2024, 3, 12), "day", "text", "inferred", "12 March")),
        # Later than the collection: not believed, and the next source is asked.
        ("2031-01-01", None, ("May 9, 2024",), None,
         (at(2024, 5, 9), "day", "text", "explicit", "May 9, 2024")),
        # An instant is compared as such; a day may have begun where the outlet is.
        ("2024-06-01T00:01:00Z", None, ("2024-06-01",), None,
         (at(2024, 6, 1), "day", "text", "explicit", "2024-06-01")),
    ],
)  # fmt: skip
def test_dates(
    declared: str | None,
    url: str | None,
    lines: tuple[str, ...],
    witness: str | None,
    expected: tuple[object, ...],
) -> None:
    assert publication_date(declared, url, lines, witness, COLLECTED) == expected


@pytest.mark.parametrize(
    ("declared", "line"),
    [
        ("today", ""),
        ("", "12 March"),  # no year anywhere
        ("03/04/2024", ""),  # day and month are ambiguous
        ("1970-01-01T00:00:00Z", ""),  # a clock that was never set
        ("10:30", ""),
        ("not a date", "On Thursday"),
    ],
)
def test_undateable(declared: str, line: str) -> None:
    assert publication_date(declared, None, (line,), None, COLLECTED) == UNDATEABLE


@pytest.mark.parametrize(
    ("raw", "at_utc", "precision"),
    [
        ("Tue, 12 Mar 2024 10:11 XYZT", at(2024, 3, 12), "day"),  # nobody knows where that is
        ("Tue, 12 Mar 2024 10:11 NZDT", at(2024, 3, 12), "day"),  # this machine's own zone or not
        ("Tue, 12 Mar 2024 10:11 -0700 (XYZT)", at(2024, 3, 12, 17, 11), "instant"),
        ("Tue, 12 Mar 2024 10:11 EDT", at(2024, 3, 12, 14, 11), "instant"),
        ("Tue, 12 Mar 2024 10:11 PT", at(2024, 3, 12, 17, 11), "instant"),
    ],
    ids=["unknown", "of this machine", "offset and unknown", "known", "wall clock"],
)
@pytest.mark.filterwarnings("error")
def test_a_zone_that_is_not_known_leaves_the_day_and_says_nothing(
    raw: str, at_utc: datetime, precision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        found = publication_date(raw, None, (), None, COLLECTED)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert found[:2] == (at_utc, precision)


def test_metadata_says_where_it_came_from() -> None:
    declared = Declared("https://a.example/politics/2024/x", None, None, None, None, None, None)
    blocks = [
        Block("title", False, "A bridge\nat last", "title_borne_out"),
        Block("byline", False, "By Ann Ode", "byline_shape"),
        Block("paragraph", True, "RIVERTON, March 3 (Wire) — The bridge is built.", "story"),
    ]

    found = read_metadata(declared, blocks, COLLECTED)

    assert found[:8] == (
        "A bridge at last", "title_borne_out", None, "Ann Ode", "byline_shape",
        "RIVERTON, March 3 (Wire)", "politics", "url",
    )  # fmt: skip
    assert found.published == PublicationDate(None, None, None, "undateable", None)


def test_a_dateline_is_without_the_blanks_before_its_dash() -> None:
    opening = Block("paragraph", True, "TARAWA  — The harbour opened on Monday.", "story")
    declared = Declared(None, None, None, None, None, None, None)

    assert read_metadata(declared, [opening], COLLECTED).dateline == "TARAWA"


@pytest.mark.parametrize(
    "raw",
    [
        "2024-05-03T09:00:00+99:99",  # a zone more than a day away from UTC
        "9999-12-31T23:59:59-12:00",  # an instant of the year 10000
        "24:010000000000000000000000000000000",  # minutes that no decimal number divides
        "1" * 10_000_000,
        "1.1" * 1_000_000,
    ],
    ids=["zone", "year", "minutes", "digits", "points"],
)
def test_what_is_no_date_is_undateable_at_once(raw: str) -> None:
    assert publication_date(raw, None, (), raw, COLLECTED) == UNDATEABLE


def test_a_title_of_white_space_is_none_and_comes_from_nowhere() -> None:
    declared = Declared(None, "\u00a0", None, None, None, None, None)
    found = read_metadata(declared, (), COLLECTED)
    assert (found.title, found.title_source) == (None, None)
