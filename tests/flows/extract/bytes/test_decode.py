"""Bytes become text by mark, by declaration, by detection, in this order, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flows.extract.bytes.decode import Decoded, decode
from flows.extract.record import Refused

Reader = Callable[..., Any]

GERMAN = "Über die Größe der Straßen von Köln läßt sich streiten, sagte Frau Müller am Dienstag.\n"
RUSSIAN = "Правительство объявило о новых мерах поддержки, сообщает агентство в понедельник.\n"


@pytest.mark.parametrize(
    ("codec", "mark"),
    [
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-32-le", b"\xff\xfe\0\0"),
        ("utf-32-be", b"\0\0\xfe\xff"),
    ],
)
def test_a_mark_decides(codec: str, mark: bytes) -> None:
    assert decode(mark + RUSSIAN.encode(codec)) == Decoded(RUSSIAN, codec)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_wide_text_without_a_mark_is_seen_by_its_nul_bytes(codec: str) -> None:
    assert decode("Plain English text.\n".encode(codec)) == Decoded("Plain English text.\n", codec)


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        ("iso-8859-1", "cp1252"),  # what browsers do with the commonest wrong declaration
        ("windows-1252", "cp1252"),
        ("'ISO-8859-15'", "iso8859-15"),
        ("utf-8", "cp1252"),  # declared wrongly: detection
        ("no-such-charset", "cp1252"),
        ("rot13", "cp1252"),  # a Python codec that is no charset
    ],
)
def test_a_declaration_is_obeyed_where_it_can_be(declared: str, codec: str) -> None:
    decoded = decode((GERMAN * 5).encode("cp1252"), declared)
    assert decoded == Decoded(GERMAN * 5, codec)


def test_utf8_by_form_beats_a_single_byte_declaration() -> None:
    assert decode(GERMAN.encode(), "iso-8859-1") == Decoded(GERMAN, "utf-8")


@pytest.mark.parametrize("codec", ["koi8-r", "cp1251", "iso8859-5", "mac-cyrillic"])
def test_an_undeclared_encoding_is_detected(codec: str) -> None:
    assert decode((RUSSIAN * 5).encode(codec)).text == RUSSIAN * 5


def test_damaged_utf8_is_refused_and_not_read_as_something_else() -> None:
    data = GERMAN.encode() + b"\xff" + GERMAN.encode()
    with pytest.raises(Refused) as refused:
        decode(data)
    assert refused.value.rule == "undecodable_bytes"
    assert f"byte {len(GERMAN.encode()):,} of {len(data):,}" in refused.value.message


def test_half_a_wide_character_is_refused() -> None:
    with pytest.raises(Refused, match="as utf-16-le"):
        decode(b"\xff\xfeA\0B")


def test_a_lone_surrogate_in_wide_text_is_refused() -> None:
    with pytest.raises(Refused, match="not text"):
        decode(b"\xff\xfeA\0\x3d\xd8B\0")


def test_nothing_is_replaced(read: Reader) -> None:
    found = read(RUSSIAN.encode() + b"\xd0", "a.txt")
    assert found.rejected == [(None, "undecodable_bytes")]
    delivered = "The file itself holds \ufffd."
    assert read(delivered.encode()).records[0].text == delivered


def test_a_control_character_is_no_reason_to_doubt_utf_16(read: Reader) -> None:
    text = "Bridge\x85 to close\x96 in May"
    assert read(b"\xff\xfe" + text.encode("utf-16-le"), "a.txt").records[0].text == text
