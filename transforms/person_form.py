"""Full and short forms of persons' names within one article. Never guesses between two persons."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_GENERATIONS = frozenset(("jr", "sr", "ii", "iii", "iv"))
_NICKNAME = re.compile(r"[\"“‘'(][^\"”’')]*[\"”’')]")
_ROMANISED = re.compile(r"[ijy]+$")
"""The ending that romanisations of a family name differ in: Zelensky, Zelenskyy, Zelenskij."""

_Form = tuple[str, ...]


def person_groups(texts: Sequence[str]) -> dict[str, str | None]:
    """For every form the group it belongs to, or null where several persons may be meant.

    Full forms are put together first, the fullest leading ("Vladimir Vladimirovich Putin", then
    "Vladimir Putin", then "V. Putin"); then short forms join the one group they shorten.
    """
    order = list(dict.fromkeys(texts))
    forms = {text: _form(text) for text in order}
    groups: dict[str, list[_Form]] = {}
    by_word: dict[str, list[str]] = {}
    answer: dict[str, str | None] = {}
    ranked = sorted(order, key=lambda text: -_weight(forms[text]))
    for text in ranked:
        form = forms[text]
        words = (*form, _romanised(form))
        near = {g: groups[g] for word in words for g in by_word.get(word, ())}
        found = _groups_of(form, near)
        if len(found) > 1:
            answer[text] = None
            continue
        group = found[0] if found else " ".join(form)
        groups.setdefault(group, [])
        if form not in groups[group]:
            groups[group].append(form)
        for word in words:
            if group not in by_word.setdefault(word, []):
                by_word[word].append(group)
        answer[text] = group
    return answer


def _groups_of(form: _Form, groups: dict[str, list[_Form]]) -> list[str]:
    """Groups with a form that this one shortens or equals; the closest kind of match decides."""
    for is_match in (_equals, _is_same_person, _is_tail, _is_head, _is_inside, _is_respelled):
        found = [g for g, forms in groups.items() if any(is_match(form, full) for full in forms)]
        if found:
            return found
    return []


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


def _equals(form: _Form, full: _Form) -> bool:
    return form == full


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


def _is_tail(form: _Form, full: _Form) -> bool:
    """ "Ushakov" of "Yuri Ushakov"; a father's bare name is not his son's ("… Jr")."""
    names, generation = _split(full)
    return not generation and len(form) < len(names) and names[-len(form) :] == form


def _is_head(form: _Form, full: _Form) -> bool:
    """ "Xi" of "Xi Jinping"."""
    names, _ = _split(full)
    return len(form) < len(names) and names[: len(form)] == form


def _is_inside(form: _Form, full: _Form) -> bool:
    """ "López" of "Andrés Manuel López Obrador"."""
    names, _ = _split(full)
    return len(form) == 1 and len(names) > 2 and len(form[0]) > 2 and form[0] in names[1:-1]


def _is_respelled(form: _Form, full: _Form) -> bool:
    """ "Zelensky" of "Volodymyr Zelenskyy", and "Volodymyr Zelenskiy" too."""
    (short, generation), (long, other) = _split(form), _split(full)
    if generation != other or len(short) > 2 or len(long) < 2:
        return False
    return _romanised(short) == _romanised(long) and (len(short) == 1 or _agree(short[0], long[0]))


def _romanised(form: _Form) -> str:
    """The family name, marked as a key of its own among words."""
    last = _split(form)[0][-1]
    return "~" + _ROMANISED.sub("i", last)
