"""Types of extraction: records, rejections, hints and limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MIB = 1024 * 1024
GIB = 1024 * MIB


@dataclass(frozen=True)
class Limits:
    """Limits on the size of one file's content, so that a hostile file cannot stop a run.

    Attributes:
        record_bytes: largest single record or whole document (64 MiB: the collected works of a
            newspaper's day fit, a runaway line does not).
        file_bytes: most bytes read from one file, after decompression (4 GiB).
        ratio: most bytes out for each byte in (1,000: text reaches 10 to 30, gzip's own ceiling
            is 1,032, so only bombs come near).
        depth: compressions or archives inside one another (3).
        record_count: most records of one container (1,000,000).
        markup_bytes: largest page whose parts are distinguished; larger ones are only rendered
            (4 MiB: news pages are under 2 MiB).
        text_chars: longest text of one record, in code points (1,000,000: some 160,000 words, ten
            times the longest court ruling or transcript in news).
        payload_chars: beginning of a rejected record that is kept for people (500).
    """

    record_bytes: int = 64 * MIB
    file_bytes: int = 4 * GIB
    ratio: int = 1000
    depth: int = 3
    record_count: int = 1_000_000
    markup_bytes: int = 4 * MIB
    text_chars: int = 1_000_000
    payload_chars: int = 500


@dataclass(frozen=True)
class Hint:
    """What the format says of a span of the text; offsets are code points, half-open.

    ``kind`` is a block kind, ``rule`` says how it is known, ``url`` is where a link leads.
    """

    start_char: int
    end_char: int
    kind: str
    rule: str
    url: str | None = None


@dataclass(frozen=True)
class ExtractedRecord:
    """One news item as delivered: its text and what its format declares beside it.

    ``locator`` is empty for a whole file. Dates are as delivered, not parsed. Hints are sorted,
    inside the text and do not overlap. ``mojibake`` says what of the text looks decoded with the
    wrong charset. ``text_only_reason`` says why the parts of the page are not distinguished.
    ``issued_raw`` is the date that the whole container declares, as a feed does.
    """

    locator: str
    text: str
    url: str | None = None
    title: str | None = None
    standfirst: str | None = None
    byline: str | None = None
    section: str | None = None
    published_raw: str | None = None
    modified_raw: str | None = None
    language: str | None = None
    hints: tuple[Hint, ...] = ()
    mojibake: str | None = None
    text_only_reason: str | None = None
    issued_raw: str | None = None


@dataclass(frozen=True)
class Rejection:
    """A file (``locator`` None) or a record that could not be read, and why.

    ``message`` is for people and says what to do; ``payload`` is its printable beginning.
    """

    locator: str | None
    rule: str
    message: str
    payload: str | None = None


Item = ExtractedRecord | Rejection


@dataclass(frozen=True)
class Extraction:
    """One file as read. ``items`` is lazy, and valid while the file's stream is open.

    ``format`` is None where none fitted, ``encoding`` (a Python codec name) where the bytes are
    not text or each record has its own.
    """

    format: str | None
    encoding: str | None
    items: Iterator[Item]


class Refused(Exception):
    """Reading cannot go on; carries what becomes the Rejection."""

    def __init__(self, rule: str, message: str, payload: str | None = None) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.payload = payload

    def rejection(self, locator: str | None = None) -> Rejection:
        """The same as a rejection of the file, or of the record at ``locator``."""
        return Rejection(locator, self.rule, self.message, self.payload)


def printable(content: bytes | str, limit: int) -> str:
    """The beginning of rejected content with everything unprintable escaped."""
    head = content[:limit]
    text = head.decode("utf-8", "backslashreplace") if isinstance(head, bytes) else head
    shown = "".join(
        char if char.isprintable() or char in "\n\t" else ascii(char)[1:-1] for char in text
    )
    return shown[:limit]
