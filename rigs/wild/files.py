"""Made-up records as files: formats, charsets, compressions, odd names, copies and damage.

The same seed gives the same bytes. Another edition gives the same files with one word changed.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

import zstandard

from rigs.wild.record import MARKUP_FORMATS, Expectation, WildRecord, expected, make_record
from rigs.wild.special import special_files
from rigs.wild.values import CHARSETS
from rigs.wild.writing import BYTE_FORMATS, SINGLE, SUFFIX, TEXT_FORMATS

READING_RULES = frozenset(
    ("empty_file", "empty_text", "empty_feed", "empty_archive", "no_records", "no_pages",
     "no_news_item", "not_text", "not_a_record", "unknown_format", "unknown_columns",
     "undecodable_bytes", "nul_character", "lone_surrogate", "invalid_json", "invalid_xml",
     "entity_expansion", "nested_too_deep", "too_much_markup", "unreadable_feed", "unreadable_html",
     "unreadable_mail", "damaged_archive", "damaged_record", "damaged_row", "damaged_table",
     "ragged_row", "truncated_record", "decompression_bomb", "encrypted_archive", "packed_too_deep",
     "unsupported_compression", "file_too_large", "record_too_large", "text_too_long",
     "too_many_records")
)  # fmt: skip
"""Every reason for which reading may refuse a file or record; damage may end in any of them."""

NAMES: tuple[bytes, ...] = tuple(
    name if isinstance(name, bytes) else name.encode()
    for name in (
        "with space", " leading space", "trailing space ", "two  spaces", "ünïcödé", "cafe\u0301",
        "caf\u00e9", "CASE", "case", "new\nline", "tab\t", "quote'", 'double"quote', "back\\slash",
        "percent%41%zz%", "hash#part", "question?", "star*", "[bracket]", "{brace}", "-dash",
        "--help",
        "dollar$HOME", "semi;colon", "comma,", "amp&", "pipe|", "colon:", "file:", "https:",
        "~tilde",
        "emoji\U0001f600", "rtl\u202e", "zero\u200bwidth", "nbsp\u00a0", "line\u2028end",
        "bell\x07",
        "escape\x1b[31m", "del\x7f", "c1\u0085", "漢字", "عربي", "x" * 200, "漢" * 70, "a.b.c",
        "two..",
        "dots...", "noncharacter\uffff", "private\ue000", b"latin\xe9", b"\xff\xfe", b"cut\xc3",
        b"\xed\xa0\x80half", "'; drop table article; --", "=1+1", "CON", "null", "%00", "a=b",
    )
)  # fmt: skip
PASSED_OVER = (
    b".hidden.txt",
    b"..two.txt",
    b"~$open.docx",
    b"other.duckdb",
    b"held.lock",
    b".folder/in.txt",
)
"""Hidden files, lock files and warehouses, which a run passes over."""

_PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": lambda data: gzip.compress(data, mtime=0),
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": lambda data: zstandard.ZstdCompressor().compress(data),
}
_MOST_RECORDS = 12
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""Control characters: text with them in an older charset looks like binary data, so it stays in
UTF-8."""


@dataclass(frozen=True)
class WildFile:
    """One file: its path in the folder, its bytes, and what must become of its records.

    ``rules`` are reasons for which any part of it may be refused beside those of the records.
    """

    path: bytes
    data: bytes
    records: tuple[Expectation, ...]
    rules: frozenset[str] = frozenset()

    @property
    def allowed(self) -> frozenset[str]:
        """Every reason for which something of the file may be refused."""
        return self.rules.union(*(record.rules for record in self.records))


