"""A printed name taken apart: words without titles, legal forms and marks. Compares nothing.

The only module that imports anyascii (transliteration of every script to ASCII).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import polars as pl
from anyascii import anyascii

from transforms.name.part import ABBREVIATIONS, SMALL_WORDS, TITLES
from transforms.plain_text import matched_form

_GENERATIONS = {
    "jr": "jr", "junior": "jr", "sr": "sr", "senior": "sr", "ii": "ii", "iii": "iii", "iv": "iv",
}  # fmt: skip
_SUFFIX_WORDS = 6
_OFFICES = frozenset({"department", "ministry"})
_DOTTED = re.compile(r"(?<![A-Za-z])((?:[A-Za-z]\.){2,})")
_QUOTES = re.compile(r"['`\"]")
_WORD = re.compile(r"[a-z0-9]+")
# Where "SiemensAG" parts.
_CAPITALS_AT_END = re.compile(r"(?<=[a-z]{2})(?=[A-Z]{2,}$)")
# "Abd al-Aziz", "Abdel Aziz" and "Abdul Aziz" are one name.
_SERVANT = re.compile(r"\babd(?: ?[aeu][lrsnd])? (?=[a-z]{3})")


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Nicknames and legal forms, as the reference rows give them, folded. Equal to itself only."""

    formal_names: dict[str, frozenset[str]]
    legal_forms: dict[tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class NameForm:
    """A name taken apart.

    `words` are folded and in printed order, family name last where a comma says so. `generation`
    is jr, sr or a number; `legal_form` the class of the company's legal form.
    """

    words: tuple[str, ...]
    generation: str = ""
    legal_form: str = ""

    @property
    def text(self) -> str:
        """The words with one blank between them."""
        return " ".join(self.words)


def read_vocabulary(nickname: pl.DataFrame, legal_form: pl.DataFrame) -> Vocabulary:
    """The rows of nicknames.csv (name, nickname) and legal_forms.csv (form, spelling)."""
    formal: dict[str, set[str]] = {}
    for name, short in nickname.select("name", "nickname").iter_rows():
        formal.setdefault(fold(short), set()).add(fold(name))
        formal.setdefault(fold(name), set()).add(fold(name))
    spelled = {
        tuple(fold(spelling).split()): form
        for form, spelling in legal_form.select("form", "spelling").iter_rows()
    }
    return Vocabulary({short: frozenset(names) for short, names in formal.items()}, spelled)


@lru_cache(maxsize=100_000)
def fold(name: str) -> str:
    """ASCII words in lower case: marks and scripts transliterated, "A.B." joined, "'" dropped."""
    if name.isascii() and name.replace(" ", "").isalnum():
        return " ".join(name.lower().split())
    text = matched_form(name)
    if not text.isascii():
        text = anyascii(text.replace("·", " ").replace("’", "'"))
    if "." in text:
        text = _DOTTED.sub(lambda found: found[1].replace(".", "") + " ", text)
    return " ".join(_WORD.findall(_QUOTES.sub("", text.replace("&", " and ")).casefold()))


def person_form(name: str) -> NameForm:
    """A person's name without titles, "Family, Given" turned round."""
    if name.count(",") == 1:
        family, given = name.split(",")
        if fold(given) in _GENERATIONS:
            name = f"{family} {given}"
        elif family.strip() and given.strip():
            name = f"{given} {family}"
    folded = fold(name)
    words = (_SERVANT.sub("abdul ", folded) if "abd" in folded else folded).split()
    generation = ""
    if len(words) > 2 and words[-1] in _GENERATIONS:
        generation = _GENERATIONS[words.pop()]
    while len(words) > 1 and words[0] in TITLES:
        words.pop(0)
    return NameForm(tuple(words), generation)


def organization_form(name: str, vocabulary: Vocabulary) -> NameForm:
    """A company's or body's name without its legal form and small words."""
    words = fold(_CAPITALS_AT_END.sub(" ", name)).split()
    form = ""
    for strip in (_strip_last, _strip_first):
        words, found = strip(words, vocabulary)
        form = form or found
    kept = tuple(w for w in _office_last(words) if w not in SMALL_WORDS) or tuple(words)
    kept = tuple(part for w in kept for part in ABBREVIATIONS.get(w, w).split())
    return NameForm(kept, legal_form=form)


def is_acronym(short: str, name: str) -> bool:
    """Whether `short` is the capitals of `name`: of all its words, or without the small ones."""
    letters = short.replace(".", "")
    if not (1 < len(letters) < 9 and letters.isalpha() and letters.isupper()):
        return False
    words = re.findall(r"[^\W\d_]+", name)
    initials = "".join(word[0] for word in words).upper()
    large = (word for word in words if word.casefold() not in SMALL_WORDS)
    without_small = "".join(word[0] for word in large).upper()
    return len(words) > 1 and letters in (initials, without_small)


def _office_last(words: list[str]) -> list[str]:
    """ "Department of Labor" as "Labor Department"; other bodies differ by the order of words."""
    for i, (word, following) in enumerate(pairwise(words)):
        if word in _OFFICES and following == "of":
            return [*words[:i], *words[i + 2 :], word]
    return words


def _strip_last(words: list[str], vocabulary: Vocabulary) -> tuple[list[str], str]:
    form, end = "", len(words)
    while end > 1:
        for size in range(min(_SUFFIX_WORDS, end - 1), 0, -1):
            if found := vocabulary.legal_forms.get(tuple(words[end - size : end])):
                form, end = form or found, end - size
                break
        else:
            break
        while end > 1 and words[end - 1] == "and":
            end -= 1
    return words[:end], form


def _strip_first(words: list[str], vocabulary: Vocabulary) -> tuple[list[str], str]:
    for size in range(min(_SUFFIX_WORDS, len(words) - 1), 0, -1):
        if found := vocabulary.legal_forms.get(tuple(words[:size])):
            return words[size:], found
    return words, ""
