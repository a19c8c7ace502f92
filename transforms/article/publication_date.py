"""Reads the date of publication that an article states. Fields that are not stated are not made up.
The only module that imports dateutil."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal, NamedTuple

from dateutil import parser, tz

Precision = Literal["instant", "day", "month", "year"]
DateSource = Literal["metadata", "url", "text"]
Status = Literal["explicit", "inferred", "undateable"]

EARLIEST = datetime(1605, 1, 1, tzinfo=UTC)
"""The year of the first printed newspaper, the Strasbourg Relation."""

AHEAD_OF_UTC = timedelta(hours=14)
"""A date without a clock time is the outlet's own day, which begins up to 14 hours before UTC's.
An instant after the collection is never believed."""

_LONGEST_DATE = 200
"""Characters of a date: with weekday, zone and its name in brackets it has 60 or so. Reading
numbers of thousands of digits takes the square of their length."""

_SAME_DAY = timedelta(days=1)
"""The text's instant and the address's day name one day, if they lie no farther apart."""

_NEVER_MEANT = (datetime(1970, 1, 1, tzinfo=UTC), datetime(1900, 1, 1, tzinfo=UTC))
"""Zero of common clocks and calendars: a field that was never set."""

_ZONES = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "BST": 1, "IST": 5.5, "CET": 1, "CEST": 2, "EET": 2,
    "EEST": 3, "MSK": 3, "SGT": 8, "HKT": 8, "JST": 9, "AEST": 10, "AEDT": 11, "EST": -5,
    "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
"""Hours east of Greenwich of zone names in news; names that mean several zones are read as the
Anglo-American press uses them, except IST, which is India's."""

_WALL_ZONES = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
}

_TZINFOS: dict[str | None, tzinfo | None] = {
    **{name: tz.tzoffset(name, int(hours * 3600)) for name, hours in _ZONES.items()},
    **{name: tz.gettz(zone) for name, zone in _WALL_ZONES.items()},
}


def _zone_of(name: str | None, offset: int | None) -> tzinfo | None:
    """The zone that a date names, or else the one of the seconds east of Greenwich it states.

    An unknown name gives no zone. Given a table of zones instead of a function, dateutil
    would warn of such a name, and would look it up among those of this machine first.
    """
    if name in _TZINFOS:
        return _TZINFOS[name]
    return None if offset is None else tz.tzoffset(name, offset)


_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_TIME = (
    r"(?:,? (?:at )?[-–|—]? ?(?P<time>\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]\.?m\b\.?)?|"
    r"\d{1,2} ?[ap]\.?m\b\.?)"
    r"(?: ?\(?(?P<zone>[A-Z]{2,4}|[+-]\d{2}:?\d{2})\b\)?)?)?"
)
_TEXT_DATE = re.compile(
    rf"\b(?:(?P<date>{_MONTH}\.? {_DAY},? \d{{4}}|{_DAY} {_MONTH}\.?,? \d{{4}}|"
    rf"\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}[./]\d{{1,2}}[./]\d{{4}})"
    rf"|(?P<short>{_MONTH}\.? {_DAY}|{_DAY} {_MONTH}))\b{_TIME}",
    re.IGNORECASE,
)
_URL_DATE = re.compile(
    r"/((?:19|20)\d{2})(?:/|-)(0?[1-9]|1[0-2]|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r"(?:(?:/|-)(0?[1-9]|[12]\d|3[01]))?(?=[/-]|$)|/((?:19|20)\d{2})(0[1-9]|1[0-2])"
    r"(0[1-9]|[12]\d|3[01])(?=[/-]|$)"
)


class PublicationDate(NamedTuple):
    """The date, its precision, its source, how certain it is, and the words that state it."""

    at: datetime | None
    precision: Precision | None
    source: DateSource | None
    status: Status
    raw: str | None


UNDATEABLE = PublicationDate(None, None, None, "undateable", None)


class Reading(NamedTuple):
    """One date as read; ``year_missing`` when the words leave the year out."""

    at: datetime
    precision: Precision
    year_missing: bool = False


def read_date(raw: str) -> Reading | None:
    """The date that ``raw`` states, in UTC; None where it states none or is ambiguous.

    Fields that are not stated are not made up: two parses with different defaults must agree
    on day and month. A clock time without a zone leaves the precision at the day. All-digit
    strings of 10 or 13 digits are Unix seconds or milliseconds.
    """
    text = raw.strip()
    if len(text) > _LONGEST_DATE:
        return None
    if re.fullmatch(r"\d{10}|\d{13}", text):
        return Reading(datetime.fromtimestamp(int(text) / 10 ** (len(text) - 10), UTC), "instant")
    if re.fullmatch(r"\d{4}", text):
        return Reading(datetime(int(text), 1, 1, tzinfo=UTC), "year") if int(text) else None
    numeric = re.match(r"^(\d{1,2})[./](\d{1,2})[./]\d{4}\b", text)
    day_first = "." in text[:5] if numeric else False
    if numeric and not day_first and int(numeric[1]) <= 12 and int(numeric[2]) <= 12:
        return None if numeric[1] != numeric[2] else _parse(text, day_first=False)
    return _parse(text, day_first=day_first)


