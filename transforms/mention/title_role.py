"""Finds titles and offices printed beside a person's name."""

from __future__ import annotations

import re

from transforms.name.word import NameWords

_WORD = re.compile(r"[^\W\d_][\w’'-]*\.?")
_AFTER = re.compile(r",[ ]((?:[^\W\d_][\w’'-]*[ ]?){1,8})")
_REACH = 70
_LONGEST = 5


def strip_titles(text: str, start: int, end: int, words: NameWords) -> tuple[int, str | None]:
    """Where the name begins behind titles that were taken into its span, and those titles."""
    first = start
    position = start
    for found in _WORD.finditer(text, start, end):
        if text[position : found.start()].strip():
            break
        bare = found[0].rstrip(".").casefold()
        leads = is_title(found[0], words) or bare in words.role_modifier
        if not leads or found.end() >= end:
            break
        if bare in words.role_modifier and not _leads_to_role(text, found.end(), end, words):
            break
        position = found.end()
    if position == first:
        return start, None
    name_start = position + len(text[position:end]) - len(text[position:end].lstrip())
    return name_start, text[first:position]


def _leads_to_role(text: str, start: int, end: int, words: NameWords) -> bool:
    """Whether modifiers from here on end in an office, with a name left behind it."""
    for found in _WORD.finditer(text, start, end):
        bare = found[0].rstrip(".").casefold()
        if bare in words.role or bare in words.honorific:
            return found.end() < end
        if bare not in words.role_modifier:
            return False
    return False


def role_before(text: str, start: int, floor: int, words: NameWords) -> str | None:
    """The title that ends right before a name; `floor` is where its sentence starts."""
    first: int | None = None
    position = start
    for _ in range(_LONGEST):
        if position <= floor or text[position - 1] != " ":
            break
        begin = max(text.rfind(" ", floor, position - 1) + 1, floor)
        word = text[begin : position - 1].lstrip('(“"‘')
        if is_title(word, words):
            first = position - 1 - len(word)
        elif first is None or word.rstrip(".").casefold() not in words.role_modifier:
            break
        else:
            first = position - 1 - len(word)
        position = begin
    return text[first:start].strip() if first is not None else None


def is_title(word: str, words: NameWords) -> bool:
    """Whether a word is an office, or a form of address with its capital ("Miss", not "miss")."""
    bare = word.rstrip(".").casefold()
    return bare in words.role or (bare in words.honorific and word[:1].isupper())


def _role_end(text: str, end: int, limit: int, words: NameWords) -> int:
    """The end of an office that more words name: "chief" of "chief financial officer"."""
    position = end
    for word in _WORD.finditer(text, end, limit):
        bare = word[0].rstrip(".").casefold()
        if text[position : word.start()] != " ":
            break
        position = word.end()
        if bare in words.role:
            end = word.end()
        elif bare not in words.role_modifier:
            break
    return end


def role_after(text: str, end: int, limit: int, words: NameWords) -> str | None:
    """The office in ", the Swiss foreign minister," behind a name; `limit` ends its sentence."""
    found = _AFTER.match(text, end, min(limit, end + _REACH))
    if found is None:
        return None
    first: int | None = None
    for index, word in enumerate(_WORD.finditer(text, found.start(1), found.end(1))):
        bare = word[0].rstrip(".").casefold()
        if bare in words.role:
            start = word.start() if first is None else first
            return text[start : _role_end(text, word.end(), found.end(1), words)]
        if bare in words.role_modifier:
            first = word.start() if first is None else first
        elif first is not None or index >= 4:
            return None
    return None
