"""Records written as text, tables, feeds, news items, mail and web archives. Predicts nothing."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from types import MappingProxyType

import pyarrow as pa
from pyarrow import parquet

from rigs.wild.record import WildRecord
from rigs.wild.values import SURROGATE

_COLUMNS = ("title", "text", "author", "date", "url", "section", "language")
Write = Callable[[Sequence[WildRecord]], str]


def _plain(records: Sequence[WildRecord]) -> str:
    (record,) = records
    head = f"{record.shown('title')}\n\nBy {record.shown('author')}\n{record.shown('date')}\n\n"
    if not record.shown("title").strip() and not record.shown("text").strip():
        return record.shown("title") + record.shown("text")
    return f"{head}{record.shown('text')}\n"


def _markdown(records: Sequence[WildRecord]) -> str:
    (record,) = records
    return f"# {record.shown('title')}\n\n{record.shown('text')}\n" if record.shown(
        "text").strip() else f"{record.shown('title')}\n"  # fmt: skip


def page(record: WildRecord, charset: str = "utf-8") -> str:
    """One record as a web page."""
    shown = {name: escape(record.shown(name)) for name in _COLUMNS}
    link = f"<link rel='canonical' href='{shown['url']}'>" if shown["url"] else ""
    body = shown["text"].replace("\n\n", "</p>\n<p>")
    return (
        f"<!DOCTYPE html><html lang='{shown['language'][:99]}'><head><meta charset='{charset}'>"
        f"<title>{shown['title']}</title>{link}<meta name='author' content='{shown['author']}'>"
        f"<meta property='article:published_time' content='{shown['date']}'>"
        f"<meta property='article:section' content='{shown['section']}'></head><body><article>"
        f"<h1>{shown['title']}</h1><p>{body}</p></article></body></html>"
    )


def _object(record: WildRecord) -> str:
    held = repr(record.fields)
    return json.dumps(record.fields, ensure_ascii="\\ud800" in held or record.number % 2 == 0)


def _ninjs(records: Sequence[WildRecord]) -> str:
    (record,) = records
    item = {
        "uri": f"tag:quay.example,2024:{record.number}", "type": "text", "pubstatus": "usable",
        "versioncreated": record.fields["date"], "headline": record.fields["title"],
        "body_text": record.fields["text"], "byline": record.fields["author"],
        "language": record.fields["language"], "subject": [{"name": record.fields["section"]}],
    }  # fmt: skip
    return json.dumps(item)


def _delimited(records: Sequence[WildRecord], delimiter: str) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(_COLUMNS)
    writer.writerows([record.shown(name) for name in _COLUMNS] for record in records)
    return out.getvalue()


def _elements(record: WildRecord, names: Mapping[str, str]) -> str:
    return "".join(
        f"<{tag}>{escape(record.xml(name))}</{tag.split()[0]}>" for name, tag in names.items()
    )


def _rss(records: Sequence[WildRecord]) -> str:
    names = {"title": "title", "text": "description", "author": "author", "date": "pubDate",
             "url": "link", "section": "category"}  # fmt: skip
    items = "".join(
        f"<item>{_elements(record, names)}<guid isPermaLink='false'>{record.marker}</guid></item>"
        for record in records
    )
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>Q</title>{items}</channel></rss>'
    )


def _atom(records: Sequence[WildRecord]) -> str:
    names = {"title": "title", "text": "content type='text'", "date": "published"}
    items = "".join(
        f"<entry>{_elements(record, names)}<author><name>{escape(record.xml('author'))}</name>"
        f"</author><link href='{escape(record.xml('url'))}'/><id>{record.marker}</id></entry>"
        for record in records
    )
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">{items}</feed>'


def _rdf(records: Sequence[WildRecord]) -> str:
    names = {"title": "title", "text": "description", "url": "link", "author": "dc:creator",
             "date": "dc:date"}  # fmt: skip
    items = "".join(
        f"<item rdf:about='urn:{record.marker}'>{_elements(record, names)}</item>"
        for record in records
    )
    return (
        '<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"{items}</rdf:RDF>"
    )


def _nitf_body(record: WildRecord) -> str:
    body = escape(record.xml("text")).replace("\n\n", "</p><p>")
    return (
        f"<nitf><head><docdata><date.issue norm='{escape(record.xml('date'))}'/>"
        f"<doc-id id-string='{record.marker}'/></docdata></head><body><body.head><hedline><hl1>"
        f"{escape(record.xml('title'))}</hl1></hedline><byline>{escape(record.xml('author'))}"
        f"</byline></body.head><body.content><p>{body}</p></body.content></body></nitf>"
    )


def _nitf(records: Sequence[WildRecord]) -> str:
    (record,) = records
    return f'<?xml version="1.0"?>{_nitf_body(record)}'


def _newsml(records: Sequence[WildRecord]) -> str:
    items = "".join(
        f"<newsItem guid='urn:{record.marker}' version='1'><itemMeta><versionCreated>"
        f"{escape(record.xml('date'))}</versionCreated></itemMeta><contentMeta><headline>"
        f"{escape(record.xml('title'))}</headline><by>{escape(record.xml('author'))}</by>"
        f"</contentMeta><contentSet><inlineXML>{_nitf_body(record)}</inlineXML></contentSet>"
        "</newsItem>"
        for record in records
    )
    return (
        '<?xml version="1.0"?><newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/">'
        f"<itemSet>{items}</itemSet></newsMessage>"
    )


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _mail(records: Sequence[WildRecord]) -> bytes:
    (record,) = records

    def word(text: str) -> bytes:
        return b"=?utf-8?b?" + base64.b64encode(_bytes(text)) + b"?="

    dated = " ".join(record.shown("date").split()).encode("ascii", "replace")
    return (
        b"From: " + word(record.shown("author")) + b" <desk@quay.example>\r\nSubject: "
        + word(record.shown("title")) + b"\r\nDate: " + dated.replace(b"\0", b"?")
        + b"\r\nMessage-ID: <" + record.marker.encode() + b"@quay.example>\r\nMIME-Version: 1.0"
        b"\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(_bytes(record.shown("text")))
    )  # fmt: skip


def _address(record: WildRecord) -> bytes:
    """The record's address as a line of an archive can hold it."""
    url = "".join(record.shown("url").split()) or f"https://quay.example/{record.marker}"
    return _bytes(url.replace("\0", ""))[:60_000]


