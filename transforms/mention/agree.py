"""Gives a name one type in an article: all occurrences vote, short names follow their full form."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from transforms.mention.cue import context_cues
from transforms.mention.form import CERTAIN, Cue, form_cues
from transforms.mention.list import list_cues
from transforms.mention.page import Facts, Name, Page

_NOT_A_SURNAME = frozenset(("country", "region", "demonym"))


def agree(page: Page, names: Sequence[Name], declared: Sequence[Name], facts: Facts) -> list[Name]:
    """The names with the types their article as a whole supports.

    `declared` are acronyms printed in brackets behind their long form, with its type.
    """
    local = [
        [
            *form_cues(page.text[name.start : name.end], name, facts),
            *context_cues(page, name, facts),
            *listed,
        ]
        for name, listed in zip(names, list_cues(page, names), strict=True)
    ]
    local = _doubt_places(page, names, local)
    votes = _votes(page, names, declared, local)
    typed = [
        _settle(name, page.text[name.start : name.end], cues, votes, facts)
        for name, cues in zip(names, local, strict=True)
    ]
    return _follow_full_names(page, names, typed, votes, facts)


def _votes(
    page: Page, names: Sequence[Name], declared: Sequence[Name], local: Sequence[list[Cue]]
) -> dict[str, dict[str, float]]:
    """Weights by exact name and type, over the article."""
    votes: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for name in declared:
        votes[page.text[name.start : name.end]][name.entity_type] += CERTAIN
    for name, cues in zip(names, local, strict=True):
        vote = votes[page.text[name.start : name.end]]
        vote[name.entity_type] += 1.0
        for kind, weight in cues:
            vote[kind] += weight
    _count_plurals(votes)
    return votes


def _doubt_places(page: Page, names: Sequence[Name], cues: Sequence[list[Cue]]) -> list[list[Cue]]:
    """Cues without a country's certainty where the pipeline reads a company throughout.

    "Emirates" is a country's name and an airline's; articles mean one of the two.
    """
    read: dict[str, Counter[str]] = defaultdict(Counter)
    for name in names:
        read[page.text[name.start : name.end]][name.entity_type] += 1
    doubted = {
        text
        for text, kinds in read.items()
        if " " not in text and kinds["organization"] >= 2 and kinds["organization"] > kinds["place"]
    }
    return [
        [cue for cue in found if cue[0] != "place" or cue[1] < CERTAIN]
        if page.text[name.start : name.end] in doubted
        else found
        for name, found in zip(names, cues, strict=True)
    ]


def _settle(
    name: Name,
    text: str,
    cues: Sequence[Cue],
    votes: dict[str, dict[str, float]],
    facts: Facts,
) -> Name:
    """The name with the type that won; a changed type names what changed it as the method."""
    kind = _winner(name, cues, votes[text])
    if kind == name.entity_type:
        return name
    by_place = kind in ("place", "group") and facts.place_kind(text) is not None
    return name._replace(entity_type=kind, method="gazetteer" if by_place else "rule")


def _winner(name: Name, cues: Sequence[Cue], vote: dict[str, float]) -> str:
    for kind, weight in cues:
        if weight >= CERTAIN:
            return kind
    best = max(vote.values())
    if vote.get(name.entity_type, 0.0) == best:
        return name.entity_type
    return min(kind for kind, weight in vote.items() if weight == best)


def _count_plurals(votes: dict[str, dict[str, float]]) -> None:
    """A name in the singular and in the plural is of a thing one can count: "iPhones"."""
    for text, vote in votes.items():
        one = text[:-1]
        if text.endswith("s") and one in votes and votes[one].get("product", 0.0) > 0:
            vote["product"] += 1.0 + vote.get("organization", 0.0)
            votes[one]["product"] += 1.0 + votes[one].get("organization", 0.0)


def _follow_full_names(
    page: Page,
    read: Sequence[Name],
    names: Sequence[Name],
    votes: dict[str, dict[str, float]],
    facts: Facts,
) -> list[Name]:
    """Single words take the type of the full name they shorten.

    `read` are the names with the pipeline's own types, before the votes.
    """
    surnames, given, heads = set(), set(), set()
    for name in names:
        words = page.text[name.start : name.end].split()
        if name.entity_type == "person" and len(words) > 1:
            surnames.add(words[-1])
            given.add(words[0])
        elif name.entity_type == "organization" and len(words) > 1:
            heads.add(words[0])
    changed = []
    for own, name in zip(read, names, strict=True):
        text = page.text[name.start : name.end]
        if (
            name.entity_type != "person"
            and own.entity_type == "person"
            and (text in surnames or text in given)
        ):
            name = own
        elif name.entity_type != "person" and " " not in text:
            kind = facts.place_kind(text)
            vote = votes[text]
            is_place = kind in _NOT_A_SURNAME or (
                kind is not None and vote.get("place", 0.0) >= 0.5 * sum(vote.values())
            )
            if not is_place and (
                (text in surnames and text not in heads)
                or (text in given and kind is None and text not in heads)
            ):
                name = name._replace(entity_type="person", method="propagated")
        changed.append(name)
    return changed
