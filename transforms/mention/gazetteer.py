"""Finds places and peoples that are in the gazetteer and that a pipeline missed or cut short."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from transforms.mention.page import Facts, Name, Page
from transforms.mention.spread import is_meant, stands_alone

_RUN = re.compile(
    r"(?<![\w@#/.-])[A-Z][\w’.-]*"
    r"(?: (?:(?:of|and|the|upon|am|an der|de|del|du|la|le|el|al|di|da) )?[A-Z][\w’.-]*){0,3}"
)
_LONGEST_RUN = 300
"""Code points; four words with a place among them are shorter."""

_SIDES = frozenset(("North", "South", "East", "West"))
"""Sides of the world are places with an article only: "the West", not "Wichita West"."""
_MONEY_NEXT = re.compile(r" ?[$€£¥]| dollars?\b| cents?\b")
_WORD = re.compile(r"\S+")
_TYPES = {"country": "place", "region": "place", "demonym": "group", "city": "place"}


def gazetteer_names(page: Page, names: Sequence[Name], facts: Facts) -> list[Name]:
    """Countries, continents, peoples and cities of two words or more, wherever they stand.

    A word that is part of a person's name in the article ("Jordan") is left out.
    """
    personal = {
        word
        for name in names
        if name.entity_type == "person"
        for word in page.text[name.start : name.end].split()
    }
    known = {name.start: name.end for name in names}
    return [
        name
        for sentence in page.sentences
        for run in _RUN.finditer(page.text, sentence.start, sentence.end)
        if known.get(run.start(), 0) < run.end() - 2
        for name in _known_parts(page, run.start(), run.end(), sentence.start, facts)
        if page.text[name.start : name.end] not in personal
        and not _MONEY_NEXT.match(page.text, name.end, sentence.end)
    ]


def _known_parts(page: Page, start: int, end: int, floor: int, facts: Facts) -> Iterator[Name]:
    """The longest known names in a run of capitalised words, from the left."""
    text = page.text
    run = text[start:end]
    if len(run) > _LONGEST_RUN:
        return
    if " " not in run and not run.endswith("’s") and facts.area_kind(run.rstrip(".-’")) is None:
        return
    edges = [m.span() for m in _WORD.finditer(run)]
    first = 0
    while first < len(edges):
        word = text[start + edges[first][0] : start + edges[first][1]]
        if word[0].islower() or word.casefold() in facts.words.article:
            first += 1
            continue
        for last in range(len(edges) - 1, first - 1, -1):
            a, b = start + edges[first][0], start + edges[last][1]
            while b > a and text[b - 1] in ".-’" and text[a:b].count(".") < 2:
                b -= 1
            b -= 2 if text[a:b].endswith("’s") else 0
            is_whole = first == 0 and last == len(edges) - 1 and last > 0
            kind = facts.place_kind(text[a:b]) if is_whole else facts.area_kind(text[a:b])
            if kind in _TYPES and (text[a:b] not in _SIDES or text.endswith("the ", floor, a)):
                if is_meant(page, text[a:b], a, floor, facts) and stands_alone(
                    page, text[a:b], a, b, facts
                ):
                    yield Name(a, b, _TYPES[kind], "gazetteer")
                first = last
                break
        first += 1