def _response(record: WildRecord) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + _bytes(
        page(record)
    )


def _warc(records: Sequence[WildRecord]) -> bytes:
    return b"".join(
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:%s>\r\nWARC-Target-URI: %s\r\n"
        b"Content-Type: application/http;msgtype=response\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n"
        % (record.marker.encode(), _address(record), len(content), content)
        for record in records
        for content in [_response(record)]
    )


def _arc(records: Sequence[WildRecord]) -> bytes:
    head = b"filedesc://a.arc 0.0.0.0 20240503090000 text/plain 6\n1 0 x\n\n"
    return head + b"".join(
        b"%s 192.0.2.1 20240503090000 text/html %d\n%s\n" % (_address(record), len(text), text)
        for record in records
        for text in [_response(record)]
    )


def _parquet(records: Sequence[WildRecord]) -> bytes:
    columns = {
        name: [record.shown(name).replace(SURROGATE, "") for record in records] for name in _COLUMNS
    }
    out = io.BytesIO()
    parquet.write_table(pa.table(columns), out)
    return out.getvalue()


TEXT_FORMATS: Mapping[str, Write] = MappingProxyType(
    {
        "plain": _plain, "markdown": _markdown, "html": lambda records: page(records[0]),
        "json": lambda records: (
            _object(records[0]) if len(records) == 1
            else f"[{', '.join(map(_object, records))}]"
        ),
        "jsonl": lambda records: "".join(f"{_object(record)}\n" for record in records),
        "csv": lambda records: _delimited(records, ","),
        "tsv": lambda records: _delimited(records, "\t"),
        "rss": _rss, "atom": _atom, "rdf": _rdf, "ninjs": _ninjs, "nitf": _nitf, "newsml": _newsml,
    }
)  # fmt: skip
"""Writers whose text may stand in any encoding."""

BYTE_FORMATS: Mapping[str, Callable[[Sequence[WildRecord]], bytes]] = MappingProxyType(
    {"mail": _mail, "warc": _warc, "arc": _arc, "parquet": _parquet}
)
SINGLE = frozenset({"plain", "markdown", "html", "ninjs", "nitf", "mail"})
"""Formats of one record a file."""

SUFFIX: Mapping[str, str] = MappingProxyType(
    {"plain": "txt", "markdown": "md", "html": "html", "json": "json", "jsonl": "jsonl",
     "csv": "csv", "tsv": "tsv", "rss": "xml", "atom": "xml", "rdf": "rdf", "ninjs": "json",
     "nitf": "xml", "newsml": "xml", "mail": "eml", "warc": "warc", "arc": "arc",
     "parquet": "parquet"}
)  # fmt: skip
