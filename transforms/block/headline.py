"""Scores how well a line fits as the headline of its page, by the story below and the address."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

_STEM = re.compile(r"\w{4,6}")
_PROSE_LINES = 6
"""A story repeats words of its headline in its first paragraphs."""

_REACH = 45
"""Lines between a headline and its story: menus of sharing buttons, credits, captions."""

_ENOUGH_STEMS = 60
"""With fewer stems of story behind it, a headline scores proportionally less."""

_MIN_ADDRESS_STEMS = 3


def stems(plain: str) -> frozenset[str]:
    """Beginnings of the words of four letters and more; inflected forms share one."""
    return frozenset(_STEM.findall(plain))


def story_support(
    plain: Sequence[str], candidate: Sequence[bool], prose_stems: Mapping[int, frozenset[str]]
) -> list[float]:
    """For each line of a page that may be a headline, 0 to 1: do the lines below repeat its words?

    The share of its stems found in the next prose lines, less where little prose follows.
    ``prose_stems`` holds the stems of the page's prose lines, in order.
    """
    places = list(prose_stems)
    support = [0.0] * len(plain)
    for number, flag in enumerate(candidate):
        if not flag:
            continue
        own = stems(plain[number])
        if len(own) < 2:
            continue
        below: set[str] = set()
        first = bisect_right(places, number)
        for place in places[first : first + _PROSE_LINES]:
            if place - number > _REACH:
                break
            below |= prose_stems[place]
        if below:
            support[number] = len(own & below) / len(own) * min(1.0, len(below) / _ENOUGH_STEMS)
    return support


def address_stems(url: str | None) -> frozenset[str]:
    """Stems of the words in an address's path; none if too few to distinguish headlines."""
    if not url:
        return frozenset()
    found = stems(urlsplit(url).path.lower())
    words = frozenset(stem for stem in found if stem.isalpha())
    return words if len(words) >= _MIN_ADDRESS_STEMS else frozenset()


def address_support(plain: str, address: frozenset[str]) -> float:
    """0 to 1: how much of a line and of an address's words are the same."""
    own = stems(plain)
    if not own or not address:
        return 0.0
    return 2 * len(own & address) / (len(own) + len(address))
