"""Whether two names name one thing, judged by type. Knows no article and no entity.

The question is strict, as joining entities for good must be: Harry Page is not Larry Page.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import zip_longest

from transforms.name.form import (
    NameForm,
    Vocabulary,
    fold,
    organization_form,
    person_form,
)
from transforms.name.part import PARTICLES

_MOST_INITIALS = 4
# In a shorter word another spelling is another word.
_SHORTEST = 4
# Of a longer word, and of a person of more words, spellings are not compared: comparing costs the
# square of the length, and no name has so many.
_LONGEST = 40
_MOST_WORDS = 12
_SON_OF = frozenset({"bin", "ibn", "ben", "bint"})
_PERSON = "person"
_ORGANIZED = frozenset({"organization", "facility"})
_SOUNDS = (
    ("sch", "s"), ("tch", "c"), ("kh", "h"), ("zh", "j"), ("sh", "s"), ("ch", "c"), ("ph", "f"),
    ("th", "t"), ("dh", "d"), ("gh", "k"), ("dj", "j"), ("ck", "k"), ("q", "k"), ("g", "k"),
    ("x", "ks"), ("w", "v"), ("tz", "s"), ("ts", "s"), ("z", "s"),
)  # fmt: skip
_VOWELS = frozenset("aeiouy")
_ALIKE = frozenset(
    frozenset(pair) for pair in ("gq", "gk", "kq", "ck", "vw", "iy", "sz", "jy", "cs", "ij", "ou")
)
# Distance below which two spellings of a word are one transliterated word.
_SPELLING = 0.2


@lru_cache(maxsize=100_000)
def form_of(name: str, entity_type: str, vocabulary: Vocabulary) -> NameForm:
    """The name taken apart as its type asks."""
    if entity_type == _PERSON:
        return person_form(name)
    if entity_type in _ORGANIZED:
        return organization_form(name, vocabulary)
    words = fold(name).split()
    return NameForm(tuple(words[1:] if len(words) > 1 and words[0] == "the" else words))


@lru_cache(maxsize=100_000)
def sound(word: str) -> str:
    """Consonants of a word as most romanisations agree on them; a first vowel is "a"."""
    for letters, spoken in _SOUNDS:
        word = word.replace(letters, spoken)
    kept: list[str] = []
    for i, letter in enumerate(word):
        spoken = "" if letter in "aeiouyh" else letter
        if i == 0 and letter in _VOWELS:
            spoken = "a"
        if i == 0 and letter == "h":
            spoken = "h"
        if spoken and (not kept or kept[-1] != spoken):
            kept.append(spoken)
    return "".join(kept)


@lru_cache(maxsize=100_000)
def spelling_distance(a: str, b: str) -> float:
    """Edits between two words as a share of the longer; vowels and like sounds count less."""
    a, b = (_undoubled(word) for word in (a, b))
    if a == b:
        return 0.0
    above = [0.0]
    for letter in b:
        above.append(above[-1] + _gap(letter))
    for left in a:
        row = [above[0] + _gap(left)]
        for j, right in enumerate(b):
            row.append(
                min(above[j] + _swap(left, right), above[j + 1] + _gap(left), row[j] + _gap(right))
            )
        above = row
    return above[-1] / max(len(a), len(b))


def _undoubled(word: str) -> str:
    return "".join(
        letter for letter, following in zip_longest(word, word[1:]) if letter != following
    )


def _gap(letter: str) -> float:
    return 0.7 if letter in _VOWELS else 0.5 if letter == "h" else 1.0


def _swap(left: str, right: str) -> float:
    if left == right:
        return 0.0
    if frozenset((left, right)) in _ALIKE:
        return 0.3
    return 0.4 if left in _VOWELS and right in _VOWELS else 1.0


def block_key(name: str, entity_type: str, vocabulary: Vocabulary) -> str:
    """The key under which look-alike names are kept: the sound of a family name or whole name."""
    return block_key_of(form_of(name, entity_type, vocabulary), entity_type)


def block_key_of(form: NameForm, entity_type: str) -> str:
    """The same of a name taken apart."""
    if entity_type == _PERSON:
        return sound(form.words[-1]) if form.words else ""
    return "".join(sound(word) for word in form.words)


def exact_key(name: str, entity_type: str, vocabulary: Vocabulary) -> str:
    """What two printings of one name share: folded words, of a person in any order."""
    return exact_key_of(form_of(name, entity_type, vocabulary), entity_type)


def exact_key_of(form: NameForm, entity_type: str) -> str:
    """The same of a name taken apart."""
    words = sorted(form.words) if entity_type == _PERSON else form.words
    return " ".join((*words, form.generation)).strip()


def is_identity(a: NameForm, b: NameForm, entity_type: str, vocabulary: Vocabulary) -> bool:
    """Whether two names are spellings of one identity, surely enough to join them for good."""
    if not a.words or not b.words:
        return False
    if entity_type == _PERSON:
        return _one_person(a, b, vocabulary)
    if entity_type in _ORGANIZED:
        if a.legal_form and b.legal_form and a.legal_form != b.legal_form:
            return False
        return "".join(a.words) == "".join(b.words) or (
            len(a.words) == len(b.words)
            and all(one_spelling(*pair) for pair in zip(a.words, b.words, strict=True))
        )
    return "".join(a.words) == "".join(b.words)


def _one_person(a: NameForm, b: NameForm, vocabulary: Vocabulary) -> bool:
    if a.generation != b.generation and {a.generation, b.generation} != {"", "jr"}:
        return False
    if a.words == b.words:
        return True
    if max(len(a.words), len(b.words)) > _MOST_WORDS:
        return False
    if len(a.words) > 1 and len(b.words) > 1 and one_spelling(a.words[-1], b.words[-1]):
        return _agree_before_family_name(_given(a), _given(b), vocabulary)
    if "".join(a.words) == "".join(b.words):
        return True
    return sorted(a.words) == sorted(b.words) and not are_father_and_son(a.words, b.words)


def _agree_before_family_name(
    left: Sequence[str], right: Sequence[str], vocabulary: Vocabulary
) -> bool:
    if not _one_given_name(left[0], right[0], vocabulary):
        return "".join(left) == "".join(right) or _are_initials(left, right)
    fewer, more = sorted((left[1:], right[1:]), key=len)
    if len(more) - len(fewer) > 1:
        return False
    covered = _are_among(fewer, more, vocabulary)
    return covered and (len(fewer) < len(more) or _are_among(more, fewer, vocabulary))


def _are_among(words: Sequence[str], others: Sequence[str], vocabulary: Vocabulary) -> bool:
    return all(any(_one_given_name(word, other, vocabulary) for other in others) for word in words)


def are_father_and_son(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Whether one is "X bin Y" and the other "Y bin X"."""
    lineage_a, lineage_b = (
        {(words[i - 1], words[i + 1]) for i in range(1, len(words) - 1) if words[i] in _SON_OF}
        for words in (a, b)
    )
    return any((son, father) in lineage_b for father, son in lineage_a)


