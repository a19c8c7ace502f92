"""Full and short forms of persons' names within one article. Never guesses between two persons."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

_GENERATIONS = frozenset(("jr", "sr", "ii", "iii", "iv"))
_NICKNAME = re.compile(r"[\"“‘'(][^\"”’')]*[\"”’')]")
_ROMANISED = re.compile(r"[ijy]+$")
"""The ending that romanisations of a family name differ in: Zelensky, Zelenskyy, Zelenskij."""

_MOST_COMPARED = 64
"""Forms with one first and one last name whose middle names are compared with those of another."""

_MOST_WORDS = 12
"""Longer names are found whole; no short form of them is looked for."""

_Form = tuple[str, ...]


def person_groups(texts: Sequence[str]) -> dict[str, str | None]:
    """For every form the group it belongs to, or null where several persons may be meant.

    Full forms are put together first, the fullest leading ("Vladimir Vladimirovich Putin", then
    "Vladimir Putin", then "V. Putin"); then short forms join the one group they shorten.
    """
    order = list(dict.fromkeys(texts))
    forms = {text: _form(text) for text in order}
    known = _Groups()
    answer: dict[str, str | None] = {}
    for text in sorted(order, key=lambda text: -_weight(forms[text])):
        form = forms[text]
        found = known.of(form)
        if len(found) > 1:
            answer[text] = None
            continue
        group = found[0] if found else " ".join(form)
        known.add(form, group)
        answer[text] = group
    return answer


class _Groups:
    """Groups of forms, found by what a match needs to be equal. Of many, two are returned: enough
    to know that a form is ambiguous, so that a search costs the same however many there are."""

    def __init__(self) -> None:
        self._groups: dict[tuple[object, ...], list[str]] = {}
        self._full: dict[tuple[object, ...], list[tuple[_Form, str]]] = {}

    def of(self, form: _Form) -> list[str]:
        """Groups with a form that this shortens or equals; the closest kind of match decides."""
        names, generation = _split(form)
        searches: list[list[tuple[object, ...]]] = [[("equal", form)]]
        if len(names) > 1:
            searches.append([("same", generation, names[-1], key) for key in _agreeing(names[0])])
        searches += [[("tail", form)], [("head", form)]]
        if len(form) == 1 and len(form[0]) > 2:
            searches.append([("inside", form[0])])
        sounding = ("respelled", generation, _romanised(names))
        if len(names) == 1:
            searches.append([sounding])
        elif len(names) == 2:
            searches.append([(*sounding, key) for key in _agreeing(names[0])])
        for keys in searches:
            found = [group for key in keys for group in self._groups_of(key, form)]
            if found:
                return list(dict.fromkeys(found))
        return []

    def _groups_of(self, key: tuple[object, ...], form: _Form) -> Iterator[str]:
        if key[0] != "same" or len(_split(form)[0]) == 2:
            yield from self._groups.get(key, ())
            return
        for full, group in self._full.get(key, ()):
            if _is_same_person(form, full):
                yield group

    def add(self, form: _Form, group: str) -> None:
        """One more form of a group, which may be new."""
        if group in self._groups.get(("equal", form), ()):
            return
        names, generation = _split(form)
        keys: list[tuple[object, ...]] = [("equal", form)]
        if len(names) <= _MOST_WORDS:
            keys += [("head", names[:end]) for end in range(1, len(names))]
            keys += [("tail", names[at:]) for at in range(1, len(names)) if not generation]
            keys += [("inside", word) for word in names[1:-1]]
        sounding = ("respelled", generation, _romanised(names))
        if len(names) > 1:
            keys.append(sounding)
            for first in _filed(names[0]):
                keys.append((*sounding, first))
                same = ("same", generation, names[-1], first)
                keys.append(same)
                full = self._full.setdefault(same, [])
                if len(full) < _MOST_COMPARED:
                    full.append((form, group))
        for key in keys:
            held = self._groups.setdefault(key, [])
            if len(held) < 2 and group not in held:
                held.append(group)


def _filed(first: str) -> list[tuple[str, str]]:
    """The keys of a first name: itself, and among all of its initial."""
    return [("name", first), ("letter", first[0])]


def _agreeing(first: str) -> list[tuple[str, str]]:
    """The keys of first names that agree with this one: equal, or one the other's initial."""
    if len(first) == 1:
        return [("letter", first)]
    return [("name", first), ("name", first[0])]


def _form(text: str) -> _Form:
    plain = _NICKNAME.sub(" ", text) if " " in text else text
    plain = plain.replace("’", "'").casefold()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain)
        plain = "".join(c for c in plain if not unicodedata.combining(c))
    words = re.sub(r"[.,\-]", " ", plain).split()
    return tuple(words) or (text.casefold(),)


def _weight(form: _Form) -> int:
    """Fuller forms first: letters count, initials little, generations not at all."""
    return sum(1 if len(word) == 1 else 100 for word in form if word not in _GENERATIONS)


def _split(form: _Form) -> tuple[_Form, str]:
    """Names, and the generation where one is printed."""
    last = form[-1]
    return (form[:-1], last) if last in _GENERATIONS and len(form) > 1 else (form, "")


def _is_same_person(form: _Form, full: _Form) -> bool:
    """Same last name, first names that agree, and middle names that do not contradict."""
    (short, generation), (long, other) = _split(form), _split(full)
    if len(short) < 2 or len(long) < 2 or generation != other or short[-1] != long[-1]:
        return False
    if not _agree(short[0], long[0]):
        return False
    middle = list(long[1:-1])
    for word in short[1:-1]:
        while middle and not _agree(word, middle[0]):
            if len(word) == 1 and len(middle[0]) == 1:
                return False
            middle.pop(0)
        if not middle:
            return len(long) == 2
        middle.pop(0)
    return True


def _agree(one: str, other: str) -> bool:
    """Equal, or one the other's initial."""
    return one == other or (min(len(one), len(other)) == 1 and one[0] == other[0])


def _romanised(form: _Form) -> str:
    """The family name, marked as a key of its own among words."""
    last = _split(form)[0][-1]
    return "~" + _ROMANISED.sub("i", last)
