"""The input of the name rules: an article's story text and sentences, and lookups of what a name
can be."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from transforms.name.word import NameWords
from transforms.plain_text import PlainText, plain_text


class Places(Protocol):
    """What the name rules ask of a gazetteer."""

    def country(self, name: str) -> str | None:
        """ISO 3166-1 alpha-2 code of the country of that name."""

    def demonym(self, name: str) -> str | None:
        """Code of the country whose people are so called."""

    def people(self, name: str) -> str | None:
        """The one demonym that stands for others of it: "American" for "Americans"."""

    def is_demonym(self, name: str) -> bool:
        """Whether the word names a people."""

    def is_city(self, name: str) -> bool:
        """Whether a city is so called."""

    def is_region(self, name: str) -> bool:
        """Whether a continent or another place across countries is so called."""

    def us_state(self, name: str) -> str | None:
        """Code of the state of the USA of that name."""

    def subdivisions(self, name: str) -> Sequence[object]:
        """States, provinces and other parts of countries of that name."""

    def is_currency(self, name: str) -> bool:
        """Whether a currency is so called."""


class Name(NamedTuple):
    """A name found in an article; offsets count code points of the page's text."""

    start: int
    end: int
    entity_type: str
    method: str
    role: str | None = None


class PageSentence(NamedTuple):
    """A sentence and the kind of block that holds it."""

    start: int
    end: int
    sentence_no: int
    kind: str


_COMPASS = frozenset(
    ("North", "South", "East", "West", "Northern", "Southern", "Eastern", "Western", "Central")
)
_LONGEST_PLACE = 200
"""Code points; the longest place name of the gazetteer has fewer than half as many."""

_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
_LOWER_WORD = re.compile(r"(?<![\w’'-])[a-z][a-z]+(?![\w])")


@dataclass(frozen=True)
class Page:
    """An article's story text in place: blanks stand where other blocks are.

    Where that text is not printed as it is read, `origin` leads back to `article.text`.
    """

    text: str
    sentences: tuple[PageSentence, ...]
    language: str
    country_iso2: str | None
    origin: PlainText | None = None
    starts: tuple[int, ...] = field(init=False)
    lower_words: frozenset[str] = field(init=False)
    headlines: dict[int, bool] = field(init=False, default_factory=dict, compare=False)
    """Which sentences are headlines, by their start, as far as that was asked."""
    _openings: dict[int, int] = field(init=False, default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts", tuple(s.start for s in self.sentences))
        object.__setattr__(self, "lower_words", frozenset(_LOWER_WORD.findall(self.text)))

    def printed(self, start: int, end: int) -> tuple[int, int]:
        """The span in `article.text`."""
        return (start, end) if self.origin is None else self.origin.printed(start, end)

    def sentence_at(self, position: int) -> PageSentence | None:
        """The sentence that holds the code point, if one does."""
        i = bisect_right(self.starts, position) - 1
        if i >= 0 and position < self.sentences[i].end:
            return self.sentences[i]
        return None

    def opens_sentence(self, position: int, sentence_start: int) -> bool:
        """Whether no letter and no digit of the sentence stands before the position."""
        first = self._openings.get(sentence_start)
        if first is None:
            found = _LETTER_OR_DIGIT.search(self.text, sentence_start)
            first = self._openings[sentence_start] = found.start() if found else len(self.text)
        return position <= first


@dataclass
class Facts:
    """What is known of a string in any article: the reference words and the gazetteer.

    Answers are remembered, because the same names come again in every article.
    """

    words: NameWords
    places: Places
    _kinds: dict[str, str | None] = field(default_factory=dict)
    _areas: dict[str, str | None] = field(default_factory=dict)
    _currencies: dict[str, bool] = field(default_factory=dict)

    def place_kind(self, name: str) -> str | None:
        """country, region, demonym, state, city, or null where the gazetteer knows none."""
        if name not in self._kinds:
            self._kinds[name] = self._look_up(name)
        return self._kinds[name]

    def area_kind(self, name: str) -> str | None:
        """country, region, demonym or null; asks less of the gazetteer than `place_kind`."""
        if name not in self._areas:
            self._areas[name] = self._look_up_area(name)
        return self._areas[name]

    def is_part(self, name: str) -> bool:
        """Whether a country, a region of the world or a part of a country is so called."""
        known = self.place_kind(name) in ("country", "state", "region")
        return known or bool(self.places.subdivisions(name))

    def is_currency(self, name: str) -> bool:
        """Whether a currency is so called."""
        if name not in self._currencies:
            self._currencies[name] = self.places.is_currency(name)
        return self._currencies[name]

    def _look_up_area(self, name: str) -> str | None:
        if len(name) > _LONGEST_PLACE:
            return None
        if self.places.country(name) is not None:
            return "country"
        if self.places.is_demonym(name):
            return "demonym"
        return "region" if self.places.is_region(name) else None

    def _look_up(self, name: str) -> str | None:
        if len(name) > _LONGEST_PLACE:
            return None
        if (area := self.area_kind(name)) is not None:
            return area
        if self.places.us_state(name) is not None:
            return "state"
        if self.places.is_city(name):
            return "city"
        first, _, rest = name.partition(" ")
        if first in _COMPASS and self.place_kind(rest) in ("country", "region", "state"):
            return "region"
        return None


def page_text(blocks: Sequence[tuple[int, str]]) -> PlainText:
    """Blocks (start_char, text), in order, put at their offsets; line feeds fill the gaps.

    Line feeds inside a block, where a text column wrapped it, become blanks: names run across them.
    """
    plains = [(start, plain_text(text)) for start, text in blocks]
    is_as_printed = all(plain.is_as_printed for _, plain in plains)
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    for (start, plain), (_, text) in zip(plains, blocks, strict=True):
        parts += ("\n" * (start - position), plain.text)
        if not is_as_printed:
            starts.extend(range(position, start))
            starts.extend(start + at for at in plain.starts)
            ends.extend(range(position + 1, start + 1))
            ends.extend(start + at for at in plain.ends)
        position = start + len(text)
    if is_as_printed:
        return PlainText("".join(parts), range(position), range(1, position + 1))
    return PlainText("".join(parts), starts, ends)


def page_of(
    blocks: Sequence[tuple[int, str]],
    sentences: Sequence[PageSentence],
    language: str,
    country_iso2: str | None,
) -> Page:
    """The page of those blocks (start_char, text) and sentences, by offsets of `article.text`."""
    plain = page_text(blocks)
    if plain.is_as_printed:
        return Page(plain.text, tuple(sentences), language, country_iso2)
    placed = [(plain.plain(found.start, found.end), found) for found in sentences]
    within = tuple(
        found._replace(start=start, end=end) for (start, end), found in placed if start < end
    )
    return Page(plain.text, within, language, country_iso2, plain)
