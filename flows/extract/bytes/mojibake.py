"""Finds text that was decoded with the wrong charset before delivery (mojibake).

It is noted in the record, and repaired only if the settings ask for it. Nothing is filled with
replacement characters.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

import ftfy

from flows.extract.record import ExtractedRecord, Hint

_LOOKS = ftfy.TextFixerConfig(unescape_html=False)
_REPAIRS = _LOOKS._replace(replace_lossy_sequences=False)
_SUSPECT = re.compile("[^\x00-\x7f‘’“”–—…\xa0]")
"""Matches a character that every garbled line contains: text in UTF-8 that is read in another
charset always gives at least one besides ASCII and the excluded marks. Most lines of news do not
match and need no closer look."""
_FORBIDDEN = re.compile("[\n\r\0]")
_EXAMPLE_CHARS = 60


class Garbled(NamedTuple):
    """How many lines are garbled, and a piece of the first, as delivered and repaired."""

    line_count: int
    example: str
    meant: str

    def __str__(self) -> str:
        lines = "1 line" if self.line_count == 1 else f"{self.line_count:,} lines"
        return f"{lines}; first: {self.example} for {self.meant}"


def find_garbled(text: str) -> Garbled | None:
    """What looks decoded with the wrong charset, by the heuristic of ftfy; None for sound text."""
    if not _SUSPECT.search(text):
        return None
    count, first = 0, None
    for line in text.split("\n"):
        if _SUSPECT.search(line):
            meant = ftfy.fix_encoding(line, _LOOKS)
            if meant != line:
                count += 1
                first = first or _difference(line, meant)
    return Garbled(count, *first) if first else None


def repaired_line(line: str) -> str:
    """The repaired line; the line unchanged if a repair would lose characters."""
    if not _SUSPECT.search(line):
        return line
    meant = ftfy.fix_encoding(line, _REPAIRS)
    if _FORBIDDEN.search(meant) or meant.count("\ufffd") > line.count("\ufffd"):
        return line
    return meant


def note_garbled(record: ExtractedRecord, *, repair: bool) -> ExtractedRecord:
    """The record with a note on its garbled text, if any; repaired if ``repair`` is true.

    After a repair text, hints and declared fields are those of the repaired text.
    """
    garbled = find_garbled(record.text) or find_garbled(record.title or "")
    if garbled is None:
        return record
    if not repair:
        return replace(record, mojibake=f"as delivered: {garbled}")
    text, hints = _repaired_text(record.text, record.hints)
    return replace(
        record, text=text, hints=hints, mojibake=f"repaired: {garbled}",
        title=_repaired(record.title), standfirst=_repaired(record.standfirst),
        byline=_repaired(record.byline), section=_repaired(record.section),
    )  # fmt: skip


def _repaired(text: str | None) -> str | None:
    return None if text is None else "\n".join(repaired_line(line) for line in text.split("\n"))


def _repaired_text(text: str, hints: tuple[Hint, ...]) -> tuple[str, tuple[Hint, ...]]:
    """Text and hints, repaired piece by piece between line ends and ends of hints."""
    cuts = {0, len(text)} | {m.end() for m in re.finditer("\n", text)}
    cuts |= {at for hint in hints for at in (hint.start_char, hint.end_char)}
    moved: dict[int, int] = {}
    parts: list[str] = []
    length, before = 0, 0
    for cut in sorted(cuts):
        piece = text[before:cut]
        body = piece.removesuffix("\n")
        parts.append(repaired_line(body) + piece[len(body) :])
        length += len(parts[-1])
        moved[cut], before = length, cut
    shifted = (
        replace(hint, start_char=moved[hint.start_char], end_char=moved[hint.end_char])
        for hint in hints
    )
    return "".join(parts), tuple(hint for hint in shifted if hint.start_char < hint.end_char)


def _difference(line: str, meant: str) -> tuple[str, str]:
    """The words around the first place where two lines differ, of each."""
    words, meant_words = line.split(" "), meant.split(" ")
    same = 0
    while same < min(len(words), len(meant_words)) - 1 and words[same] == meant_words[same]:
        same += 1
    return words[same][:_EXAMPLE_CHARS], meant_words[same][:_EXAMPLE_CHARS]
