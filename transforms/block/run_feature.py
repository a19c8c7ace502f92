"""Measures runs of running text, as features of their lines.

The story of a page is one run of prose, or few. Other runs are teasers, comments, shop texts, texts
of the outlet about itself: this shows over the whole run, not in one line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
Values = npt.NDArray[Any]
Amounts = npt.NDArray[np.float64]

PROSE_WORDS = 60
"""A line adds at most this many words to the running text around it: one long line is no story."""

RUN_GAP = 6
"""Captions, cross-heads and promotion between paragraphs; menus and teaser lists are longer."""

_RUN_WORDS = 80
"""Two or three paragraphs: enough to be a story, more than a teaser."""

_ABOVE = 12
"""Lines above a run among which its headline, its date and its byline are looked for."""

KIN_STEPS = 1024
"""Kinship is rounded to steps of a power of two, so that its sums are exact in any order."""

_KIN_REACH = 4
"""Prose lines on either side in which a line's words are looked for."""


class Runs(NamedTuple):
    """Runs of the prose of all pages. Lines between two runs belong to the one before them."""

    of_line: Places
    within: Flags
    amount: Amounts
    first_line: Places
    page: Places


class Place(NamedTuple):
    """The number of each line, of the first line of its page, and how many lines the page has."""

    line: Places
    first: Places
    length: Places


def find_runs(strength: Amounts, since: Places, place: Place) -> Runs:
    """``strength`` is the words of running text a line has, ``since`` the prose line before it.

    A run goes on over up to RUN_GAP other lines.
    """
    prose = strength > 0
    near = (since >= 0) & (place.line - since <= RUN_GAP)
    run = np.cumsum((prose & ~near) | (place.line == place.first)) - 1
    first_line = np.flatnonzero(np.diff(run, prepend=-1))
    return Runs(
        run,
        prose | near,
        np.bincount(run, weights=strength).astype(np.float64),
        first_line.astype(np.int64),
        place.first[first_line],
    )


def run_sizes(runs: Runs, place: Place) -> Iterator[tuple[str, Values]]:
    """How large the line's run is beside the others of its page, and whether it is the first."""
    share = _share_of_best(runs.amount, runs, len(place.line))[runs.of_line]
    yield "run_share", share * runs.within
    yield "run_largest", (share == 1) & runs.within
    yield "run_log", np.log1p(runs.amount[runs.of_line]) / 8 * runs.within
    for name, large in (
        ("large", _share_of_best(runs.amount, runs, len(place.line)) >= 0.5),
        ("told", runs.amount >= _RUN_WORDS),
    ):
        leading = np.full(len(place.line), len(runs.amount))
        np.minimum.at(leading, runs.page[large], np.flatnonzero(large))
        yield f"run_first_{name}", (runs.of_line == leading[place.first]) & runs.within
        yield f"run_after_first_{name}", runs.of_line > leading[place.first]


def run_manner(
    flags: dict[str, Values], strength: Amounts, runs: Runs
) -> Iterator[tuple[str, Values]]:
    """How often a mark is met in the line's run: a share of its words, where the mark is of prose,
    or a number for each line of prose."""
    lines = np.bincount(runs.of_line, weights=(strength > 0) & runs.within)
    count = np.bincount(runs.of_line, weights=runs.within)
    for name, flag in flags.items():
        if name.startswith("told_"):
            rate = np.bincount(runs.of_line, weights=flag * strength) / np.maximum(runs.amount, 1)
        else:
            found = np.bincount(runs.of_line, weights=flag * runs.within)
            rate = np.minimum(found / np.maximum(lines, 1), 2) / 2
        yield f"run_{name}", rate[runs.of_line] * runs.within
    a_line = (runs.amount / np.maximum(lines, 1))[runs.of_line] / PROSE_WORDS
    yield "run_words_a_line", a_line * runs.within
    yield "run_prose_share", (lines / np.maximum(count, 1))[runs.of_line] * runs.within


def run_heads(
    support: Amounts, dated: Flags, runs: Runs, place: Place
) -> Iterator[tuple[str, Values]]:
    """The score of the best headline above the line's run, and whether a date stands there."""
    begin = _first_prose(runs, place)
    low = np.maximum(begin - _ABOVE, runs.page)
    best = np.zeros(len(begin))
    date = np.zeros(len(begin), dtype=np.bool_)
    for number, (start, end) in enumerate(zip(low.tolist(), begin.tolist(), strict=True)):
        best[number] = support[start : end + 1].max()
        date[number] = dated[start : end + 1].any()
    best *= np.minimum(runs.amount, _RUN_WORDS) / _RUN_WORDS
    share = _share_of_best(best, runs, len(place.line))
    yield "run_support", best[runs.of_line] * runs.within
    yield "run_support_share", share[runs.of_line] * runs.within
    yield "run_support_best", ((share == 1) & (best > 0))[runs.of_line] * runs.within
    yield "run_dated", date[runs.of_line] * runs.within


def kinship(prose_stems: Mapping[int, frozenset[str]], place: Place) -> Amounts:
    """For each prose line the share of its stems met in the prose lines around it, else 0.

    ``prose_stems`` holds the stems of all prose lines, in order. Paragraphs of a story are on one
    subject; each teaser is on another.
    """
    kin = np.zeros(len(place.line))
    where, own = list(prose_stems), list(prose_stems.values())
    page = place.first[where].tolist() if where else []
    for number, mine in enumerate(own):
        if len(mine) < 3:
            continue
        around: set[str] = set()
        low, high = max(0, number - _KIN_REACH), number + _KIN_REACH + 1
        for other in range(low, min(high, len(own))):
            if other != number and page[other] == page[number] and own[other] != mine:
                around |= own[other]
        kin[where[number]] = len(mine & around) / len(mine)
    return np.floor(kin * KIN_STEPS) / KIN_STEPS


def run_kinship(
    kin: Amounts, strength: Amounts, runs: Runs, place: Place
) -> Iterator[tuple[str, Values]]:
    """How much the line, its neighbours and its run speak of one thing."""
    sums = np.concatenate([[0.0], np.cumsum(kin * strength)])
    words = np.concatenate([[0.0], np.cumsum(strength)])
    low = np.maximum(place.line - 5, place.first)
    high = np.minimum(place.line + 6, place.first + place.length)
    yield "kin", kin
    yield "kin_around", (sums[high] - sums[low]) / np.maximum(words[high] - words[low], 1)
    total = np.bincount(runs.of_line, weights=kin * strength).astype(np.float64)
    share = _share_of_best(total, runs, len(kin))
    yield "run_kin", (total / np.maximum(runs.amount, 1))[runs.of_line] * runs.within
    yield "run_kin_share", share[runs.of_line] * runs.within
    yield "run_kin_best", ((share == 1) & (total > 0))[runs.of_line] * runs.within


def _first_prose(runs: Runs, place: Place) -> Places:
    """The first line of each run that is within it; the run's first line where none is."""
    inside = np.where(runs.within, place.line, len(place.line))
    first: Places = np.minimum.reduceat(inside, runs.first_line)
    return np.where(first < len(place.line), first, runs.first_line)


def _share_of_best(value: Amounts, runs: Runs, lines: int) -> Amounts:
    """Each run's value as a share of the largest on its page."""
    best = np.zeros(lines)
    np.maximum.at(best, runs.page, value)
    share: Amounts = value / np.maximum(best[runs.page], 1e-9)
    return np.where(best[runs.page] > 0, share, 0.0)
