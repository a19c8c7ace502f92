"""Finds the other occurrences of names already found in an article: repetitions and surnames."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from transforms.mention.page import Facts, Name, Page, PageSentence

_TOKEN = re.compile(r"\w+")
_RUN = re.compile(r"[^\W_]+")
_MONTHS = frozenset(("March", "April", "May", "June", "August"))
_DAY_AROUND = re.compile(r",? \d")
_CAPITAL_NEXT = re.compile(r" [A-Z][a-z]")
_CAPITAL_BEFORE = re.compile(r"(?:^|\W)([A-Z][\w’'.-]*) $")
_METHOD_ORDER = {"model": 0, "rule": 1, "gazetteer": 2, "propagated": 3}
_SPREADING = frozenset(
    ("person", "organization", "place", "facility", "product", "event", "group", "work", "law")
)


def spread(page: Page, names: Sequence[Name], facts: Facts) -> list[Name]:
    """The names and every further place where one of them stands, in order, none overlapping.

    A longer name takes the place of shorter ones inside it ("30 Seconds to Mars").
    """
    return resolve_overlaps([*names, *_occurrences(page, names, facts)])


def _kinds_by_text(page: Page, names: Sequence[Name], facts: Facts) -> dict[str, str]:
    """Strings to look for, each with its type; a string of two types is not looked for."""
    found: dict[str, set[str]] = defaultdict(set)
    shorts: dict[str, set[str]] = defaultdict(set)
    for name in names:
        if name.entity_type not in _SPREADING:
            continue
        text = page.text[name.start : name.end]
        found[text].add(name.entity_type)
        words = text.split()
        if name.entity_type == "person" and 1 < len(words) <= 5 and len(words[-1]) > 2:
            shorts[words[-1].rstrip(".")].add("person")
    for text, kinds in shorts.items():
        if text not in found and facts.place_kind(text) is None and text[0].isupper():
            found[text] = kinds
    return {
        text: next(iter(kinds))
        for text, kinds in found.items()
        if len(kinds) == 1 and len(text) > 1 and text[0].isalnum()
    }


def _occurrences(page: Page, names: Sequence[Name], facts: Facts) -> Iterator[Name]:
    """Where the strings stand that are not names there yet."""
    found = {(name.start, name.end) for name in names}
    kinds = _kinds_by_text(page, names, facts)
    for string, start in find_words(page.text, kinds):
        end = start + len(string)
        if (
            (start, end) not in found
            and (sentence := page.sentence_at(start)) is not None
            and end <= sentence.end
            and is_meant(page, string, start, sentence.start, facts)
            and stands_alone(page, string, start, end, facts)
        ):
            yield Name(start, end, kinds[string], "propagated")


def find_words(text: str, strings: Collection[str]) -> Iterator[tuple[str, int]]:
    """Where each string stands as whole words, not overlapping itself, from left to right.

    Every string begins with a letter or digit. The text is walked once, however many they are.
    """
    lengths: dict[str, set[int]] = defaultdict(set)
    for string in strings:
        if first := _RUN.match(string):
            lengths[first[0]].add(len(string))
    free: dict[str, int] = {}
    for run in _RUN.finditer(text):
        start = run.start()
        for length in lengths.get(run[0], ()):
            string = text[start : start + length]
            if (
                string in strings
                and not text[start + length : start + length + 1].isalnum()
                and free.get(string, 0) <= start
            ):
                free[string] = start + length
                yield string, start


def is_meant(page: Page, text: str, start: int, sentence_start: int, facts: Facts) -> bool:
    """Whether the string is the name here and not a word that happens to look like it."""
    if " " in text or not text[0].isupper():
        return True
    if page.text[start - 1 : start] in ("-", "@", "#", "/", "."):
        return False
    if _DAY_AROUND.match(page.text, start + len(text)) and text in _MONTHS:
        return False
    lower = text.casefold()
    is_word = lower in page.lower_words or lower in facts.words.closed
    return not (is_word and page.opens_sentence(start, sentence_start))


def stands_alone(page: Page, text: str, start: int, end: int, facts: Facts) -> bool:
    """Whether no capitalised word beside a single word shows it to be part of another name."""
    if " " in text:
        return True
    sentence = page.sentence_at(start)
    if sentence is None or is_headline(page, sentence):
        return True
    if _CAPITAL_NEXT.match(page.text, end, sentence.end):
        return False
    before = _CAPITAL_BEFORE.search(page.text, max(sentence.start, start - 30), start)
    if before is None:
        return True
    word = before[1].rstrip(".").casefold()
    words = facts.words
    return (
        word in words.honorific or word in words.role or word in words.closed
        or before.start(1) == sentence.start
    )  # fmt: skip


def is_headline(page: Page, sentence: PageSentence) -> bool:
    """Whether a line in title case is a headline: by its block, or because no stop ends it."""
    known = page.headlines.get(sentence.start)
    if known is None:
        text = page.text[sentence.start : sentence.end]
        is_line = sentence.kind in ("title", "subheading") or text[-1:].isalnum()
        known = page.headlines[sentence.start] = is_line and is_title_case(text)
    return known


def is_title_case(text: str) -> bool:
    """Whether most longer words of a line begin with a capital, as in many headlines."""
    longer = [word for word in _TOKEN.findall(text) if len(word) > 3 and word[0].isalpha()]
    return len(longer) > 3 and sum(word[0].isupper() for word in longer) > 0.7 * len(longer)


def resolve_overlaps(names: Sequence[Name]) -> list[Name]:
    """Longest first where names overlap; the pipeline's own before others of equal length."""
    ordered = sorted(names)
    if all(left.end <= right.start for left, right in pairwise(ordered)):
        return ordered
    ranked = sorted(names, key=lambda n: (n.start - n.end, _METHOD_ORDER[n.method], n.start))
    kept: list[Name] = []
    used: set[int] = set()
    for name in ranked:
        # What is kept already is as long or longer, so it covers an end of what it overlaps.
        if name.start not in used and name.end - 1 not in used:
            used.update(range(name.start, name.end))
            kept.append(name)
    return sorted(kept)
