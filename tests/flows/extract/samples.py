"""One small whole file a format, from which hostile ones are made."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile

import polars as pl
import zstandard

TEXT = "Bridge to close\n\n“It will close,” said Ida Ås. – Größe, ça va, край, 東京, \U0001f600.\n"
PAGE = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Bridge</title>'
    '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Bridge"}</script>'
    '<link rel="canonical" href="https://quay.example/1"></head><body><nav><a href="/">Home</a>'
    f"</nav><article><h1>Bridge</h1><p>{TEXT}</p><figure><figcaption>Dawn</figcaption></figure>"
    '<ul><li>One</li><li>Two</li></ul></article><aside><h3>More</h3><a href="/2">Ferry timetable '
    "changes again today</a></aside><pre>a\n  b</pre><table><tr><td>1<td>2</table></body></html>"
)
_OBJECT = '{"title": "Bridge \\ud83d\\ude00", "text": "<p>One.</p>", "url": "https://q.example/1"}'
_NINJS = (
    '{"uri": "https://q.example/1", "type": "text", "versioncreated": "2024-05-03", "headline": '
    '"Bridge", "body_html": "<p>One.</p>", "subject": [{"name": "Roads"}], "byline": "Ida"}'
)
_FEED = (
    '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE rss [<!ENTITY nbsp "&#160;">]><rss><channel>'
    "<language>en</language><item><title>A &amp; B</title><guid>1</guid><description><![CDATA["
    "<p>One.</p>]]></description><pubDate>Fri, 03 May 2024 09:00:00 +0200</pubDate></item>"
    "</channel></rss>"
)
_NITF = (
    '<nitf xml:lang="en"><head><docdata><date.issue norm="20240503"/></docdata></head><body>'
    "<body.head><hedline><hl1>Bridge</hl1></hedline></body.head><body.content><p>One.</p><media>"
    "<media-caption>Dawn</media-caption></media></body.content></body></nitf>"
)
_MAIL = (
    "Received: x\r\nFrom: =?utf-8?q?=C3=85s?= <a@b.example>\r\nSubject: Bridge\r\nMIME-Version: 1.0"
    '\r\nContent-Type: multipart/alternative; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain; '
    "charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nT25lLg==\r\n--b\r\nContent-Type: "
    "text/html\r\n\r\n<p>One.</p>\r\n--b--\r\n"
)


def _http() -> bytes:
    body = gzip.compress(PAGE.encode(), mtime=0)
    return (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Encoding: gzip\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(body)
    ) + body + b"\r\n0\r\n\r\n"  # fmt: skip


def _warc() -> bytes:
    one = (
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Target-URI: "
        b"https://q.example/1\r\nContent-Length: %d\r\n\r\n" % len(_http())
    ) + _http() + b"\r\n\r\n"  # fmt: skip
    return one * 2


def _arc() -> bytes:
    line = b"https://q.example/1 192.0.2.1 20240503090000 text/html %d\n" % len(_http())
    return b"filedesc://a.arc 0.0.0.0 20240503090000 text/plain 6\n1 0 x\n\n" + line + _http()


def _zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in (("a.txt", TEXT), ("b.html", PAGE), ("c.jsonl", f"{_OBJECT}\n" * 2)):
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _parquet() -> bytes:
    file = io.BytesIO()
    pl.DataFrame({"title": ["A", "B"] * 40, "text": ["One.", None] * 40}).write_parquet(file)
    return file.getvalue()


def samples() -> dict[str, bytes]:
    """Whole files by name."""
    return {
        "plain.txt": TEXT.encode(),
        "latin.txt": TEXT.encode("cp1252", "ignore"),
        "wide.txt": TEXT.encode("utf-16"),
        "markdown.md": f"---\ndate: 2024\n---\n# {TEXT}\n- a\n".encode(),
        "page.html": PAGE.encode(),
        "item.json": _OBJECT.encode(),
        "list.json": f"[{_OBJECT}, {_OBJECT}]".encode(),
        "ninjs.json": _NINJS.encode(),
        "lines.jsonl": f"{_OBJECT}\n{_NINJS}\n{_OBJECT}\n".encode(),
        "table.csv": f'title,text\nA,"{TEXT}"\nB,C\n'.encode(),
        "feed.xml": _FEED.encode(),
        "nitf.xml": _NITF.encode(),
        "mail.eml": _MAIL.encode(),
        "web.warc": _warc(),
        "web.arc": _arc(),
        "table.parquet": _parquet(),
        "packed.txt.gz": gzip.compress(TEXT.encode() * 9, mtime=0),
        "packed.txt.bz2": bz2.compress(TEXT.encode() * 9),
        "packed.txt.xz": lzma.compress(TEXT.encode() * 9),
        "packed.txt.zst": zstandard.ZstdCompressor().compress(TEXT.encode() * 9),
        "packed.zip": _zip(),
    }