def _given(form: NameForm) -> Sequence[str]:
    before = form.words[:-1]
    if len(before) < 2:
        return before
    return [word for word in before if word not in PARTICLES] or before


def given_names_agree(a: str, b: str, vocabulary: Vocabulary) -> bool:
    """Whether one is a short form of the other, or both of one name."""
    formal = vocabulary.formal_names
    if a not in formal or b not in formal:
        return a == b
    return bool((formal[a] | {a}) & (formal[b] | {b}))


def _are_initials(left: Sequence[str], right: Sequence[str]) -> bool:
    """Whether one side is "jd" and the other "james david"."""
    return any(
        1 < len(short[0]) == len(long) < _MOST_INITIALS
        and short[0] == "".join(name[0] for name in long)
        for short, long in ((left, right), (right, left))
    )


def _one_given_name(a: str, b: str, vocabulary: Vocabulary) -> bool:
    if a == b:
        return True
    if len(a) == 1 or len(b) == 1:
        return a[0] == b[0]
    return given_names_agree(a, b, vocabulary) or one_spelling(a, b)


def one_spelling(a: str, b: str) -> bool:
    """One word in two romanisations or orthographies; words of other gender are other names."""
    if a == b:
        return True
    if max(len(a), len(b)) > _LONGEST:
        return False
    if len(a) < _SHORTEST or len(b) < _SHORTEST or sound(a) != sound(b):
        return False
    if a.isdigit() or b.isdigit():
        return False
    shorter, longer = sorted((a, b), key=len)
    gendered = longer.startswith(shorter) and longer[len(shorter) :] in {"a", "e", "le", "la"}
    ends = {a[-1] == "a", b[-1] == "a"}
    return not gendered and len(ends) == 1 and spelling_distance(a, b) <= _SPELLING
