"""Decodes bytes to text by byte-order mark, declared charset or detection; never inserts U+FFFD."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from flows.extract.bytes.charset import likely_charsets
from flows.extract.record import Refused, printable

SAMPLE_BYTES = 64 * 1024
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Declared charset → the superset that is in fact sent under that name (WHATWG list).
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}
_C1 = re.compile("[\x80-\x84\x86-\x9f]")
_MULTIBYTE_UTF8 = re.compile(
    rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)


class Decoded(NamedTuple):
    """Text and the Python codec that gave it."""

    text: str
    encoding: str


def normal_lines(text: str) -> str:
    """The text with \\n line ends and without a byte-order mark at its head."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def codec_name(charset: str | None) -> str | None:
    """The Python name of a charset as declared, None for one that is no text codec."""
    if not charset:
        return None
    try:
        info = codecs.lookup(charset.strip().strip("\"'").replace(" ", ""))
    except (LookupError, ValueError):
        return None
    return info.name if info._is_text_encoding else None


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """The text of whole ``data``. Raises Refused ``undecodable_bytes``."""
    if marked := _marked(data):
        return marked
    if wide := _wide(data):
        return wide
    declared_codec = codec_name(declared)
    if declared_codec and is_wide(declared_codec) and b"\0" not in data:
        # The declaration was read as single bytes, so it cannot be UTF-16; HTML takes UTF-8 then.
        declared_codec = None
    utf8 = _try(data, "utf-8")
    if utf8 and (
        data.isascii() or declared_codec in (None, "utf-8") or _is_single_byte(declared_codec)
    ):
        return utf8
    if declared_codec and declared_codec != "utf-8":
        for codec in (_SUPERSETS.get(declared_codec), declared_codec):
            if codec and (decoded := _try(data, codec)):
                return decoded
    if utf8:
        return utf8
    if _is_damaged_utf8(data):
        raise _undecodable(data)
    for codec in likely_charsets(data[:SAMPLE_BYTES]):
        if decoded := _try(data, codec):
            return decoded
    raise _undecodable(data)


def stream_codec(head: bytes, declared: str | None = None) -> str:
    """The codec of a longer stream by its first bytes; utf-8 if they do not determine one.

    A head cut inside a character is cut back to its last line.
    """
    for mark, codec in _BOMS:
        if head.startswith(mark):
            return codec
    if wide := _wide(head[: len(head) // 4 * 4]):
        return wide.encoding
    cut = head.rfind(b"\n") + 1
    try:
        return decode(head[:cut] or head, declared).encoding
    except Refused:
        return "utf-8"


def is_wide(codec: str) -> bool:
    """True for UTF-16 and UTF-32, whose line ends cannot be found in the undecoded bytes."""
    return codec.startswith(("utf-16", "utf-32"))


def _marked(data: bytes) -> Decoded | None:
    """Decoded by its byte-order mark, None without one; damaged text after a mark is refused."""
    for mark, codec in _BOMS:
        if data.startswith(mark):
            decoded = _try(data[len(mark) :], codec)
            if decoded is None:
                raise _undecodable(data, codec)
            return decoded
    return None


def _wide(data: bytes) -> Decoded | None:
    """UTF-16 without a mark: every other byte of western text is NUL."""
    head = data[:4096]
    if len(head) < 4 or b"\0" not in head or len(data) % 2:
        return None
    even, odd = head[::2].count(0) * 2 / len(head), head[1::2].count(0) * 2 / len(head)
    if odd > 0.4 and even < 0.05:
        return _try(data, "utf-16-le")
    if even > 0.4 and odd < 0.05:
        return _try(data, "utf-16-be")
    return None


def _try(data: bytes, codec: str) -> Decoded | None:
    try:
        text = codecs.decode(data, codec, "strict")
    except (UnicodeError, LookupError):
        return None
    if codec != "utf-8" and not is_wide(codec) and _C1.search(text):
        return None  # a control character in a legacy charset means that the charset is wrong
    return Decoded(normal_lines(text), codecs.lookup(codec).name)


def _is_single_byte(codec: str | None) -> bool:
    """True for charsets in which nearly any bytes are text, so that UTF-8 by form is UTF-8."""
    return codec is not None and (
        codec == "ascii" or codec.startswith(("iso8859", "cp125", "koi8", "mac", "latin", "cp8"))
    )


def _is_damaged_utf8(data: bytes) -> bool:
    """True where nearly all bytes beyond ASCII form UTF-8 characters and a few do not."""
    beyond = len(data.translate(None, bytes(range(128))))
    formed = sum(len(found[0]) for found in _MULTIBYTE_UTF8.finditer(data))
    return formed >= 4 and formed >= 0.8 * beyond


def _undecodable(data: bytes, codec: str = "utf-8") -> Refused:
    try:
        codecs.decode(data, codec)
    except UnicodeDecodeError as error:
        place = f" (as {codec}, byte {error.start:,} of {len(data):,} is the first that is wrong)"
    else:
        place = ""
    return Refused(
        "undecodable_bytes",
        f"The bytes are not text in any known encoding{place}. "
        "Deliver the file in UTF-8, or cut the damaged part out.",
        printable(data, 500),
    )
