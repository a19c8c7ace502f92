"""Detects the format of a file from its first bytes, then from its name."""

from __future__ import annotations

from pathlib import PurePosixPath

from flows.extract.format import Format, known_formats
from flows.extract.formats.markup import OTHER_XML, is_xml
from flows.extract.formats.plain import PLAIN

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


def binary_format(head: bytes) -> Format | None:
    """The format known by its bytes, before any decoding."""
    return next((found for found in known_formats() if head.startswith(found.magic)), None)


def text_format(name: str, head: str) -> Format:
    """The format of text: by its first characters, else by its name where they do not contradict
    it; XML that is no news, or plain text, where nothing fits."""
    promised = _promised_format(name)
    start = head.lstrip("\ufeff \t\r\n")
    for known in known_formats():
        if known.begins(start, promised.name if promised else None):
            return known
    if promised and promised.fits(start):
        return promised
    return OTHER_XML if is_xml(start) else PLAIN


def _promised_format(name: str) -> Format | None:
    """The format that a name promises, compression endings left aside."""
    path = PurePosixPath(name.lower())
    while path.suffix in _COMPRESSED_SUFFIXES:
        path = path.with_suffix("")
    return next((known for known in known_formats() if path.suffix in known.endings), None)
