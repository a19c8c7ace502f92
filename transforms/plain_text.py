"""Normalises text for comparison, names and language pipelines; maps offsets back to the original.

Invisible characters are left out, a letter and its separate accents become one letter, and white
space of every kind is one blank. The text itself is never changed: what is found in the plain text
is given by offsets in the printed one. An ordinary text is its own plain text and costs one search.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from warehouse.character import NEVER_SHOWN, SHAPING, UNSEEN, WHITE, code_points, re2

_WHITE, _UNSEEN, _SHAPING = map(code_points, (WHITE, UNSEEN, SHAPING))
_USUAL_WHITE = (" ", "\n", "\t")
_ODD_WHITE = "".join(
    re.escape(c) for c in map(chr, range(0x3001)) if c.isspace() and c not in _USUAL_WHITE
)
_ACCENTS = "\u0300-\u036f"
_ODD = re.compile(
    rf"[{code_points(tuple(pair for pair in UNSEEN if pair[1] < 0x10000))}{_ODD_WHITE}{_ACCENTS}]"
)
_BEYOND = re.compile(r"[^\x00-\uffff]")
"""What makes a text other than plain, but for white space in runs: two patterns, because Python
searches three times faster for a class of 16-bit characters."""
_RUN = re.compile(rf"[{_WHITE}{_UNSEEN}]{{2,}}|[{_UNSEEN}{_ODD_WHITE}\n]")
_SINGLE = re.compile(rf"[{_UNSEEN}{_ODD_WHITE}]")
_TWO_WHITE = re.compile(r"[ \n\t]{2}")
_ACCENTED = re.compile(rf"\S[{_ACCENTS}]{{1,32}}")
"""A letter and its accents; more are read as letters of their own, because putting accents in order
takes the square of their number."""
_UNSEEN_ONE = re.compile(rf"[{_UNSEEN}]")
_WHITE_ONE = re.compile(rf"[{_WHITE}]")
_NEVER_SHOWN = re.compile(rf"[{code_points(NEVER_SHOWN)}]")

_JOINED = "\u0600-\u0dff\u1000-\u109f\u1780-\u18af\ua800-\uaaff\ufb50-\ufdff\ufe70-\ufefc"
"""Arabic script to Sinhala, Myanmar, Khmer, Mongolian: scripts whose letters join."""
_PICTURE = "\u203c-\u3299\U0001f000-\U0001faff"
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_SHAPED = re.compile(
    rf"((?<=[{_JOINED}])[\u200c\u200d](?=[{_JOINED}])"
    rf"|(?:(?<=[{_PICTURE}])|(?<=[{_PICTURE}]\ufe0f))\u200d(?=[{_PICTURE}])"
    rf"|(?<=[{_PICTURE}])\ufe0f"
    rf"|(?<=[{_HAN}])[\ufe00-\ufe0f\U000e0100-\U000e01ef]"
    rf"|(?<=[\u1820-\u18aa])[\u180b-\u180f])"
    rf"|[{_SHAPING}]"
)
"""Joiners and variation selectors: in the group where the characters beside them need them."""


class PlainText(NamedTuple):
    """A text to read. Character n of `text` is printed at `starts[n]` up to `ends[n]`."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    @property
    def is_as_printed(self) -> bool:
        """Whether offsets are those of the printed text."""
        return isinstance(self.starts, range)

    def printed(self, start: int, end: int) -> tuple[int, int]:
        """Where characters `start` up to `end` of the plain text, one at least, are printed."""
        return (start, end) if self.is_as_printed else (self.starts[start], self.ends[end - 1])

    def plain(self, start: int, end: int) -> tuple[int, int]:
        """A printed span in the plain text, without blanks at its ends; empty where it has only
        invisible characters."""
        if self.is_as_printed:
            return start, end
        first, last = bisect_left(self.starts, start), bisect_left(self.starts, end)
        while first < last and self.text[last - 1].isspace():
            last -= 1
        while first < last and self.text[first].isspace():
            first += 1
        return first, last


