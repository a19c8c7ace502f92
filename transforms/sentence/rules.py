"""Decides whether a mark of punctuation ends a sentence of news. Rules are tried in order; the
first that answers decides."""

from __future__ import annotations

import re
from typing import NamedTuple

from transforms.sentence.words import (
    AFTER_A_CLOCK,
    BEFORE_A_NUMBER,
    COURTESY,
    DOMAIN_ENDINGS,
    MAY_BE_LAST,
    MONTHS,
    NEVER_LAST,
    OPENERS,
    OPENERS_THAT_NAME,
    REPORTING,
    STATES,
    TITLES,
    TITLES_ALSO_SMALL,
)

_WIDE_MARKS = frozenset("。！？｡")
_QUOTES_CLOSED = frozenset("\"'”’»」』")
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]{1,2}|Ph\.D|LL\.[BM]")
_CLOCK = frozenset({"a.m", "p.m", "A.M", "P.M"})
_LIST_MARK = re.compile(r"[•⁃▪◦‣*]?\s*(?:\d{1,3}|[A-Za-z]|[ivx]{1,4})")
_REPORTED = re.compile(r"(?:[^\W\d_][\w.'’-]*\s+){0,4}?[^\W\d_][\w.'’-]*,?\s+(?P<verb>[a-z]+)\b")
_BRACKET_REACH = 300
_FEWEST_WORDS_OF_SENTENCE = 4
_LONGEST_WORD = 80
_LOOK_BACK = 1_000
"""Code points before a mark that rules look at; bounds the time on text without sentences."""


class Stop(NamedTuple):
    """A mark at `at` that may end the sentence that began at `begin`.

    After the mark come closing quotation marks and brackets (to `close_end`), a gap of blanks,
    opening marks, and from `next_at` the word or character `following`.
    """

    text: str
    begin: int
    at: int
    mark: str
    close: str
    close_end: int
    gap: str
    opening: str
    following: str
    next_at: int

    @property
    def word(self) -> str:
        """What is printed right before the mark, up to a blank, without opening marks."""
        begin = max(self.begin, self.at - _LONGEST_WORD)
        start = max(self.text.rfind(blank, begin, self.at) for blank in " \n\u00a0")
        return self.text[max(start + 1, begin) : self.at].lstrip("\"'“‘„«([{—–-•⁃")

    @property
    def word_before(self) -> str:
        """The word before `word`, with its punctuation; empty at the sentence's start."""
        before = self.text[max(self.begin, self.at - 2 * _LONGEST_WORD) : self.at].rsplit(None, 2)
        return before[-2] if len(before) > 1 else ""

    @property
    def opens_sentence(self) -> bool:
        """Whether the following word, printed like this, opens sentences."""
        return self.following in OPENERS or self.following.partition("’")[0].partition("'")[0] in (
            OPENERS
        )


def ends_sentence(stop: Stop) -> bool:
    """Whether the sentence ends with this mark and the closing marks after it."""
    if stop.mark[0] in _WIDE_MARKS:
        return True
    if not stop.gap:
        return _ends_without_blank(stop)
    if _goes_on_in_lower_case(stop) or _inside_bracket(stop):
        return False
    if stop.mark == ".":
        return _ends_at_point(stop)
    if "." in stop.mark[1:] or "…" in stop.mark:
        return _ends_at_ellipsis(stop)
    return not _reports_quotation(stop)


def _goes_on_in_lower_case(stop: Stop) -> bool:
    """A small letter follows; names such as iPhone, small only at first sight, do not count."""
    word = stop.following
    return word[0].islower() and not any(letter.isupper() for letter in word[1:3])


def _inside_bracket(stop: Stop) -> bool:
    """The mark stands in a bracket that was opened within the sentence and will be closed."""
    head = stop.text[max(stop.begin, stop.close_end - _LOOK_BACK) : stop.close_end]
    for opened, closed in ("()", "[]"):
        if head.count(opened, 1) <= head.count(closed):
            continue
        reach = stop.text.find(closed, stop.close_end, stop.close_end + _BRACKET_REACH)
        if reach >= 0 and not head.startswith(opened):
            return True
    return False


