"""Measures each line by where it stands on its page, as one column a feature."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from transforms.block.headline import address_stems, address_support, stems, story_support
from transforms.block.line_feature import LINE_FEATURES
from transforms.block.run_feature import (
    PROSE_WORDS,
    Place,
    find_runs,
    kinship,
    run_heads,
    run_kinship,
    run_manner,
    run_sizes,
)

Numbers = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
Values = npt.NDArray[Any]

NEIGHBOUR_FEATURES = (
    "words_log", "end_stop", "end_colon", "bullet", "function_share", "capital_share",
    "after_blank", "repeated", "no_letter", "date", "byline", "start_lower", "digit_share",
    "promo_phrase", "related_heading_phrase", "navigation_phrase", "caption_phrase", "credit",
    "words_class_9", "words_class_8", "words_class_7",
)  # fmt: skip
"""Features of the two lines before and the two behind that count for a line."""

_FAR = 60
"""Distances in lines are counted up to here; larger ones count the same."""

_SURROUNDING_FEATURES = (
    "said", "first_person", "you", "navigation_phrase", "bullet", "end_question", "start_digit",
    "promo_phrase", "credit", "comment_phrase", "ago",
)  # fmt: skip
"""Features counted among the lines up to 5 and up to 12 lines away."""


class Pages(NamedTuple):
    """Lines of many pages one below the other, and where each page begins and how long it is."""

    feature: Numbers
    names: tuple[str, ...]
    start: Places
    length: Places


def build_page_feature(line_feature: pl.DataFrame) -> Pages:
    """A matrix with a row a line: LINE_FEATURES, features of place, features of neighbours.

    Needs the columns of build_line_feature, the lines of an article together and in order.
    """
    article = line_feature["article_id"].rle_id().to_numpy().astype(np.int64)
    own = line_feature.select(LINE_FEATURES).to_numpy().astype(np.float32)
    column = {name: own[:, number] for number, name in enumerate(LINE_FEATURES)}
    words = line_feature["words"].to_numpy().astype(np.float64)
    length = np.bincount(article).astype(np.int64)
    start = np.cumsum(length) - length
    place = Place(np.arange(len(article)), np.repeat(start, length), np.repeat(length, length))
    named = dict(_place_features(column, words, place))
    prose = named["prose"] > 0
    plain = line_feature["plain"].to_list()
    prose_stems = {number: stems(plain[number]) for number in np.flatnonzero(prose).tolist()}
    named.update(_headline_features(line_feature, column, words, prose, prose_stems, place))
    kin = kinship(prose_stems, place)
    named.update(_run_features(column, words, named, kin, place))
    blocks = [own, np.stack([value.astype(np.float32) for value in named.values()], axis=1)]
    names = [*LINE_FEATURES, *named]
    near = np.stack([column[name] for name in NEIGHBOUR_FEATURES], axis=1)
    for step in (-2, -1, 1, 2):
        shifted, outside = _shifted(near, article, step)
        blocks.append(shifted)
        names += [f"{name}@{step}" for name in NEIGHBOUR_FEATURES]
        if abs(step) == 1:
            blocks.append(outside[:, None].astype(np.float32))
            names.append(f"edge@{step}")
    return Pages(np.concatenate(blocks, axis=1), tuple(names), start, length)


def _run_features(
    column: dict[str, Numbers],
    words: npt.NDArray[np.float64],
    named: dict[str, Values],
    kin: npt.NDArray[np.float64],
    place: Place,
) -> Iterator[tuple[str, Values]]:
    """What the line's run of prose is like, and its headline."""
    prose = named["prose"] > 0
    strength = np.where(prose, np.minimum(words, PROSE_WORDS), 0)
    runs = find_runs(strength, _last(prose, place), place)
    yield from run_sizes(runs, place)
    item = (column["bullet"] > 0) | (column["plus"] > 0)
    flags: dict[str, Values] = {
        "told_spoken": column["first_person"] + column["you"],
        "told_said": column["said"],
        "told_question": column["end_question"],
        "stamps": (column["ago"] > 0) | ((column["clock"] > 0) & (words <= 14)),
        "dates": (column["date"] > 0) & (words <= 14),
        "headlines": (words >= 4) & (words <= 22) & (column["end_stop"] == 0) & ~item,
        "items": item,
        "repeats": column["repeated"] > 0,
        "scraps": (words <= 3) & (column["end_stop"] == 0) & ~item,
    }
    yield from run_manner(flags, strength, runs)
    dated = ((column["date"] > 0) | (column["byline"] > 0)) & (words <= 16)
    yield from run_heads(
        named["headline_support"] + 2 * named["headline_stated"], dated, runs, place
    )
    yield from run_kinship(kin, strength, runs, place)


