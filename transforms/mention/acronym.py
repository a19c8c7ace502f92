"""Finds acronyms declared in brackets: "World Health Organization (WHO)"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from transforms.mention.page import Name, Page

_ACRONYM = re.compile(r" ?\(([A-Z][A-Za-z&.-]{1,9})\)")
_CAPITAL_RUN = re.compile(r"(?:[A-Z][\w’'-]*|of|and|for|the|in|on|&|de|des|du|la|et)$")
_LONGEST_FORM = 300
"""Code points before a bracket in which the name it shortens stands."""

_SMALL = frozenset(
    ("of", "and", "for", "the", "in", "on", "to", "de", "des", "du", "la", "et", "&")
)


def acronyms(page: Page, names: Sequence[Name]) -> list[Name]:
    """Acronyms in brackets behind the name they shorten, and long forms no one found."""
    by_end = {name.end: name for name in names}
    added: list[Name] = []
    for found in _ACRONYM.finditer(page.text):
        short = found[1]
        sentence = page.sentence_at(found.start(1))
        if sentence is None or not any(c.isupper() for c in short[1:]):
            continue
        name = by_end.get(found.start())
        if name is None or not abbreviates(short, page.text[name.start : name.end]):
            name = _long_form(page, found.start(), sentence.start, short)
            if name is None:
                continue
            added.append(name)
        added.append(Name(found.start(1), found.end(1), name.entity_type, "rule"))
    return added


def shortens(short: str, long: str) -> bool:
    """Whether the capitals of an acronym are the initials of a name, small words aside."""
    letters = [c for c in short.rstrip("s") if c.isalpha()]
    words = [w for w in re.split(r"[\s-]+", long) if w]
    large = [w[0] for w in words if w not in _SMALL]
    every = [w[0] for w in words]
    wanted = "".join(letters).casefold()
    return len(wanted) > 1 and any(
        "".join(initials).casefold() == wanted for initials in (large, every)
    )


def _long_form(page: Page, end: int, floor: int, short: str) -> Name | None:
    """The capitalised words before a bracket whose initials are the acronym."""
    start = end
    limit = max(floor, end - _LONGEST_FORM)
    for _ in range(2 * len(short)):
        cut = page.text.rfind(" ", limit, start - 1) + 1 or floor
        if cut < limit:
            return None
        word = page.text[cut:start].strip()
        if not _CAPITAL_RUN.match(word):
            return None
        start = cut
        if word[:1].isupper() and shortens(short, page.text[start:end]):
            return Name(start, end, "organization", "rule")
        if start <= floor:
            return None
    return None


def abbreviates(short: str, long: str) -> bool:
    """Whether a bracketed acronym stands for the name before it: initials, or letters in order."""
    if shortens(short, long):
        return True
    wanted = short.rstrip("s").casefold()
    rest = iter(long.casefold())
    return (
        short.isupper()
        and " " in long
        and wanted[:1] == long[:1].casefold()
        and all(letter in rest for letter in wanted if letter.isalpha())
    )


def declared_acronyms(page: Page, names: Sequence[Name]) -> dict[str, str]:
    """Short form to long form, where one stands in brackets behind the other."""
    found: dict[str, str] = {}
    for name, inside in pairwise(names):
        if (
            page.text[name.end : inside.start] != " ("
            or page.text[inside.end : inside.end + 1] != ")"
        ):
            continue
        first, second = page.text[name.start : name.end], page.text[inside.start : inside.end]
        if abbreviates(second, first):
            found.setdefault(second, first)
        elif abbreviates(first, second):
            found.setdefault(first, second)
    return found