def plain_text(text: str) -> PlainText:
    """The text on one line, a blank for every run of white space.

    A tab without a line feed is kept: it separates columns of a table, and no name crosses it.
    """
    if _is_marked(text) or _has_runs(text):
        return _composed(_rewritten(text, _RUN))
    return _as_it_is(text.replace("\n", " "))


def plain_lines(text: str) -> PlainText:
    """The text in its lines: white space stands one for one, a blank for any but tabs and line
    feeds."""
    return _composed(_rewritten(text, _SINGLE)) if _is_marked(text) else _as_it_is(text)


def matched_form(text: str) -> str:
    """A name in the form in which names are compared: no invisible characters, single blanks."""
    return plain_text(text).text.replace("\t", " ").strip() if _is_odd(text) else text


def shown_name(text: str) -> str:
    """A name as readers are shown it: as `matched_form`, with the joiners its script needs.

    A joiner is kept between two letters of a script whose letters join (Persian, Hindi) and between
    two pictures, a variation selector behind what it varies; elsewhere they are left out.
    """
    if not _is_odd(text):
        return text
    seen = _SHAPED.sub(lambda found: found[1] or "", _NEVER_SHOWN.sub("", text))
    return _ACCENTED.sub(lambda found: _one_letter(found[0]), " ".join(seen.split()))


def shown_names(name: pl.Series) -> pl.Series:
    """The same of a column; only odd ones are looked at one by one."""
    odd = name.filter(name.str.contains(_ODD_NAME)).unique()
    return name.replace(odd, pl.Series([shown_name(text) for text in odd], dtype=pl.String()))


_ODD_NAME = (
    rf"[{re2(UNSEEN)}\x{{300}}-\x{{36F}}{re2(tuple(r for r in WHITE if r != (0x20, 0x20)))}]"
    r"|^ | $|  "
)


def _is_odd(name: str) -> bool:
    return not name.isprintable() or not name.isascii() or "  " in name or name != name.strip()


def _is_marked(text: str) -> bool:
    return _ODD.search(text) is not None or _BEYOND.search(text) is not None


def _has_runs(text: str) -> bool:
    broken = "\n" in text or "\t" in text
    return "  " in text or (broken and _TWO_WHITE.search(text) is not None)


def _as_it_is(text: str) -> PlainText:
    return PlainText(text, range(len(text)), range(1, len(text) + 1))


def _rewritten(text: str, pattern: re.Pattern[str]) -> PlainText:
    """The text with each place of the pattern as it reads: a blank, a tab, or nothing."""
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for found in pattern.finditer(text):
        begin, end = found.span()
        parts.append(text[at:begin])
        starts.extend(range(at, begin))
        ends.extend(range(at + 1, begin + 1))
        at = end
        if white := _WHITE_ONE.search(text, begin, end):
            parts.append("\t" if "\t" in found[0] and "\n" not in found[0] else " ")
            starts.append(white.start())
            ends.append(end)
    parts.append(text[at:])
    starts.extend(range(at, len(text)))
    ends.extend(range(at + 1, len(text) + 1))
    return PlainText("".join(parts), starts, ends)


def _composed(plain: PlainText) -> PlainText:
    """The plain text with one character for a letter and its accents, where there is one."""
    if not _ACCENTED.search(plain.text):
        return plain
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for found in _ACCENTED.finditer(plain.text):
        begin, end = found.span()
        letter = _one_letter(found[0])
        rest = end - len(letter) + 1
        parts += (plain.text[at:begin], letter)
        starts += (*plain.starts[at : begin + 1], *plain.starts[rest:end])
        ends += (*plain.ends[at:begin], plain.ends[rest - 1], *plain.ends[rest:end])
        at = end
    parts.append(plain.text[at:])
    starts += plain.starts[at:]
    ends += plain.ends[at:]
    return PlainText("".join(parts), starts, ends)


def _one_letter(accented: str) -> str:
    """A letter and its accents as fewer characters, where there are such."""
    composed = unicodedata.normalize("NFC", accented)
    return composed if len(composed) < len(accented) else accented