def _headline_features(
    line_feature: pl.DataFrame,
    column: dict[str, Numbers],
    words: npt.NDArray[np.float64],
    prose: Flags,
    prose_stems: Mapping[int, frozenset[str]],
    place: Place,
) -> Iterator[tuple[str, Values]]:
    """Which line is the page's headline, and where the line lies from it.

    The line with the highest score is taken: by the story below it, and by the record's
    address or declared title where there is one.
    """
    bare = (column["plus"] == 0) & (column["promo_phrase"] == 0) & (column["byline"] == 0)
    candidate = bare & (words >= 3) & (words <= 30) & (column["bullet"] == 0)
    support, stated = _supports(line_feature, candidate, prose_stems, place)
    evidence = support + 2 * stated
    order = np.lexsort((place.line, -evidence, place.first))
    starts = np.unique(place.first)
    best = order[np.searchsorted(place.first[order], starts)]
    best_of = np.repeat(best, place.length[starts])
    known = evidence[best_of] > 0
    below = known & (place.line > best_of)
    apart = np.abs(place.line - best_of)
    yield "headline_support", support
    yield "headline_stated", stated
    yield "headline_known", known
    yield "headline_evidence", evidence[best_of] / 3
    yield "is_best_headline", known & (place.line == best_of)
    yield "above_headline", known & (place.line < best_of)
    yield "below_headline_log", np.where(below, np.log1p(apart), 0) / 6
    yield "below_headline_10", below & (apart <= 10)
    yield "below_headline_40", below & (apart <= 40)
    yield "above_headline_log", np.where(known & ~below, np.log1p(apart), 0) / 6
    sums = _sums(np.where(prose, np.minimum(words, PROSE_WORDS), 0))
    words_below = np.where(below, sums[place.line] - sums[best_of], 0)
    yield "told_log", np.log1p(words_below) / 6
    yield "nothing_told", below & (words_below == 0)


