"""Extends names to their full length: numbers, legal forms, heads and "Bank of" before a place."""

from __future__ import annotations

import re
from collections.abc import Sequence

from transforms.mention.page import Facts, Name, Page

_NUMBER_BEFORE = re.compile(r"(?<![\w.,-])\d{1,3}(?:st|nd|rd|th|d)? $")
_NUMBERED = frozenset(
    ("Division", "Wing", "Regiment", "Brigade", "Battalion", "Squadron", "Fleet", "Corps", "Army",
     "Infantry", "Circuit", "Congress", "Group")
)  # fmt: skip
_GENERATION = re.compile(r",? (?:Jr|Sr|II|III|IV)\b\.?")
_INITIALS_BEFORE = re.compile(r"(?<![\w.])(?:[A-Z]\. ?){1,3}$")
_FORM_NEXT = re.compile(r",? ([A-Z][\w.]*\w)\.?")
_HEAD_NEXT = re.compile(r" ([A-Z]\w+)(?! [A-Z])\b")
_OF_BEFORE = re.compile(r"((?:[A-Z][\w’-]+ )*)([A-Z]\w+) of (?:the )?$")
_REACH = 50


def extend(page: Page, names: Sequence[Name], facts: Facts) -> list[Name]:
    """The names, each extended by its words and its neighbours, none growing into another."""
    grown: list[Name] = []
    for index, name in enumerate(names):
        sentence = page.sentence_at(name.start)
        if sentence is None:
            continue
        floor = max(sentence.start, grown[-1].end if grown else 0)
        limit = names[index + 1].start if index + 1 < len(names) else sentence.end
        grown.append(_grow(page.text, name, floor, min(limit, sentence.end), facts))
    return grown


def _grow(text: str, name: Name, floor: int, limit: int, facts: Facts) -> Name:
    reach = max(floor, name.start - _REACH)
    if name.entity_type == "person":
        if found := _GENERATION.match(text, name.end, limit):
            name = name._replace(end=found.end())
        before = text[max(floor, name.start - 2) : name.start]
        if "." in before and (found := _INITIALS_BEFORE.search(text, reach, name.start)):
            name = name._replace(start=found.start())
        if " " in text[name.start : name.end]:
            return name
        return _with_office(text, name, reach, facts)
    if name.entity_type not in ("organization", "place", "facility"):
        return name
    name = _with_head(text, name, limit, facts)
    last = text[name.start : name.end].rsplit(" ", 1)[-1]
    if last in _NUMBERED and (found := _NUMBER_BEFORE.search(text, reach, name.start)):
        name = name._replace(start=found.start())
    return _with_office(text, name, reach, facts)


def _with_office(text: str, name: Name, reach: int, facts: Facts) -> Name:
    """With what stands before "of": "Bank of Montreal", "Battle of Quebec"."""
    if not text.endswith((" of ", " of the "), reach, name.start):
        return name
    found = _OF_BEFORE.search(text, reach, name.start)
    if found and found[2] in facts.words.first_word:
        kind = facts.words.first_word[found[2]]
        start = found.start(1) if found[1] and kind == "organization" else found.start(2)
        if found[1] and found[1].split()[0].casefold() in facts.words.article:
            start = found.start(2)
        name = name._replace(start=start, entity_type=kind, method="rule")
    return name


def _with_head(text: str, name: Name, limit: int, facts: Facts) -> Name:
    """With the legal form or the head that follows: "Acme Holdings, LLC", "Montreal HC"."""
    found = _FORM_NEXT.match(text, name.end, limit)
    if found and found[1].replace(".", "") in facts.words.legal_form:
        dotted = found.end() if found[1].count(".") or len(found[1]) < 5 else found.end(1)
        return name._replace(end=dotted, entity_type="organization")
    found = _HEAD_NEXT.match(text, name.end, limit)
    if found and name.entity_type == "place":
        kind = facts.words.last_word.get(found[1])
        if kind in ("organization", "facility"):
            return name._replace(end=found.end(1), entity_type=kind, method="rule")
    return name
