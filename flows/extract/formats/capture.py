"""Turns captured HTTP responses of web archives into records; responses that are no page are
left out."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator

from flows.extract.bytes import sniff
from flows.extract.bytes.compress import Unpacked
from flows.extract.bytes.decode import decode
from flows.extract.bytes.stream import ByteStream
from flows.extract.format import ByteFormat
from flows.extract.formats.warc import Capture, Tally, parse_headers, read_arc, read_warc
from flows.extract.html.page import declared_charset, read_page
from flows.extract.record import ExtractedRecord, Item, Limits, Refused, Rejection, printable

_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})")
_CHARSET = re.compile(r"charset\s{0,9}=\s{0,9}[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]{0,9}(?:;[^\r\n]{0,200})?\r?\n")
_PAGES = ("text/html", "application/xhtml+xml")


def read_captures(stream: ByteStream, kind: str, limits: Limits) -> Iterator[Item]:
    """Records of the pages in a web archive (``warc`` or ``arc``).

    These are responses with status 200 and resources in HTML, and conversions to plain text.
    Pictures, scripts, redirects, errors and revisits contain no story and are left out.
    """
    tally = Tally()
    pages = 0
    for capture in (read_warc if kind == "warc" else read_arc)(stream, limits, tally):
        item = capture if isinstance(capture, Rejection) else _item(capture, limits)
        if item is not None:
            pages += 1
            yield item
    if not pages:
        raise Refused(
            "no_pages",
            f"None of the archive's {tally.records:,} records is a page (HTML, status 200). "
            "Nothing to load.",
        )


def _item(capture: Capture, limits: Limits) -> Item | None:
    """The capture's record, None where it is no page."""
    content, content_type = capture.content, capture.content_type or ""
    try:
        if capture.is_http:
            status = _STATUS.match(content)
            if status is None or status[1] != b"200":
                return None
            headers, content = _http(content)
            content_type = headers.get("content-type", "")
            if not _is_page(content_type, content):
                return None
            content = _decoded(content, headers, limits)
        elif not _is_page(content_type, content):
            return None
        return _page(capture, content, content_type, limits)
    except Refused as refused:
        return refused.rejection(capture.locator)


def _page(capture: Capture, content: bytes, content_type: str, limits: Limits) -> Item:
    found = _CHARSET.search(content_type)
    charset = found[1] if found else declared_charset(content)
    text = decode(content, charset).text
    if not text.strip():
        raise Refused("empty_text", "The answer is empty. Nothing to load.")
    if content_type.startswith("text/plain"):
        return ExtractedRecord(capture.locator, text, url=capture.url or None)
    return read_page(text, limits, locator=capture.locator, url=capture.url or None)


def _is_page(content_type: str, content: bytes) -> bool:
    plain = content_type.partition(";")[0].strip().lower()
    if plain in _PAGES or plain == "text/plain":
        return plain != "text/plain" or not content.startswith(b"HTTP/")
    if plain:
        return False
    head = content[: sniff.HEAD_BYTES].decode("latin-1")
    return sniff.text_format("", head).name == "html"


def _http(content: bytes) -> tuple[dict[str, str], bytes]:
    """Headers and body of an HTTP response."""
    stream = ByteStream(io.BytesIO(content), len(content))
    stream.readline(8192)
    lines = []
    while (line := stream.readline(8192)) and line.strip():
        lines.append(line)
    return parse_headers(iter(lines)), content[stream.position :]


def _decoded(content: bytes, headers: dict[str, str], limits: Limits) -> bytes:
    """The body without transfer and content encoding; wrong headers are common and tolerated."""
    if "chunked" in headers.get("transfer-encoding", "").lower():
        content = _unchunked(content) or content
    coding = headers.get("content-encoding", "").lower().strip()
    packed = sniff.compression(content)
    if packed in ("gzip", "zstd"):
        unpacked = Unpacked(io.BytesIO(content), packed, limits.ratio)
        return ByteStream(unpacked, limits.file_bytes).read_whole(limits.record_bytes)
    if coding == "deflate":
        return _inflated(content, limits)
    if coding == "br":
        raise Refused(
            "unsupported_compression",
            "The answer is packed with Brotli, which is not read. Archive it unpacked or gzipped.",
            printable(content, limits.payload_chars),
        )
    return content


def _unchunked(content: bytes) -> bytes | None:
    """The joined chunks, None where the body is not chunked whatever its headers say."""
    parts: list[bytes] = []
    position = 0
    while found := _CHUNK_SIZE.match(content, position):
        size = int(found[1], 16)
        if not size:
            return b"".join(parts)
        parts.append(content[found.end() : found.end() + size])
        position = found.end() + size
        position += 2 if content[position : position + 2] == b"\r\n" else 1
    return b"".join(parts) if parts and position >= len(content) else None


def _inflated(content: bytes, limits: Limits) -> bytes:
    """Deflate, with its wrapper or (as many servers send it) without; unpacked if it is neither."""
    for wbits in (15, -15):
        try:
            out = zlib.decompressobj(wbits).decompress(content, limits.record_bytes)
        except zlib.error:
            continue
        return out
    return content


FORMATS = (
    ByteFormat(
        name="warc",
        magic=(b"WARC/",),
        endings=(".warc",),
        read=lambda stream, limits, _: read_captures(stream, "warc", limits),
    ),
    ByteFormat(
        name="arc",
        magic=(b"filedesc:",),
        endings=(".arc",),
        read=lambda stream, limits, _: read_captures(stream, "arc", limits),
    ),
)