def _ends_at_point(stop: Stop) -> bool:
    """One full stop, blank after it, no small letter next."""
    word = stop.word
    if not word:
        return True
    if _is_list_mark(stop, word):
        return False
    if stop.close and stop.close[0] in _QUOTES_CLOSED:
        return not (word in _CLOCK or _reports_quotation(stop))
    if word in NEVER_LAST:
        return False
    small = word.casefold()
    if small in BEFORE_A_NUMBER and stop.following[0].isdigit():
        return False
    if len(word) == 1 and word.isalpha():
        return _ends_at_initial(stop, word)
    if small in TITLES and (word[0].isupper() or small in TITLES_ALSO_SMALL):
        return False
    if _DOTTED.fullmatch(word):
        return _ends_at_dotted(stop, word)
    if word.isdigit() and len(word) < 3 and stop.following in MONTHS:
        return False
    if _may_be_last(stop, word, small):
        return stop.opens_sentence or stop.following in COURTESY
    return True


def _is_list_mark(stop: Stop, word: str) -> bool:
    """The sentence so far is only the number or letter of a list item."""
    so_far = stop.text[stop.begin : min(stop.at, stop.begin + _LONGEST_WORD)].strip()
    return word.isalnum() and _LIST_MARK.fullmatch(so_far) is not None


def _ends_at_initial(stop: Stop, letter: str) -> bool:
    """One letter and a point: an initial, unless the words before or after show an end."""
    if letter.islower():
        return stop.opens_sentence
    before = stop.word_before
    if letter == "I" and before and before[0].islower():
        return True
    if stop.following in OPENERS_THAT_NAME and before[:1].isupper():
        return False
    return stop.opens_sentence or stop.following in COURTESY


def _ends_at_dotted(stop: Stop, word: str) -> bool:
    """U.S., p.m., Ph.D.: the end when a word follows that does not go on a name."""
    if word in _CLOCK:
        words = stop.text[max(stop.begin, stop.at - _LOOK_BACK) : stop.at].split()
        goes_on = stop.following in AFTER_A_CLOCK or (
            stop.following.isupper() and len(stop.following) > 1
        )
        return len(words) >= _FEWEST_WORDS_OF_SENTENCE and not (
            goes_on or stop.following[0].isdigit()
        )
    adverb = stop.following.endswith("ly") and stop.text.startswith(
        f"{stop.following},", stop.next_at
    )
    return adverb or stop.opens_sentence or stop.following in COURTESY


def _may_be_last(stop: Stop, word: str, small: str) -> bool:
    """An abbreviation that ends a sentence or not, depending on the next word."""
    if small in MAY_BE_LAST:
        return True
    return word.istitle() and small in STATES and stop.word_before.endswith(",")


def _ends_at_ellipsis(stop: Stop) -> bool:
    """Three points end a sentence where the next one visibly opens; four do with any capital."""
    if stop.text[stop.at - 1 : stop.at] in "[(" and stop.at > stop.begin:
        return False
    if stop.close and stop.close[0] in _QUOTES_CLOSED:
        return not _reports_quotation(stop)
    points = stop.mark.count(".") + 3 * stop.mark.count("…")
    hangs = stop.text[stop.at - 1 : stop.at].isspace()
    if points > 3 or not hangs:
        return True
    return stop.opens_sentence and stop.following[0] != "I"


def _reports_quotation(stop: Stop) -> bool:
    """A name and a verb of reporting go on after the quotation: "Why?" Smith asked."""
    if stop.opening or not any(mark in _QUOTES_CLOSED for mark in stop.close):
        return False
    if stop.following in OPENERS and stop.following not in ("The", "A", "An", "One", "His", "Her"):
        return False
    tail = _REPORTED.match(stop.text, stop.next_at, stop.next_at + 80)
    return tail is not None and tail["verb"] in REPORTING


def _ends_without_blank(stop: Stop) -> bool:
    """A blank was lost: "ended.The next" splits, addresses, versions and names do not."""
    following, word = stop.following, stop.word
    if not (following[0].isupper() and len(word) > 1 and word[-1].isalnum()):
        return False
    after = stop.text[stop.next_at + len(following) : stop.next_at + len(following) + 1]
    if after and not (after.isspace() or after in ",;:!?"):
        return False
    if any(sign in word for sign in ".@/:_\\") or following in DOMAIN_ENDINGS:
        return False
    if len(following) == 1 and following not in "AI":
        return False
    if len(following) > 1 and not following[1:].replace("'", "").replace("’", "").islower():
        return False
    small = word.casefold()
    if small in TITLES or small in MAY_BE_LAST or small in BEFORE_A_NUMBER:
        return False
    return word[-2:].islower() or bool(stop.close)
