"""Detects the format of a file from its first bytes, then from its name."""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath

from flows.extract.formats.line_shape import by_lines

HEAD_BYTES = 64 * 1024

COMPRESSIONS = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\xfd7zXZ\0", "xz"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
)
_NOT_TEXT = (
    (0, b"\x89PNG", "a PNG image"),
    (0, b"\xff\xd8\xff", "a JPEG image"),
    (0, b"GIF8", "a GIF image"),
    (0, b"RIFF", "a picture, sound or film (RIFF)"),
    (0, b"II*\0", "a TIFF image"),
    (0, b"MM\0*", "a TIFF image"),
    (0, b"%PDF-", "a PDF document"),
    (0, b"\xd0\xcf\x11\xe0", "an older Office document"),
    (0, b"{\\rtf", "an RTF document"),
    (0, b"Rar!", "a RAR archive"),
    (0, b"7z\xbc\xaf", "a 7-Zip archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ", "a program"),
    (8, b"DUCK", "a DuckDB database"),
    (0, b"SQLite format 3", "an SQLite database"),
    (0, b"ID3", "a sound file"),
    (4, b"ftyp", "a film or picture (MP4 family)"),
    (0, b"OggS", "a sound file"),
    (0, b"\x1aE\xdf\xa3", "a film (Matroska)"),
    (0, b"wOF", "a font"),
)
_FEED_ROOTS = frozenset({"rss", "feed", "rdf", "channel"})
_NEWS_ROOTS = frozenset({"newsitem", "newsmessage", "packageitem", "nitf", "newsml"})
_HTML_TAGS = frozenset(
    ("html", "head", "body", "title", "meta", "link", "script", "style", "div", "p", "span", "a",
     "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "table", "article", "section", "main",
     "header", "footer", "nav", "aside", "br", "img", "figure", "blockquote", "em", "strong", "b",
     "i", "center", "font")
)  # fmt: skip
_ROOT = re.compile(r"<(?:([a-z_][\w.-]{0,60}):)?([a-z_][\w.-]{0,60})[\s/>]", re.IGNORECASE)
_SUFFIX_FORMATS = {
    ".md": "markdown", ".markdown": "markdown", ".csv": "csv", ".tsv": "tsv", ".tab": "tsv",
    ".html": "html", ".htm": "html", ".xhtml": "html", ".eml": "mail", ".jsonl": "jsonl",
    ".ndjson": "jsonl", ".json": "json", ".rss": "feed", ".atom": "feed", ".warc": "warc",
    ".arc": "arc", ".parquet": "parquet",
}  # fmt: skip
_COMPRESSED_SUFFIXES = frozenset({".gz", ".gzip", ".bz2", ".zst", ".zstd", ".xz", ".zip"})


def compression(head: bytes) -> str | None:
    """The compression or archive the bytes begin with."""
    return next((name for magic, name in COMPRESSIONS if head.startswith(magic)), None)


def binary_kind(head: bytes) -> str | None:
    """What bytes that are not text seem to be, for a message; None if unknown."""
    for start, magic, words in _NOT_TEXT:
        if head[start : start + len(magic)] == magic:
            return words
    return None


def binary_format(head: bytes) -> str | None:
    """Formats known by their bytes, before any decoding."""
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"WARC/"):
        return "warc"
    return "arc" if head.startswith(b"filedesc:") else None


def suffix_format(name: str) -> str | None:
    """The format a name promises, compression endings left aside."""
    path = PurePosixPath(name.lower())
    while path.suffix in _COMPRESSED_SUFFIXES:
        path = path.with_suffix("")
    return _SUFFIX_FORMATS.get(path.suffix)


def text_format(name: str, head: str) -> str:
    """The format of text by its first characters; ``plain`` where nothing else fits.

    ``xml`` stands for XML of a kind that is not news.
    """
    promised = suffix_format(name)
    start = head.lstrip("\ufeff \t\r\n")
    if start[:1] in ("{", "["):
        found = _json_format(start, promised)
    elif start.startswith("<"):
        found = _markup_format(start, promised)
    else:
        found = by_lines(start, promised)
    return found or "plain"


def _json_format(start: str, promised: str | None) -> str | None:
    """Lines of JSON, one JSON document, or text that only begins with a bracket."""
    line, end, rest = start.partition("\n")
    if start[0] == "{":
        if (rest.strip() or promised == "jsonl") and _is_json(line):
            return "jsonl"
        # No line ends within the head of the file; indented JSON ends its first line early.
        if promised == "jsonl" and not (end and line.rstrip()[-1] in "{[,:"):
            return "jsonl"
    if re.match(r'\{\s*["}]|\[\s*[\[{"\]0-9-]', start) and (promised == "json" or '"' in start):
        return "json"
    return "json" if promised in ("json", "jsonl") else by_lines(start, promised)


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _markup_format(start: str, promised: str | None) -> str | None:
    root = xml_root(start)
    if root in _FEED_ROOTS:
        return "feed"
    if root in _NEWS_ROOTS:
        return "newsml"
    is_declared = start[:5].lower() == "<?xml"
    if root in _HTML_TAGS or promised == "html" or re.match(r"<!doctype\s+html", start, re.I):
        return "html"
    if promised == "feed" or is_declared or (root and f"</{root}" in start.lower()):
        return "feed" if promised == "feed" else "xml"
    return by_lines(start, promised)


def xml_root(start: str) -> str | None:
    """The local name of the first element, lower case; comments and declarations are passed."""
    position = 0
    while position < len(start):
        position = start.find("<", position)
        if position < 0:
            return None
        if start.startswith("<!--", position):
            end = start.find("-->", position)
        elif start.startswith("<?", position):
            end = start.find("?>", position)
        elif start.startswith("<!", position):
            end = _doctype_end(start, position)
        else:
            found = _ROOT.match(start, position)
            return found[2].lower() if found else None
        if end < 0:
            return None
        position = end + 1
    return None


def _doctype_end(start: str, position: int) -> int:
    end = start.find(">", position)
    subset = start.find("[", position)
    if 0 <= subset < end:
        closed = start.find("]", subset)
        return start.find(">", closed) if closed >= 0 else -1
    return end
