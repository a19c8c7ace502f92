"""Names in title-case headlines: kept only where the story or a gazetteer has them."""

from __future__ import annotations

from collections.abc import Sequence

from transforms.mention.page import Facts, Name, Page
from transforms.mention.spread import is_headline


def settle_headlines(page: Page, names: Sequence[Name], facts: Facts) -> list[Name]:
    """The names, those of title-case titles cut to words that the story does not use as words.

    A pipeline reads "Markets Slide As Fed Waits" as names throughout; in such a line a capital
    is no evidence of a name.
    """
    if not any(is_headline(page, sentence) for sentence in page.sentences):
        return list(names)
    within = [
        (sentence := page.sentence_at(name.start)) is not None and is_headline(page, sentence)
        for name in names
    ]
    known = {
        page.text[name.start : name.end]
        for name, inside in zip(names, within, strict=True)
        if not inside
    }
    settled: list[Name] = []
    for name, inside in zip(names, within, strict=True):
        if not inside:
            settled.append(name)
        elif (kept := _cut(page, name, known, facts)) is not None:
            settled.append(kept)
    return settled


def _cut(page: Page, name: Name, known: set[str], facts: Facts) -> Name | None:
    text = page.text[name.start : name.end]
    if text in known or facts.place_kind(text) is not None:
        return name
    words = text.split(" ")
    while words and _is_word(words[-1], page, facts):
        words.pop()
    end = name.start + len(" ".join(words))
    while words and _is_word(words[0], page, facts):
        words.pop(0)
    start = end - len(" ".join(words))
    return name._replace(start=start, end=end) if words and end - start > 1 else None


def _is_word(word: str, page: Page, facts: Facts) -> bool:
    bare = word.strip(".,’'").casefold()
    return bare in page.lower_words or bare in facts.words.closed
