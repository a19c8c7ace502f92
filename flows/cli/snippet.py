"""Cuts passages found by a search to snippets around the words searched for."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import duckdb
from rich.text import Text

_WIDTH = 180
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}])[^\W_]|[\u0300-\u036f\u00ad])+")
"""A word: letters and digits, accents set apart too; one character of scripts without spaces."""

_STEMS = """
    SELECT DISTINCT word, list_transform(string_split(plain_words(word), ' '),
                                         lambda part: stem(part, 'porter'))
    FROM unnest(?::VARCHAR[]) AS given(word)
"""


@dataclass(frozen=True)
class Snippet:
    """Part of a passage on one line, and the spans (half-open) of the searched words in it."""

    plain: str
    hits: tuple[tuple[int, int], ...]

    def highlighted(self) -> Text:
        """The snippet for a terminal."""
        text = Text(self.plain)
        for start, end in self.hits:
            text.stylize("bold yellow", start, end)
        return text


def cut_snippets(con: duckdb.DuckDBPyConnection, query: str, texts: list[str]) -> list[Snippet]:
    """One snippet per text, around the first place with most words of the query close together."""
    lines = [on_one_line(text) for text in texts]
    asked = on_one_line(query)
    words = {match.group() for line in (asked, *lines) for match in _WORD.finditer(line)}
    stems = {word: set(of) for word, of in con.execute(_STEMS, [sorted(words)]).fetchall()}
    wanted = {stem for match in _WORD.finditer(asked) for stem in stems[match.group()]} - {""}
    return [
        _cut(line, [m.span() for m in _WORD.finditer(line) if stems[m.group()] & wanted])
        for line in lines
    ]


def on_one_line(text: str) -> str:
    """White space and control characters as single spaces, invisible characters removed."""
    seen = (c for c in text if unicodedata.category(c) != "Cf")
    return " ".join("".join(c if c.isprintable() else " " for c in seen).split())


def _cut(line: str, hits: list[tuple[int, int]]) -> Snippet:
    best = max(
        (start for start, _ in hits),
        key=lambda first: sum(first <= start and end <= first + _WIDTH for start, end in hits),
        default=0,
    )
    start = max(0, min(best - _WIDTH // 4, len(line) - _WIDTH))
    if start:
        start = line.find(" ", start, best) + 1 or start
    end = len(line)
    if end > start + _WIDTH:
        end = max(line.rfind(" ", best, start + _WIDTH), best + 1)
    head, tail = "… " if start else "", " …" if end < len(line) else ""
    moved = len(head) - start
    inside = tuple((a + moved, b + moved) for a, b in hits if start <= a and b <= end)
    return Snippet(f"{head}{line[start:end]}{tail}", inside)
