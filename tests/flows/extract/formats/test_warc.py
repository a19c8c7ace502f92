"""Of a web archive the pages are records; damage costs the records it hits."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from typing import Any

Reader = Callable[..., Any]

HTML = b"<html><body><h1>Bridge to close</h1><p>It will close on Monday.</p></body></html>"
TEXT = "Bridge to close\n\nIt will close on Monday."


def _http(
    body: bytes = HTML, status: str = "200 OK", kind: str = "text/html", more: bytes = b""
) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n".encode()
    return head + more + b"\r\n" + body


def _record(content: bytes, kind: str = "response", name: str = "1", length: int = -1) -> bytes:
    size = len(content) if length < 0 else length
    return (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{name}>\r\n"
        f"WARC-Target-URI: https://quay.example/{name}\r\nContent-Length: {size}\r\n\r\n"
    ).encode() + content + b"\r\n\r\n"  # fmt: skip


def test_pages_are_records_and_the_rest_is_left_out(read: Reader) -> None:
    data = (
        _record(b"software: x\r\n", "warcinfo", "0")
        + _record(_http())
        + _record(b"GET / HTTP/1.1\r\n\r\n", "request", "2")
        + _record(_http(status="301 Moved"), name="3")
        + _record(_http(kind="image/png"), name="4")
        + _record(_http(), name="1")
    )
    found = read(data, "a.warc")
    assert (found.format, found.encoding) == ("warc", None)
    assert [(r.locator, r.url, r.text) for r in found.records] == [
        ("urn:uuid:1", "https://quay.example/1", TEXT),
        ("urn:uuid:1 #2", "https://quay.example/1", TEXT),
    ]
    assert found.rejected == []
    assert read(gzip.compress(data), "a.warc.gz").items == found.items


def test_transfer_and_content_codings_are_undone(read: Reader) -> None:
    chunked = b"5\r\n" + HTML[:5] + b"\r\n" + f"{len(HTML) - 5:x};x=1\r\n".encode() + HTML[5:]
    raw_deflate = zlib.compressobj(wbits=-15)
    cases = [
        _http(chunked + b"\r\n0\r\n\r\n", more=b"Transfer-Encoding: chunked\r\n"),
        _http(more=b"Transfer-Encoding: chunked\r\n"),  # declared, and not so
        _http(gzip.compress(HTML), more=b"Content-Encoding: gzip\r\n"),
        _http(more=b"Content-Encoding: gzip\r\n"),  # declared, and not so
        _http(zlib.compress(HTML), more=b"Content-Encoding: deflate\r\n"),
        _http(
            raw_deflate.compress(HTML) + raw_deflate.flush(), more=b"Content-Encoding: deflate\r\n"
        ),
    ]
    data = b"".join(_record(content, name=str(n)) for n, content in enumerate(cases))
    assert [record.text for record in read(data).records] == [TEXT] * len(cases)


def test_the_charset_of_the_answer_is_obeyed(read: Reader) -> None:
    body = "<p>Η γέφυρα κλείνει</p>".encode("iso-8859-7")
    data = _record(_http(body, kind="text/html; charset=ISO-8859-7"))
    assert read(data).records[0].text == "Η γέφυρα κλείνει"


def test_damage_costs_the_records_it_hits(read: Reader) -> None:
    data = (
        b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: many\r\n\r\nlost\r\n\r\n"
        + _record(_http(), name="2")
        + b"garbage\r\nmore\r\n"
        + _record(_http(), name="3")
        + _record(_http(), name="4", length=10**6)
    )
    found = read(data)
    assert [r.locator for r in found.records] == ["urn:uuid:2", "urn:uuid:3"]
    assert [rule for _, rule in found.rejected] == [
        "damaged_record", "damaged_record", "damaged_record", "truncated_record",
    ]  # fmt: skip


def test_a_record_beyond_the_limit_is_passed_over(read: Reader) -> None:
    data = _record(_http(HTML * 50), name="1") + _record(_http(), name="2")
    found = read(data, record_bytes=1000)
    assert found.rejected == [("urn:uuid:1", "record_too_large")]
    assert [r.locator for r in found.records] == ["urn:uuid:2"]


def test_an_archive_without_pages_says_so(read: Reader) -> None:
    assert read(_record(b"x", "warcinfo")).rejected == [(None, "no_pages")]


def test_arc_is_read(read: Reader) -> None:
    version = b"1 0 x\nURL IP-address Archive-date Content-type Archive-length\n"
    page = _http()
    data = (
        b"filedesc://a.arc 0.0.0.0 20240503090000 text/plain %d\n" % len(version)
        + version
        + b"\nhttps://quay.example/a b 192.0.2.1 20240503090000 text/html %d\n" % len(page)
        + page
        + b"\nbroken line\nhttps://quay.example/2 192.0.2.1 20240503090000 text/html %d\n"
        % len(page)
        + page
    )
    found = read(data, "a.arc")
    assert found.format == "arc"
    assert [(r.locator, r.url, r.text) for r in found.records] == [
        ("record 1", "https://quay.example/a b", TEXT),
        ("record 2", "https://quay.example/2", TEXT),
    ]
    assert [rule for _, rule in found.rejected] == ["damaged_record"]
