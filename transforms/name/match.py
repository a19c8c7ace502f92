"""How alike two names are, tolerant of slips of the pen, as a search in a register must be.

Alone wraps rapidfuzz. For joining entities for good this is too generous; `name.is_identity` is
the strict question.
"""

from __future__ import annotations

from typing import NamedTuple

from rapidfuzz.distance import OSA

from transforms.name.compare import (
    are_father_and_son,
    form_of,
    given_names_agree,
    one_spelling,
    sound,
    spelling_distance,
)
from transforms.name.form import Vocabulary, strip_legal_form
from transforms.name.part import PARTICLES

SAME = 0.5
_ORGANIZED = frozenset({"organization", "facility"})
_SHORTEST = 3
# A word misspelled by more edits than this is another word.
_MOST_EDITS = 2.0
# Two romanisations of one word differ by no more than this share of it.
_ROMANISED = 0.25


class Alignment(NamedTuple):
    """Words of two names paired off: edits in all pairs, and the words nobody fits."""

    pairs: tuple[tuple[str, str], ...]
    edits: float
    left: tuple[str, ...]
    right: tuple[str, ...]


def same_name(a: str, b: str, entity_type: str, vocabulary: Vocabulary) -> bool:
    """Whether two printed names may well name one thing of that type."""
    return name_score(a, b, entity_type, vocabulary) >= SAME


def name_score(a: str, b: str, entity_type: str, vocabulary: Vocabulary) -> float:
    """Likeness from 0 to 1; from 0.5 on the names count as the same.

    Words are paired off in any order. A word left over on both sides tells the names apart; one
    left over on one side costs by how much of the name it is; every edit costs by word length.
    """
    # A slash or a bracket parts two names of one thing.
    return max(
        _score(one, other, entity_type, vocabulary) for one in _names(a) for other in _names(b)
    )


def _names(printed: str) -> list[str]:
    return [name for name in printed.split("/") if len(name) > _SHORTEST] or [printed]


def _score(a: str, b: str, entity_type: str, vocabulary: Vocabulary) -> float:
    left, right = (_words(name, entity_type, vocabulary) for name in (a, b))
    if not left or not right:
        return 0.0
    if are_father_and_son(left, right):
        return 0.3
    if _joined(left) == _joined(right) or sorted(left) == sorted(right):
        return 1.0
    if entity_type == "person":
        return _person_score(left, right, vocabulary)
    return _body_score(left, right)


def _words(name: str, entity_type: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    words = form_of(name, entity_type, vocabulary).words
    return strip_legal_form(words, vocabulary) if entity_type == "person" else words


def _joined(words: tuple[str, ...]) -> str:
    return "".join(words)


def _person_score(a: tuple[str, ...], b: tuple[str, ...], vocabulary: Vocabulary) -> float:
    whole = _whole_score(a, b)
    a, b = (tuple(w for w in words if w not in PARTICLES) or words for words in (a, b))
    found = align(tuple(dict.fromkeys(a)), tuple(dict.fromkeys(b)), vocabulary)
    if all(any(len(word) == 1 for word in rest) for rest in (found.left, found.right)):
        return 0.3
    if found.left and found.right:
        found = _join_rest(found)
    if found.left and found.right:
        return min(whole, 0.95)
    return max(whole, _aligned_score(found, len(dict.fromkeys(a)), len(dict.fromkeys(b))))


def _aligned_score(found: Alignment, count_a: int, count_b: int) -> float:
    longer = max(count_a, count_b)
    share = len(found.pairs) / longer
    if len(found.pairs) < 2 and longer > 1:
        share /= 2
    return max(0.0, 1 - _extra_cost(share) - _edit_cost(found.edits))


def _extra_cost(share: float) -> float:
    return 0.0 if share == 1 else 0.15 if share >= 0.5 else 0.6


def _edit_cost(edits: float) -> float:
    return 0.16 * edits


def _whole_score(a: tuple[str, ...], b: tuple[str, ...]) -> float:
    """For names written apart or together: edits of all letters in a row."""
    left, right = _joined(a), _joined(b)
    longer = max(len(left), len(right))
    edits = OSA.distance(left, right, score_cutoff=2)
    if edits > min(2, longer // 5):
        return 0.0
    return 1 - _edit_cost(edits)


def _body_score(a: tuple[str, ...], b: tuple[str, ...]) -> float:
    if len(a) == len(b) and all(one_spelling(*pair) for pair in zip(a, b, strict=True)):
        return 0.9
    if len(a) != len(b) and OSA.distance(_joined(a), _joined(b)) > 1:
        return 0.0
    return _whole_score(a, b)


def align(a: tuple[str, ...], b: tuple[str, ...], vocabulary: Vocabulary) -> Alignment:
    """Pairs of words that may be one word, best first; initials stand for any such word."""
    priced = sorted(
        (cost, i, j)
        for i, left in enumerate(a)
        for j, right in enumerate(b)
        if (cost := word_cost(left, right, vocabulary)) is not None
    )
    taken_a: set[int] = set()
    taken_b: set[int] = set()
    pairs: list[tuple[str, str]] = []
    edits = 0.0
    for cost, i, j in priced:
        if i not in taken_a and j not in taken_b:
            taken_a.add(i)
            taken_b.add(j)
            pairs.append((a[i], b[j]))
            edits += cost
    return Alignment(
        tuple(pairs),
        edits,
        tuple(word for i, word in enumerate(a) if i not in taken_a),
        tuple(word for j, word in enumerate(b) if j not in taken_b),
    )


def word_cost(a: str, b: str, vocabulary: Vocabulary) -> float | None:
    """Edits between two words, or null where they are two words."""
    if a == b:
        return 0.0
    if len(a) == 1 or len(b) == 1:
        return 0.5 if a[0] == b[0] else None
    if given_names_agree(a, b, vocabulary):
        return 0.5
    if a.isdigit() or b.isdigit():
        return None
    edits = OSA.distance(a, b)
    shorter = min(len(a), len(b))
    if edits <= (1 if shorter < 5 else _MOST_EDITS):
        return float(edits)
    return 1.5 if sound(a) == sound(b) and spelling_distance(a, b) <= _ROMANISED else None


def _join_rest(found: Alignment) -> Alignment:
    """Words left over on both sides, read as one word each."""
    left, right = "".join(found.left), "".join(found.right)
    initials = ("".join(w[0] for w in found.left), "".join(w[0] for w in found.right))
    if (left == initials[1] or right == initials[0]) and min(len(left), len(right)) < 4:
        return Alignment((*found.pairs, (left, right)), found.edits + 0.5, (), ())
    edits = OSA.distance(left, right)
    if edits <= min(_MOST_EDITS, max(len(left), len(right)) // 4):
        return Alignment((*found.pairs, (left, right)), found.edits + edits, (), ())
    return found