def _supports(
    line_feature: pl.DataFrame,
    candidate: Flags,
    prose_stems: Mapping[int, frozenset[str]],
    place: Place,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    plain = line_feature["plain"].to_list()
    title, url = line_feature["declared_title"].to_list(), line_feature["url"].to_list()
    support = np.zeros(len(plain))
    stated = np.zeros(len(plain))
    may = candidate.tolist()
    places = list(prose_stems)
    for first in np.unique(place.first).tolist():
        end = first + int(place.length[first])
        low, high = bisect_left(places, first), bisect_left(places, end)
        own = {line - first: prose_stems[line] for line in places[low:high]}
        support[first:end] = story_support(plain[first:end], may[first:end], own)
        address = address_stems(url[first])
        declared = stems((title[first] or "").lower())
        if not address and not declared:
            continue
        for number in range(first, end):
            if may[number]:
                stated[number] = max(
                    address_support(plain[number], address),
                    address_support(plain[number], declared),
                )
    return support, stated


def _shifted(values: Numbers, article: Places, step: int) -> tuple[Numbers, Flags]:
    """Values of the line ``step`` lines on, zero outside the article; and which lie outside."""
    moved = np.roll(values, -step, axis=0)
    outside = np.roll(article, -step) != article
    if step > 0:
        outside[-step:] = True
    else:
        outside[:-step] = True
    moved[outside] = 0
    return moved, outside


def _place_features(
    column: dict[str, Numbers], words: npt.NDArray[np.float64], place: Place
) -> Iterator[tuple[str, Values]]:
    marked = np.maximum.reduce(
        [
            column[name]
            for name in (
                "promo_phrase", "related_heading_phrase", "navigation_phrase", "caption_phrase",
                "copyright",
            )
        ]
    )  # fmt: skip
    plain = (column["bullet"] == 0) & (marked == 0)
    prose = (((words >= 9) & (column["end_stop"] > 0)) | (words >= 22)) & plain
    strength = np.where(prose, np.minimum(words, PROSE_WORDS), 0)
    since = _last(prose, place)
    until = _next(prose, place)
    yield from _amounts(strength, words, place)
    yield from _distances(prose, since, until, place)
    last_heading = _last(column["related_heading_phrase"] > 0, place, including=True)
    yield "related_since_prose", (last_heading >= 0) & (last_heading > since)
    yield "related_ever", last_heading >= 0
    yield "related_near", np.where(last_heading >= 0, 1 / (1 + place.line - last_heading), 0)
    yield from _comments(column, strength, since, place)
    yield from _marks(column, words, marked, since, place)
    yield from _surroundings(column, words, prose, place)
    yield from _chunks(column["after_blank"] > 0, strength, place)
    position = place.line - place.first
    yield "position_share", position / place.length
    yield "position_log", np.log1p(position) / 7
    yield "end_log", np.log1p(place.length - 1 - position) / 7
    yield "lines_log", np.log1p(place.length) / 7


def _last(flag: Flags, place: Place, *, including: bool = False) -> Places:
    """Index of the last flagged line before each line (or at it); -1 for none on the page."""
    seen = np.maximum.accumulate(np.where(flag, place.line, -1)) if len(flag) else place.line
    if not including:
        seen = np.concatenate([[-1], seen[:-1]])
    return np.where(seen >= place.first, seen, -1)


def _next(flag: Flags, place: Place) -> Places:
    """Index of the next flagged line behind each line; -1 for none on the page."""
    none = len(flag) + 1
    seen = np.minimum.accumulate(np.where(flag, place.line, none)[::-1])[::-1]
    seen = np.concatenate([seen[1:], [none]])
    return np.where(seen < place.first + place.length, seen, -1)


def _sums(values: Values) -> npt.NDArray[np.float64]:
    return np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])


def _amounts(
    strength: npt.NDArray[np.float64], words: npt.NDArray[np.float64], place: Place
) -> Iterator[tuple[str, Values]]:
    """How much running text lies before, behind and around the line."""
    sums, all_words = _sums(strength), _sums(words)
    end = place.first + place.length
    total = sums[end] - sums[place.first]
    before = sums[place.line] - sums[place.first]
    after = total - before - strength
    yield "prose_before_share", before / np.maximum(total, 1)
    yield "prose_after_share", after / np.maximum(total, 1)
    yield "no_prose_before", before == 0
    yield "no_prose_after", after == 0
    yield "prose_before_log", np.log1p(before) / 6
    yield "prose_after_log", np.log1p(after) / 6
    for reach in (2, 4, 8):
        low = np.maximum(place.line - reach, place.first)
        high = np.minimum(place.line + reach + 1, end)
        yield f"prose_around_{reach}", np.log1p(sums[high] - sums[low] - strength) / 6
        yield f"prose_before_{reach}", np.log1p(sums[place.line] - sums[low]) / 6
        yield f"prose_after_{reach}", np.log1p(sums[high] - sums[place.line + 1]) / 6
    yield "prose_share", total / np.maximum(all_words[end] - all_words[place.first], 1)
    yield "prose_log", np.log1p(total) / 8
    yield "little_before", before < 30
    yield "prose_both_sides", (before > 0) & (after > 0)
    yield "prose_larger_side", np.log1p(np.maximum(before, after)) / 6


def _distances(
    prose: Flags, since: Places, until: Places, place: Place
) -> Iterator[tuple[str, Values]]:
    """How far running text is."""
    back = np.where(since >= 0, np.minimum(place.line - since, _FAR), _FAR)
    ahead = np.where(until >= 0, np.minimum(until - place.line, _FAR), _FAR)
    yield "prose", prose
    yield "back_log", np.log1p(back) / 4
    yield "ahead_log", np.log1p(ahead) / 4
    yield "back_1", back == 1
    yield "ahead_1", ahead == 1
    yield "farther_log", np.log1p(np.maximum(back, ahead)) / 4
    yield "between_1", (back == 1) & (ahead == 1)
    yield "between_3", (back <= 3) & (ahead <= 3)


