"""Detects the format of a delivered file and calls the reader for it: the entry to extraction."""

from __future__ import annotations

import dataclasses
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from flows.extract.bytes import mojibake, sniff
from flows.extract.bytes.compress import Unpacked
from flows.extract.bytes.decode import decode, is_wide, stream_codec
from flows.extract.bytes.stream import ByteStream, Readable
from flows.extract.format import ByteFormat, LineFormat, TextFormat
from flows.extract.formats import archive
from flows.extract.html import page
from flows.extract.record import (
    ExtractedRecord,
    Extraction,
    Item,
    Limits,
    Refused,
    Rejection,
    printable,
)


def extract(
    name: str,
    stream: BinaryIO,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    mapping: Mapping[str, str] | None = None,
    *,
    repair_mojibake: bool = False,
) -> Extraction:
    """Read one file.

    ``name`` is its path, used where the content does not show its format; ``mapping`` gives, for
    structured records, the dotted path of a field (``{"body": "payload.text"}``). Mojibake is noted
    in the record, and repaired if ``repair_mojibake`` is true. Whatever the file holds, the result
    is records and rejections: no content raises. Items are read when they are iterated, which must
    be while ``stream`` is open. An OSError of the stream itself (the file vanished) is raised.
    """
    reader = _Reader(limits, mapping)
    try:
        found = reader.opened(name, stream, 0)
    except Refused as refused:
        return Extraction(None, None, iter([_shown(refused.rejection())]))
    return Extraction(found.format, found.encoding, _guarded(found.items, limits, repair_mojibake))


def _guarded(items: Iterator[Item], limits: Limits, repair: bool) -> Iterator[Item]:
    """The items until reading has to stop; the reason is the last."""
    count = 0
    given: dict[str, int] = {}
    try:
        for count, item in enumerate(items, 1):
            if count > limits.record_count:
                raise Refused(
                    "too_many_records",
                    f"The file holds more than {limits.record_count:,} records; the rest was not "
                    "read. Split it, or raise the limit of records a file.",
                )
            yield _located(_sound(item, limits, repair), given)
        if not count:
            raise Refused("no_records", "The file is well-formed and holds no records.")
    except Refused as refused:
        yield _shown(refused.rejection())


def _located(item: Item, given: dict[str, int]) -> Item:
    """The item, numbered on where its locator was ``given`` to another record of the file.

    Locators come from the file (a guid, a member's name). Two records may have the same one, or
    one may equal a locator that was numbered here to make it unique.
    """
    if not item.locator:
        return item
    locator = item.locator
    while locator in given:
        given[item.locator] += 1
        locator = f"{item.locator} #{given[item.locator]}"
    given[locator] = 1
    return item if locator == item.locator else replace(item, locator=locator)


def _shown(rejection: Rejection) -> Rejection:
    """The rejection with a message of one printable line, whatever names from the file it has."""
    message = printable(" ".join(rejection.message.split()), 1000)
    return replace(rejection, message=message)


_NO_CHARACTER = re.compile("[\0\ud800-\udfff]")
"""Characters no news text contains: NUL, and unpaired surrogates, which UTF-8 cannot encode."""


def _with_clean_fields(item: ExtractedRecord) -> ExtractedRecord:
    """The record with NUL and unpaired surrogates removed from all fields except its text."""
    wrong: dict[str, Any] = {
        field.name: _NO_CHARACTER.sub("", value) or None
        for field in dataclasses.fields(item)
        if isinstance(value := getattr(item, field.name), str)
        and field.name not in ("text", "locator")
        and _NO_CHARACTER.search(value)
    }
    if any(hint.url and _NO_CHARACTER.search(hint.url) for hint in item.hints):
        hints = tuple(
            replace(hint, url=_NO_CHARACTER.sub("", hint.url or "") or None) for hint in item.hints
        )
        return replace(item, hints=hints, **wrong)
    return replace(item, **wrong) if wrong else item


