"""Reads the captures in WARC and ARC web archives, also in damaged ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flows.extract.bytes.stream import ByteStream, too_large
from flows.extract.record import Limits, Rejection, printable

_HEADER_BYTES = 64 * 1024
_WARC_MARK = b"WARC/"
_TEXTUAL = ("response", "resource", "conversion")
_ARC_LINE = re.compile(
    rb"^(\S.{0,8000}?) [0-9A-Fa-f.:]{1,45} (\d{8,20}) ([^ ]{1,200}) "
    rb"(?:.{0,2000} )?(\d{1,15})\r?\n?$"
)


@dataclass(frozen=True)
class Capture:
    """One captured response: its address, and its bytes as received."""

    locator: str
    url: str
    content_type: str | None
    is_http: bool
    content: bytes


@dataclass
class Tally:
    """How many records an archive held; its captures are fewer."""

    records: int = 0


def read_warc(stream: ByteStream, limits: Limits, tally: Tally) -> Iterator[Capture | Rejection]:
    """Captures of a WARC file. A damaged record is rejected; reading goes on at the next."""
    seen: dict[str, int] = {}
    while (start := _next_record(stream)) is not None:
        where, skipped, line = start
        if skipped:
            yield _damaged(where, skipped, limits)
        if not line:
            return
        tally.records += 1
        headers = _headers(stream)
        length = _whole_number(headers.get("content-length"))
        kind = headers.get("warc-type", "").lower()
        locator = _unique(headers.get("warc-record-id", "").strip("<> "), tally.records, seen)
        if length is None:
            yield Rejection(
                locator, "damaged_record",
                "The record's headers do not say how long it is. Reading went on at the next.",
                None,
            )  # fmt: skip
            continue
        if kind not in _TEXTUAL:
            stream.skip(length)
            continue
        if length > limits.record_bytes:
            stream.skip(length)
            yield too_large(limits.record_bytes).rejection(locator)
            continue
        content = stream.read(length)
        if len(content) < length:
            yield _cut_off(locator, len(content), length, content, limits)
            return
        yield Capture(
            locator, headers.get("warc-target-uri", "").strip("<> "), headers.get("content-type"),
            kind == "response" and content.startswith(b"HTTP/"), content,
        )  # fmt: skip


def read_arc(stream: ByteStream, limits: Limits, tally: Tally) -> Iterator[Capture | Rejection]:
    """Captures of an ARC file, version 1 or 2."""
    while line := stream.readline(_HEADER_BYTES):
        if not line.strip():
            continue
        found = _ARC_LINE.match(line)
        if found is None:
            where, skipped, line = _next_arc_line(stream, line)
            yield _damaged(where, skipped, limits)
            found = _ARC_LINE.match(line)
            if found is None:
                return
        tally.records += 1
        locator = f"record {tally.records}"
        length = int(found[4])
        if length > limits.record_bytes:
            stream.skip(length)
            yield too_large(limits.record_bytes).rejection(locator)
            continue
        content = stream.read(length)
        if len(content) < length:
            yield _cut_off(locator, len(content), length, content, limits)
            return
        if found[1].startswith(b"filedesc:"):
            tally.records -= 1
            continue
        url = found[1].decode("utf-8", "backslashreplace")
        content_type = found[3].decode("latin-1")
        yield Capture(locator, url, content_type, content.startswith(b"HTTP/"), content)


def _next_record(stream: ByteStream) -> tuple[int, bytes, bytes] | None:
    """Where searching began, what was passed over, and the record's first line.

    None at the end; an empty line where only damage is left.
    """
    where = stream.position
    skipped = b""
    while line := stream.readline(_HEADER_BYTES):
        if line.startswith(_WARC_MARK):
            return where, skipped, line
        if line.strip() and not skipped:
            skipped = line
    return (where, skipped, b"") if skipped else None


def _next_arc_line(stream: ByteStream, first: bytes) -> tuple[int, bytes, bytes]:
    where = stream.position - len(first)
    while line := stream.readline(_HEADER_BYTES):
        if _ARC_LINE.match(line):
            return where, first, line
    return where, first, b""


def _headers(stream: ByteStream) -> dict[str, str]:
    """Header lines up to the blank one, names in lower case; long headers are cut."""
    return parse_headers(_header_lines(stream))


def _header_lines(stream: ByteStream) -> Iterator[bytes]:
    left = _HEADER_BYTES
    while left > 0 and (line := stream.readline(left)):
        left -= len(line)
        if not line.strip():
            return
        yield line


def parse_headers(lines: Iterator[bytes]) -> dict[str, str]:
    """Headers by lower-case name, the first of each; folded lines are joined."""
    found: dict[str, str] = {}
    name = ""
    for raw in lines:
        line = raw.decode("utf-8", "backslashreplace").rstrip("\r\n")
        if line[:1] in (" ", "\t") and name:
            found[name] += " " + line.strip()
            continue
        key, colon, value = line.partition(":")
        name = key.strip().lower() if colon else ""
        if name:
            found.setdefault(name, value.strip())
    return found


def _whole_number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


def _unique(record_id: str, number: int, seen: dict[str, int]) -> str:
    """The record's id; its number where it has none or has been met before."""
    if not record_id:
        return f"record {number}"
    seen[record_id] = seen.get(record_id, 0) + 1
    return record_id if seen[record_id] == 1 else f"{record_id} #{seen[record_id]}"


def _damaged(where: int, skipped: bytes, limits: Limits) -> Rejection:
    return Rejection(
        f"byte {where}", "damaged_record",
        f"No record begins at byte {where:,}, where one should. Reading went on at the next.",
        printable(skipped, limits.payload_chars),
    )  # fmt: skip


def _cut_off(locator: str, have: int, want: int, content: bytes, limits: Limits) -> Rejection:
    return Rejection(
        locator, "truncated_record",
        f"The file ends after {have:,} of the record's {want:,} bytes. Fetch it again.",
        printable(content, limits.payload_chars),
    )  # fmt: skip