def make_files(count: int, seed: int, *, first: int = 0, edition: int = 1) -> list[WildFile]:
    """Files of ``count`` records and their repeats, then special, copied and damaged ones."""
    random = Random(f"files {seed} {first}")
    numbers = list(range(first, first + count))
    numbers += random.sample(numbers, count // 20)
    made = list(_record_files([make_record(n, seed, edition) for n in numbers], random))
    if not first:
        made += [
            WildFile(b"special/" + name, data, records, rules)
            for name, data, records, rules in special_files(edition)
        ]
        made += [WildFile(b"passed over/" + name, b"Not news.", ()) for name in PASSED_OVER]
    made += [
        replace(file, path=b"copies/%d " % number + file.path.rpartition(b"/")[2][-150:])
        for number, file in enumerate(random.sample(made, len(made) // 50))
    ]
    made += [
        WildFile(b"damaged/%d-" % number + file.path.rpartition(b"/")[2][-150:],
                 damaged(file.data, random), (), READING_RULES)
        for number, file in enumerate(random.sample(made, len(made) // 25))
    ]  # fmt: skip
    return made


def damaged(data: bytes, random: Random) -> bytes:
    """The bytes cut off, with a hole, with random bytes in them, or flipped."""
    if not data:
        return b"\xff"
    start = random.randrange(len(data))
    end = min(len(data), start + random.randint(1, 60))
    return (
        data[:start],
        data[:start] + data[end:],
        data[:start] + random.randbytes(end - start) + data[end:],
        data[:start] + bytes(255 - byte for byte in data[start:end]) + data[end:],
    )[random.randrange(4)]


def _record_files(records: Sequence[WildRecord], random: Random) -> Iterator[WildFile]:
    formats = [*TEXT_FORMATS, *BYTE_FORMATS]
    position = number = 0
    while position < len(records):
        form = formats[number % len(formats)]
        size = 1 if form in SINGLE else random.randint(1, _MOST_RECORDS)
        yield _file(form, records[position : position + size], number, random)
        position += size
        number += 1


def _file(form: str, records: Sequence[WildRecord], number: int, random: Random) -> WildFile:
    expectations = tuple(expected(record, form) for record in records)
    if form in BYTE_FORMATS:
        data = BYTE_FORMATS[form](records)
    else:
        data, expectations = _encoded(
            TEXT_FORMATS[form](records), form, records[0].words, expectations, random
        )
    stem = NAMES[number // 3 % len(NAMES)] if number % 3 == 0 else b"%s-%d" % (
        form.encode(), number)  # fmt: skip
    name = stem + b"." + SUFFIX[form].encode()
    folder = b"made/%s %d/" % (form.encode(), number // 200)
    match random.randrange(12):
        case 0 | 1:
            packed = random.choice(list(_PACKERS))
            return WildFile(
                folder + name + b"." + packed.encode(), _PACKERS[packed](data), expectations
            )
        case 2:
            return WildFile(folder + name + b".zip", _zip(name, data, random), expectations)
        case _:
            return WildFile(folder + name, data, expectations)


def _zip(name: bytes, data: bytes, random: Random) -> bytes:
    """An archive of one member, now and then packed twice."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        inner = gzip.compress(data, mtime=0) if random.random() < 0.2 else data
        archive.writestr(zipfile.ZipInfo(name.decode("utf-8", "replace")), inner)
    return out.getvalue()


def _encoded(
    text: str, form: str, words: str, expectations: tuple[Expectation, ...], random: Random
) -> tuple[bytes, tuple[Expectation, ...]]:
    """The text in a charset that texts of its language are written in."""
    charset = random.choice(CHARSETS[words]) if random.random() < 0.35 else "utf-8"
    fits = all(record.kept for record in expectations) and not _CONTROL.search(text)
    if charset == "utf-8" or not fits or (form in ("ninjs", *MARKUP_FORMATS) and "utf" in charset):
        return text.encode("utf-8", "surrogatepass"), expectations
    if form in MARKUP_FORMATS:
        declared = text.replace('version="1.0"', f'version="1.0" encoding="{charset}"', 1)
        return declared.encode(charset, "xmlcharrefreplace"), expectations
    if form == "html":
        declared = text.replace("<meta charset='utf-8'>", f"<meta charset='{charset}'>")
        return declared.encode(charset, "xmlcharrefreplace"), expectations
    data = text.encode(charset, "ignore")
    if charset.startswith("utf"):
        return data, expectations
    return data, tuple(replace(record, exact=None) for record in expectations)
