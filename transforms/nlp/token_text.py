"""Prepares a text for a tokenizer: puts blanks into unbroken stretches that no prose has, and cuts
long runs of one mark short. Tokens keep their places in the text as printed.

spaCy takes marks off both ends of what stands between two blanks, one at a time, and looks at all
that is left each time: 16,000 quotation marks in a row take it a minute. Prose is given as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.intp]

_STRETCH = re.compile(r"(?<!\S)\S{65,}")
"""Longer than words and most addresses; looked at more closely."""

_LONGEST_STRETCH = 300
"""Code points of the longest addresses in news."""

_LONGEST_RUN = 32
"""Marks of one kind that are read in a row; further ones are cut."""


class TokenText(NamedTuple):
    """The text to tokenize, and where its parts begin in it and in the text as printed."""

    text: str
    starts: Places
    printed: Places

    def placed(self, bounds: Places) -> Places:
        """Bounds of tokens (start and end first in each row) in the text as printed."""
        if len(self.starts) == 1:
            return bounds
        part = np.searchsorted(self.starts, bounds[:, 0], side="right") - 1
        moved = bounds.copy()
        moved[:, :2] += (self.printed - self.starts)[part, None]
        return moved


def token_text(text: str) -> TokenText:
    """The text, with each mark of an odd stretch between blanks of its own.

    A stretch is odd that is longer than any word and half of marks, or longer than any address.
    """
    parts, begin = [], 0
    for stretch in _STRETCH.finditer(text):
        for end, onward in _gaps(text, *stretch.span()):
            parts.append((begin, end))
            begin = onward
    parts.append((begin, len(text)))
    lengths = [end - start + 1 for start, end in parts]
    return TokenText(
        " ".join(text[start:end] for start, end in parts),
        np.cumsum([0, *lengths[:-1]], dtype=np.intp),
        np.array([start for start, _ in parts], dtype=np.intp),
    )


def _gaps(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where an odd stretch gets a blank, and where it goes on behind it; inside it only."""
    kinds = [char if _is_mark(char) else "" for char in text[start:end]]
    if end - start <= _LONGEST_STRETCH and 2 * kinds.count("") > len(kinds):
        return
    at = start
    for mark, run in groupby(kinds):
        length = sum(1 for _ in run)
        if at > start:
            yield at, at
        if mark:
            read = min(length, _LONGEST_RUN)
            yield from ((place, place) for place in range(at + 1, at + read - 1))
            if length > 1:
                yield at + read - 1, at + length - 1
        at += length


def _is_mark(char: str) -> bool:
    """Neither letter nor digit, nor an accent or vowel sign that belongs to one."""
    return not char.isalnum() and not unicodedata.category(char).startswith("M")
