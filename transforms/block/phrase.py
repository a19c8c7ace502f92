"""Phrases typical of a kind of line, as one pattern a kind. The kind itself is decided in `kind`,
from these and other features."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from warehouse.error import WRONG_USE, ExpectedError

PHRASE_KINDS = (
    "promo", "related_heading", "correction", "caption", "navigation", "byline", "comment",
    "author_note",
)  # fmt: skip
"""Kinds of line that a phrase can speak for."""

FUNCTION_WORD = "function_word"
"""Kind of the rows that are no phrases but the small words running text is made of."""

_MATCH_TEMPLATES = {
    "line": r"^(?:{phrase})\W*$",
    "heading": r"^[\W\d]*(?:{phrase})[\W\d]*$",
    "count": r"^\W*\d+ (?:{phrase})(?:\W|$)",
    "start": r"^(?:{phrase})(?:\W|$)",
    "end": r"(?:^|\W)(?:{phrase})\W*$",
    "anywhere": r"(?:^|\W)(?:{phrase})(?:\W|$)",
    "word": r"^(?:{phrase}) \S",
    "each": r"(?:^|[\s\"“'(])(?:{phrase})(?:$|[\s,.\"”':;!?)])",
}
"""How a phrase has to lie in a line: be all of it, be all of it beside numbers, stand behind a
number that begins it, begin it, end it, stand anywhere in it,
begin it with another word behind it, or be counted wherever it stands as a word."""


class PhraseError(ExpectedError, ValueError):
    """A row of phrases.csv names a kind, or a way to match, that does not exist."""

    exit_code = WRONG_USE


@dataclass(frozen=True)
class Phrases:
    """Patterns by kind, for lower-case lines with plain quotes and single spaces."""

    patterns: tuple[tuple[str, str], ...]

    def matches(self, line: pl.Expr) -> dict[str, pl.Expr]:
        """One true-or-false expression a kind, by its name ``<kind>_phrase``."""
        found = dict(self.patterns)
        return {
            f"{kind}_phrase": line.str.contains(found[kind]) if kind in found else pl.lit(False)
            for kind in PHRASE_KINDS
        }

    def function_words(self, line: pl.Expr) -> pl.Expr:
        """How many words of the line are function words."""
        found = dict(self.patterns)
        if FUNCTION_WORD not in found:
            return pl.lit(0)
        return line.str.count_matches(found[FUNCTION_WORD])


def read_phrases(phrase: pl.DataFrame) -> Phrases:
    """The rows of seeds/reference/phrases.csv: phrase, kind, match, language, reason.

    Raises PhraseError for a kind not in PHRASE_KINDS and a match no template is for.
    """
    for row in phrase.iter_rows(named=True):
        if (
            row["kind"] not in (*PHRASE_KINDS, FUNCTION_WORD)
            or row["match"] not in _MATCH_TEMPLATES
        ):
            raise PhraseError(
                f"phrases.csv: {row['phrase']!r} has kind {row['kind']!r} and match "
                f"{row['match']!r}. Kinds are {', '.join(PHRASE_KINDS)}; matches are "
                f"{', '.join(_MATCH_TEMPLATES)}."
            )
    patterns: list[tuple[str, str]] = []
    for kind in (*PHRASE_KINDS, FUNCTION_WORD):
        rows = phrase.filter(pl.col("kind") == kind)
        parts = []
        for match, template in _MATCH_TEMPLATES.items():
            words = rows.filter(pl.col("match") == match)["phrase"].to_list()
            if words:
                escaped = "|".join(re.escape(word.lower()) for word in sorted(words))
                parts.append(template.format(phrase=escaped))
        if parts:
            patterns.append((kind, "|".join(parts)))
    return Phrases(tuple(patterns))
