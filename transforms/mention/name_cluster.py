"""Clusters the names of one article that mean one thing, by their strings and types."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from transforms.mention.page import Facts
from transforms.mention.person_form import person_groups

AMBIGUOUS = -1

_Key = tuple[str, str]


class Clustered(NamedTuple):
    """The cluster a name belongs to; `AMBIGUOUS` is in no cluster."""

    cluster_no: int
    cluster_name: str


def cluster_names(
    names: Sequence[tuple[str, str]], acronyms: Mapping[str, str], facts: Facts
) -> list[Clustered]:
    """One answer a name (text, entity_type), clusters numbered by first appearance from 0.

    `acronyms` maps a short form to the long form it is declared for in the article.
    """
    persons = person_groups([text for text, kind in names if kind == "person"])
    organizations = _organization_keys(
        {text for text, kind in names if kind == "organization"}, acronyms, facts
    )
    known: dict[tuple[str, str], _Key | None] = {}
    for text, kind in names:
        if (text, kind) in known:
            continue
        if kind == "person":
            group = persons[text]
            known[text, kind] = None if group is None else (kind, group)
        elif kind == "organization":
            known[text, kind] = kind, organizations[text]
        else:
            known[text, kind] = kind, _plain_key(acronyms.get(text, text), kind, facts)
    keys = [known[name] for name in names]
    numbers: dict[_Key, int] = {}
    fullest: dict[_Key, str] = {}
    for key, (text, _) in zip(keys, names, strict=True):
        if key is not None:
            numbers.setdefault(key, len(numbers))
            if _fullness(text) > _fullness(fullest.get(key, "")):
                fullest[key] = text
    return [
        Clustered(AMBIGUOUS, text) if key is None else Clustered(numbers[key], fullest[key])
        for key, (text, _) in zip(keys, names, strict=True)
    ]


def _fullness(text: str) -> tuple[bool, int]:
    """Longer is fuller; a form in small letters stands before one in capitals ("FRANCE")."""
    shouts = text.isupper() and sum(c.isalpha() for c in text) > 4
    return bool(text) and not shouts, len(text)


def folded(text: str) -> str:
    """Lower case, without marks, points and a leading article."""
    plain = text.replace("’", "'").replace(".", "").casefold()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain)
        plain = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(plain.replace(",", " ").replace("-", " ").split()).removeprefix("the ")


def _plain_key(text: str, kind: str, facts: Facts) -> str:
    if kind == "place" and (iso2 := facts.places.country(text)) is not None:
        return f"country {iso2}"
    if kind == "group" and (people := facts.places.people(text)) is not None:
        return folded(people)
    return folded(text)


def _organization_keys(
    texts: set[str], acronyms: Mapping[str, str], facts: Facts
) -> dict[str, str]:
    """Legal forms aside; a name of one word joins the one company it begins: "Kirin Holdings"."""
    plain = {text: _without_forms(folded(acronyms.get(text, text)), facts) for text in texts}
    longer: dict[str, set[str]] = {}
    for key in set(plain.values()):
        first, _, rest = key.partition(" ")
        if rest and all(word in facts.words.company_word for word in rest.split()):
            longer.setdefault(first, set()).add(key)
    return {
        text: next(iter(longer[key])) if len(longer.get(key, ())) == 1 else key
        for text, key in plain.items()
    }


def _without_forms(key: str, facts: Facts) -> str:
    words = key.split()
    while len(words) > 1 and words[-1] in facts.words.legal_key:
        words.pop()
    return " ".join(words)