def _sound(item: Item, limits: Limits, repair: bool) -> Item:
    """The item, or its rejection if its text is invalid."""
    if isinstance(item, Rejection):
        return _shown(item)
    if len(item.text) > limits.text_chars:
        return Rejection(
            item.locator or None,
            "text_too_long",
            f"The text has {len(item.text):,} characters; at most {limits.text_chars:,} are taken "
            "for one article. Split it, or raise NEWSHOUSE_MAX_TEXT_CHARS.",
            printable(item.text, limits.payload_chars),
        )
    item = _with_clean_fields(item)
    if not (found := _NO_CHARACTER.search(item.text)) and item.text.strip():
        return mojibake.note_garbled(item, repair=repair)
    if found and found[0] != "\0":
        rule, message = (
            "lone_surrogate",
            "The text holds half of a surrogate pair, which is no character. Repair the export.",
        )
    elif found:
        rule, message = (
            "nul_character",
            "The text holds NUL characters, which no news text has. Repair the export.",
        )
    else:
        rule, message = "empty_text", "The record holds white space only. Nothing to load."
    payload = printable(item.text, limits.payload_chars)
    return Rejection(item.locator or None, rule, message, payload)


@dataclass(frozen=True)
class _Reader:
    """Detects the format of bytes and calls the module that reads it."""

    limits: Limits
    mapping: Mapping[str, str] | None

    def opened(self, name: str, raw: Readable, depth: int) -> Extraction:
        """Decompress, repeatedly if nested, then read."""
        stream = ByteStream(raw, self.limits.file_bytes)
        head = stream.peek(sniff.HEAD_BYTES)
        if not head:
            raise Refused(
                "empty_file", "The file is empty (0 bytes). Fetch it again, or remove it."
            )
        packed = sniff.compression(head)
        if packed is None:
            return self._read(name, stream, head)
        if depth >= self.limits.depth:
            raise Refused(
                "packed_too_deep",
                f"The file is packed more than {self.limits.depth} times over. Unpack it first.",
            )
        if packed == "zip":
            members = archive.read_zip(
                stream, self.limits, lambda name, member: self.opened(name, member, depth + 1)
            )
            return Extraction("zip", None, members)
        return self.opened(name, Unpacked(stream, packed, self.limits.ratio), depth + 1)

    def _read(self, name: str, stream: ByteStream, head: bytes) -> Extraction:
        """Read what is not packed; what is not known by its bytes is decoded first."""
        found = sniff.binary_format(head)
        codec = ""
        if found is None:
            _refuse_binary(head, self.limits)
            codec = stream_codec(head, page.declared_charset(head))
            found = sniff.text_format(name, head.decode(codec, "ignore"))
            if head.count(0) > found.nul_share * len(head):
                _refuse_nul(head, self.limits)
        match found:
            case ByteFormat():
                return Extraction(found.name, None, found.read(stream, self.limits, self.mapping))
            case LineFormat():
                return self._read_lines(found, stream, codec)
            case TextFormat():
                return self._read_document(found, stream, head)

    def _read_lines(self, form: LineFormat, stream: ByteStream, codec: str) -> Extraction:
        """Stream the lines; UTF-16 and UTF-32 are decoded whole."""
        lines, lines_codec = stream, codec
        if is_wide(codec):
            text = decode(stream.read_whole(self.limits.record_bytes), codec).text
            lines = ByteStream(io.BytesIO(text.encode()), self.limits.file_bytes)
            lines_codec = "utf-8"
        items = form.read(lines, lines_codec, self.limits, self.mapping)
        return Extraction(form.name, codec, items)

    def _read_document(self, form: TextFormat, stream: ByteStream, head: bytes) -> Extraction:
        data = stream.read_whole(self.limits.record_bytes)
        text, encoding = decode(data, page.declared_charset(head))
        if not text.strip():
            raise Refused("empty_text", "The file holds white space only. Nothing to load.")
        return Extraction(form.name, encoding, iter(form.read(text, self.limits, self.mapping)))


def _refuse_binary(head: bytes, limits: Limits) -> None:
    """Raises Refused ``not_text`` for pictures, programs and other known binary formats."""
    if kind := sniff.binary_kind(head):
        raise _not_text(kind, head, limits)


def _refuse_nul(head: bytes, limits: Limits) -> None:
    """Raises Refused ``not_text`` for bytes with NUL among them."""
    if b"\0" in head and not _is_wide_text(head):
        raise _not_text("binary data (it holds NUL bytes)", head, limits)


def _not_text(kind: str, head: bytes, limits: Limits) -> Refused:
    return Refused(
        "not_text",
        f"The file looks like {kind}, not like text. Remove it, or deliver its text.",
        printable(head, limits.payload_chars),
    )


def _is_wide_text(head: bytes) -> bool:
    """True for UTF-16 and UTF-32, in which NUL bytes are parts of characters."""
    try:
        return "\0" not in decode(head[: len(head) // 4 * 4]).text
    except Refused:
        return False
