"""Finds the spans of the pieces of a text: its lines, with hard-wrapped lines joined."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

WRAP_MIN_COLUMNS = 40
"""Narrower columns are lists or verse, whose line ends carry meaning."""

WRAP_MAX_COLUMNS = 100
"""Newswire and mail wrap at 60 to 80 columns; wider lines are one paragraph each."""

WRAP_MIN_SHARE = 0.25
"""Share of line ends inside sentences that shows a wrapped text. Wrapped prose measures 0.6 and
more (most lines of a paragraph end inside a sentence), pages of one paragraph a line below 0.05."""

WRAP_MIN_LINES = 3
"""Fewer line ends inside sentences are no evidence."""

BULLETS = ("* ", "- ", "+ ", "• ", "· ", "– ", "▪ ", "◦ ", "‣ ")


class Piece(NamedTuple):
    """Half-open span of code points without blank ends."""

    start_char: int
    end_char: int


class _Line(NamedTuple):
    start_char: int
    end_char: int
    indent: int
    after_blank: bool


def segment(text: str, whole_spans: Sequence[tuple[int, int]] = ()) -> list[Piece]:
    """Pieces of ``text`` in order: every non-blank character is in exactly one.

    A line is a piece, except that lines of hard-wrapped paragraphs are joined, and lines inside
    one of ``whole_spans`` (spans that the record's format marks as one unit, such as a title
    set in two lines) are joined. Blank is as in ``str.isspace``; lines are those of
    ``str.splitlines``.
    """
    lines = _lines(text)
    columns = wrap_columns(text, lines)
    owner = _owners(lines, whole_spans)
    pieces: list[Piece] = []
    for number, line in enumerate(lines):
        before = lines[number - 1] if number else None
        inside = before is not None and (
            before.after_blank or pieces[-1].start_char < before.start_char
        )
        if before and _continues(text, before, line, columns, owner, number, inside=inside):
            pieces[-1] = Piece(pieces[-1].start_char, line.end_char)
        else:
            pieces.append(Piece(line.start_char, line.end_char))
    return pieces


def _lines(text: str) -> list[_Line]:
    lines: list[_Line] = []
    position = 0
    after_blank = True
    for raw in text.splitlines(keepends=True):
        stripped = raw.strip()
        if stripped:
            indent = len(raw) - len(raw.lstrip())
            start = position + indent
            lines.append(_Line(start, start + len(stripped), indent, after_blank))
        after_blank = not stripped
        position += len(raw)
    return lines


def wrap_columns(text: str, lines: Sequence[_Line]) -> int | None:
    """The width at which the text's paragraphs were wrapped; None where lines are whole.

    A text is wrapped when the lines that another line follows directly are of bounded length
    and enough of them end inside a sentence: no closing mark, and the next line begins with a
    small letter.
    """
    inside: list[int] = []
    followed = 0
    for line, follower in pairwise(lines):
        length = line.end_char - line.start_char + line.indent
        if follower.after_blank or length < WRAP_MIN_COLUMNS:
            continue
        followed += 1
        if text[follower.start_char].islower() and text[line.end_char - 1] not in ".!?:":
            inside.append(length)
    if len(inside) < WRAP_MIN_LINES or len(inside) < WRAP_MIN_SHARE * followed:
        return None
    columns = max(inside)
    if columns > WRAP_MAX_COLUMNS or median(inside) < 0.75 * columns:
        return None
    return columns


def _owners(lines: Sequence[_Line], spans: Sequence[tuple[int, int]]) -> list[int]:
    """The number of the whole span each line lies in, -1 for none."""
    owner = [-1] * len(lines)
    starts = [line.start_char for line in lines]
    for number, (start, end) in enumerate(spans):
        for index in range(bisect_left(starts, start), bisect_left(starts, end)):
            if lines[index].end_char <= end:
                owner[index] = number
    return owner


def _continues(
    text: str,
    line: _Line,
    follower: _Line,
    columns: int | None,
    owner: Sequence[int],
    number: int,
    *,
    inside: bool,
) -> bool:
    """Whether ``follower`` (line ``number``) goes on with what ``line`` began.

    ``inside`` is true where ``line`` opens a paragraph or was joined itself: lines below a short
    line are a list, and joined only inside a sentence.
    """
    if owner[number] != owner[number - 1]:
        return False
    if owner[number] >= 0:
        return True
    if columns is None or follower.after_blank or follower.indent > line.indent:
        return False
    if text.startswith(BULLETS, follower.start_char):
        return False
    length = line.end_char - line.start_char + line.indent
    if length > columns + 5:
        return False
    head = text[follower.start_char : min(follower.end_char, follower.start_char + columns)]
    first_word = head.split(maxsplit=1)[0]
    if first_word[0].islower() and text[line.end_char - 1] not in ".!?:":
        return length * 2 > columns
    return inside and length + 1 + len(first_word) > columns
