"""Weighs the evidence of lists for the type of a name: the names in one list are of one kind, as in
"Korn, Linkin Park and Gwen Stefani"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from transforms.mention.form import Cue
from transforms.mention.page import Name, Page

_SEPARATORS = frozenset((", ", " and ", ", and ", " or ", ", or ", "; ", "; and ", " & ", " / "))
_SHARE = 0.66


def list_cues(page: Page, names: Sequence[Name]) -> list[list[Cue]]:
    """For every name, the cue for its type that the other members of its list give."""
    cues: list[list[Cue]] = [[] for _ in names]
    for first, last in _runs(page, names):
        counted = Counter(name.entity_type for name in names[first:last])
        commonest = {own: _commonest_beside(own, counted) for own in counted}
        for index in range(first, last):
            kind, count = commonest[names[index].entity_type]
            if kind == names[index].entity_type:
                continue
            if last - first > 2 and count >= 2 and count >= _SHARE * (last - first - 1):
                cues[index].append((kind, 1.2))
            elif last - first == 2:
                cues[index].append((kind, 0.4))
    return cues


def _commonest_beside(own: str, counted: Counter[str]) -> tuple[str, int]:
    """The commonest type of a list for a member of that type, itself left aside, and its count."""
    others = counted.copy()
    others[own] -= 1
    return others.most_common(1)[0]


def _runs(page: Page, names: Sequence[Name]) -> Iterator[tuple[int, int]]:
    """Index ranges of neighbours joined by nothing but a comma or a conjunction."""
    first = 0
    for index in range(1, len(names) + 1):
        joined = index < len(names) and (
            page.text[names[index - 1].end : names[index].start] in _SEPARATORS
        )
        if not joined:
            if index - first > 1:
                yield first, index
            first = index
