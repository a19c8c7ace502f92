"""Reads JSON documents and JSON Lines, one record per object, fields by their usual names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from flows.extract.bytes.stream import ByteStream, too_large
from flows.extract.format import FEW_NUL, LineFormat, TextFormat
from flows.extract.formats import ninjs
from flows.extract.formats.fields import read_fields
from flows.extract.formats.json_shape import is_document, is_lines
from flows.extract.formats.structured_text import story_record
from flows.extract.record import Item, Limits, Refused, Rejection, printable

_LISTS = ("articles", "items", "entries", "results", "data", "docs", "documents", "news", "stories",
          "hits", "records", "posts", "rows", "content", "response", "feed", "value")  # fmt: skip
_SPACE = re.compile(r"\s*")
_DECODER = json.JSONDecoder(strict=False)
_MARK = re.compile(r'["\\{}\[\],]')


def read_json(text: str, limits: Limits, mapping: Mapping[str, str] | None) -> Iterator[Item]:
    """Records of a document: an object, a list of objects, or an object holding such a list.

    Several documents after one another are read as one list.
    """
    if text.lstrip()[:1] == "[":
        yield from _read_list(text, limits, mapping)
        return
    number = 0
    for document, is_alone in _documents(text, limits):
        if isinstance(document, Rejection):
            yield document
            continue
        found = _inner_list(document) if isinstance(document, Mapping) else None
        if found is None and is_alone:
            yield read_object(document, "", limits, mapping)
            return
        for item in [document] if found is None else found:
            number += 1
            yield read_object(item, f"item {number}", limits, mapping)


def _documents(text: str, limits: Limits) -> Iterator[tuple[Any, bool]]:
    """Documents one after another, and whether each is the only one.

    After a broken one that is not the first, reading goes on at the next line opening an object.
    """
    position, number = _past_space(text, 0), 0
    while position < len(text):
        number += 1
        try:
            document, end = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            alone = number == 1
            locator = None if alone else f"item {number}"
            yield _broken(error, locator, text[position:], limits), alone
            position = text.find("\n{", position) + 1
            if alone or not position:
                return
            continue
        position = _past_space(text, end)
        yield document, number == 1 and position == len(text)


def read_lines(
    stream: ByteStream, codec: str, limits: Limits, mapping: Mapping[str, str] | None
) -> Iterator[Item]:
    """Records of a file with one object per line. A bad line does not reject the others."""
    for line in stream.lines(limits.record_bytes):
        locator = f"line {line.number}"
        if line.content is None:
            yield too_large(limits.record_bytes).rejection(locator)
            continue
        if not line.content.strip(b"\r\n\t \xef\xbb\xbf"):
            continue
        try:
            text = _line_text(line.content, codec, limits)
        except Refused as refused:
            yield refused.rejection(locator)
            continue
        yield from _line_items(text, locator, limits, mapping)


def _line_items(
    text: str, locator: str, limits: Limits, mapping: Mapping[str, str] | None
) -> Iterator[Item]:
    """The record of a line; the records, where several objects stand in it end to end."""
    for number, (document, is_alone) in enumerate(_documents(text, limits), 1):
        place = locator if is_alone else f"{locator}, item {number}"
        if isinstance(document, Rejection):
            yield replace(document, locator=place)
        else:
            yield read_object(document, place, limits, mapping)


def _line_text(content: bytes, codec: str, limits: Limits) -> str:
    try:
        return content.decode(codec).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise Refused(
            "undecodable_bytes",
            f"Byte {error.start + 1:,} of the line is not {codec}, in which the file is written. "
            "Deliver the line in that encoding, or cut the damaged part out.",
            printable(content, limits.payload_chars),
        ) from error


def read_object(
    item: Any, locator: str, limits: Limits, mapping: Mapping[str, str] | None = None
) -> Item:
    """The record of one parsed value."""
    if not isinstance(item, Mapping):
        return Rejection(
            locator or None, "not_a_record",
            f"Expected an object with fields such as title and text, found {_kind(item)}.",
            printable(json.dumps(item), limits.payload_chars),
        )  # fmt: skip
    if mapping is None and ninjs.is_ninjs(item):
        return ninjs.read_ninjs(item, locator, limits)
    return story_record(locator, read_fields(item, mapping), payload_chars=limits.payload_chars)


def _kind(value: Any) -> str:
    names = {str: "text", list: "a list", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _parsed(text: str, locator: str | None, limits: Limits) -> Any:
    """The value, or a Rejection that says where the JSON breaks."""
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        return _broken(error, locator, text, limits)


def _broken(
    error: ValueError | RecursionError, locator: str | None, text: str, limits: Limits
) -> Rejection:
    if isinstance(error, json.JSONDecodeError):
        what = error.msg.removesuffix(" at").removesuffix(" starting")
        place = f"{what} at line {error.lineno}, column {error.colno}"
    elif isinstance(error, RecursionError):
        place = "it nests deeper than any news record"
    else:
        place = "it holds a number of thousands of digits"
    return Rejection(
        locator, "invalid_json",
        f"This is not valid JSON: {place}. If it was cut off, fetch it again.",
        printable(text, limits.payload_chars),
    )  # fmt: skip


def _inner_list(document: Mapping[str, Any], depth: int = 0) -> list[Any] | None:
    """The list of objects that an envelope holds under a usual name."""
    for name in _LISTS:
        value = document.get(name)
        if isinstance(value, list) and value and _are_items(name, value):
            return value
        if depth < 2 and isinstance(value, Mapping) and (inner := _inner_list(value, depth + 1)):
            return inner
    return None


def _are_items(name: str, values: list[Any]) -> bool:
    """True for objects, but not for a body that is written as a list of typed parts."""
    objects = all(isinstance(value, Mapping) for value in values)
    return objects and (name != "content" or any("title" in v or "headline" in v for v in values))


def _read_list(text: str, limits: Limits, mapping: Mapping[str, str] | None) -> Iterator[Item]:
    """Items of a top-level list, parsed one by one, so that a cut list gives what came before."""
    for number, (start, end) in enumerate(_spans(text), 1):
        locator = f"item {number}"
        parsed = _parsed(text[start:end], locator, limits)
        if isinstance(parsed, Rejection):
            yield parsed
        else:
            yield read_object(parsed, locator, limits, mapping)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Spans of the items between the outer brackets, by depth and quotes; one pass, no parsing.

    A list that follows is read on with; anything else that follows is one more item.
    """
    depth = 0
    start = position = text.index("[") + 1
    while found := _MARK.search(text, position):
        position = found.end()
        mark = found[0]
        if mark == '"':
            position = _string_end(text, position)
        elif mark in "{[":
            depth += 1
        elif mark in "}]" and depth:
            depth -= 1
        elif mark == "]" or (mark == "," and not depth):
            if text[start : found.start()].strip():
                yield start, found.start()
            start = position
            if mark == "]":
                start = _past_space(text, position)
                if not text.startswith("[", start):
                    break
                start = position = start + 1
    if text[start:].strip():
        yield start, len(text)


_STRING_END = re.compile(r'[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)


def _past_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position


def _string_end(text: str, position: int) -> int:
    found = _STRING_END.match(text, position)
    return found.end() if found else len(text)


FORMATS = (
    LineFormat(
        name="jsonl",
        begins=is_lines,
        endings=(".jsonl", ".ndjson"),
        nul_share=FEW_NUL,
        read=read_lines,
    ),
    TextFormat(
        name="json",
        begins=is_document,
        endings=(".json",),
        nul_share=FEW_NUL,
        read=read_json,
    ),
)