def _parse(text: str, *, day_first: bool) -> Reading | None:
    try:
        first, second = (
            parser.parse(text, default=default, dayfirst=day_first, tzinfos=_zone_of)
            for default in (datetime(2000, 1, 1, 0, 0), datetime(2004, 2, 2, 1, 1))
        )
    except (ValueError, ArithmeticError, AttributeError):
        return None
    year_missing = first.year != second.year
    if first.month != second.month:
        return None if year_missing else Reading(datetime(first.year, 1, 1, tzinfo=UTC), "year")
    if first.day != second.day:
        month = datetime(first.year, first.month, 1, tzinfo=UTC)
        return None if year_missing else Reading(month, "month")
    timed = first.hour == second.hour
    if timed and first.tzinfo is not None:
        try:
            return Reading(first.astimezone(UTC), "instant", year_missing)
        except (OverflowError, ValueError):  # beyond year 9999, or a zone a day away from UTC
            return None
    day = datetime(first.year, first.month, first.day, tzinfo=UTC)
    return Reading(day, "day", year_missing)


def url_date(url: str) -> tuple[Reading, str] | None:
    """The date in an address's path, such as ``/2024/03/12/``, and the piece that states it."""
    found = _URL_DATE.search(url)
    if found is None:
        return None
    year, month, day, *packed = found.groups()
    if packed[0]:
        year, month, day = packed
    raw = found.group(0).strip("/")
    stamp = f"{year}-{month}-{day}" if day else f"{year}-{month}"
    reading = read_date(stamp.replace("-", " ") if month.isalpha() else _padded(stamp))
    return (reading, raw) if reading else None


def _padded(stamp: str) -> str:
    return "-".join(part.zfill(2) for part in stamp.split("-"))


def text_dates(text: str) -> list[str]:
    """The stretches of a line that state a date, in order, with the clock time if there is one."""
    return [found.group(0).strip(" ,") for found in _TEXT_DATE.finditer(text)]


def publication_date(
    declared: str | None,
    url: str | None,
    lines: tuple[str, ...],
    year_witness: str | None,
    collected_at: datetime,
) -> PublicationDate:
    """The first believable date out of metadata, address, then date lines of the text.

    ``lines`` are dateline, byline and date lines in the order of the page. A month and day
    without a year take the year that the address or ``year_witness`` (the declared date of
    last change) states; the result is then inferred, as is one whose precision is below a day.
    Dates before EARLIEST and after the collection (days: more than AHEAD_OF_UTC after it) are not
    believed; nothing is ever taken from the time of collection.
    """
    if declared and (reading := read_date(declared)) and _believable(reading, collected_at):
        return _stated(reading, "metadata", declared)
    from_url = url_date(url) if url else None
    from_text = _from_lines(lines, _year(from_url, year_witness), collected_at)
    if from_url is None or not _believable(from_url[0], collected_at):
        return from_text or UNDATEABLE
    if from_text is not None and _refines(from_text, from_url[0]):
        return from_text
    return _stated(from_url[0], "url", from_url[1])


def _refines(from_text: PublicationDate, from_url: Reading) -> bool:
    """Whether the text's date is the address's date, stated more precisely."""
    if from_text.at is None:
        return False
    if from_url.precision == "month":
        return from_text.at.strftime("%Y-%m") == from_url.at.strftime("%Y-%m")
    return abs(from_text.at - from_url.at) <= _SAME_DAY


def _from_lines(
    lines: tuple[str, ...], year: int | None, collected_at: datetime
) -> PublicationDate | None:
    for line in lines:
        for raw in text_dates(line):
            reading = read_date(raw)
            if reading is None:
                continue
            if not reading.year_missing:
                if _believable(reading, collected_at):
                    return _stated(reading, "text", raw)
            elif (dated := _in_year(reading, year)) and _believable(dated, collected_at):
                return PublicationDate(dated.at, dated.precision, "text", "inferred", raw)
    return None


def _in_year(reading: Reading, year: int | None) -> Reading | None:
    if year is None:
        return None
    try:
        return Reading(reading.at.replace(year=year), reading.precision)
    except ValueError:
        return None


def _year(from_url: tuple[Reading, str] | None, year_witness: str | None) -> int | None:
    if from_url:
        return from_url[0].at.year
    witness = read_date(year_witness) if year_witness else None
    return witness.at.year if witness and not witness.year_missing else None


def _believable(reading: Reading, collected_at: datetime) -> bool:
    ahead = timedelta(0) if reading.precision == "instant" else AHEAD_OF_UTC
    return (
        not reading.year_missing
        and EARLIEST <= reading.at <= collected_at + ahead
        and reading.at not in _NEVER_MEANT
    )


def _stated(reading: Reading, source: DateSource, raw: str) -> PublicationDate:
    status: Status = "explicit" if reading.precision in ("instant", "day") else "inferred"
    return PublicationDate(reading.at, reading.precision, source, status, raw)