def _comments(
    column: dict[str, Numbers], strength: npt.NDArray[np.float64], since: Places, place: Place
) -> Iterator[tuple[str, Values]]:
    """Where the line lies from the last line that stands over comments or between them."""
    last = _last(column["comment_phrase"] > 0, place, including=True)
    sums = _sums(strength)
    words_above = np.where(last >= 0, sums[last] - sums[place.first], 0)
    yield "comment_told", np.log1p(words_above) / 6
    yield "comment_below_story", words_above >= 60
    yield "comment_since_prose", (last >= 0) & (last > since)
    yield "comment_near", (last >= 0) & (place.line - last <= 4)
    ago = _last(column["ago"] > 0, place, including=True)
    yield "ago_near", (ago >= 0) & (place.line - ago <= 3)
    yield "ago_ever", ago >= 0


def _marks(
    column: dict[str, Numbers],
    words: npt.NDArray[np.float64],
    marked: Numbers,
    since: Places,
    place: Place,
) -> Iterator[tuple[str, Values]]:
    """Where lines lie that stand above stories, or between comments and teasers."""
    bare = (column["bullet"] == 0) & (column["plus"] == 0) & (marked == 0)
    marks = {
        "dateline": ((column["date"] > 0) | (column["byline"] > 0)) & (words <= 16),
        "headline": (words >= 4) & (words <= 22) & (column["end_stop"] == 0) & bare,
        "refrain": (column["repeated"] > 0) & (words <= 8),
        "stamp": ((column["clock"] > 0) | (column["date"] > 0) | (column["ago"] > 0))
        & (words <= 14),
    }
    for name, flag in marks.items():
        last = _last(flag, place)
        back = np.where(last >= 0, np.minimum(place.line - last, 40), 40)
        sums = _sums(flag)
        low = np.maximum(place.line - 8, place.first)
        high = np.minimum(place.line + 9, place.first + place.length)
        yield f"{name}_back_log", np.log1p(back) / 4
        yield f"{name}_near", back <= 3
        yield f"{name}_density", (sums[high] - sums[low]) / 17
        yield f"{name}_since_prose", (last >= 0) & (last > since)
        yield f"no_{name}_before", sums[place.line] - sums[place.first] == 0


def _surroundings(
    column: dict[str, Numbers], words: npt.NDArray[np.float64], prose: Flags, place: Place
) -> Iterator[tuple[str, Values]]:
    """How much the lines around show what comments, menus, shops and reports show."""
    shown: dict[str, Values] = {name: column[name] for name in _SURROUNDING_FEATURES}
    shown["short"] = (words <= 5.5) & (column["end_stop"] == 0)
    shown["prose"] = prose
    shown["quoted_prose"] = (column["quote"] > 0) & prose
    for reach in (5, 12):
        low = np.maximum(place.line - reach, place.first)
        high = np.minimum(place.line + reach + 1, place.first + place.length)
        for name, flag in shown.items():
            sums = _sums(flag)
            yield f"{name}_within_{reach}", (sums[high] - sums[low]) / (2 * reach + 1)


def _chunks(
    after_blank: Flags, strength: npt.NDArray[np.float64], place: Place
) -> Iterator[tuple[str, Values]]:
    """The run of lines without a blank line that the line is part of."""
    opens = after_blank | (place.line == place.first)
    chunk = np.cumsum(opens) - 1
    size = np.bincount(chunk)[chunk]
    prose = np.bincount(chunk, weights=strength)[chunk]
    last = place.line == place.first + place.length - 1
    yield "chunk_log", np.log(size) / 4
    yield "chunk_single", size == 1
    yield "before_blank", np.concatenate([opens[1:], [True]]) & ~last
    yield "chunk_prose_log", np.log1p(prose - strength) / 6
