"""Decides which lines of a page are its story, by a chain of states over the whole page.

A page is read as: lines before the story, the story's opening line, its further lines with gaps
between them (captions, promotion), the line behind it, lines after it. Every line has four scores,
each a weighted sum of its features: how well it is a line of the story, by how much it is an
opening, how well it is part of a gap, and how well it stands right behind the story. Lines before
and after score zero, so that a long menu weighs nothing. Over all readings of the whole page each
line has a probability of being story (forward-backward), which depends on all others. It is
averaged with the probability from the trees of tree_model, which err on other pages. The lines with
the best expected F of words are taken as story.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from transforms.block.page_feature import Pages, Places
from transforms.block.tree_model import TreeModel
from warehouse.error import WRONG_USE, ExpectedError

Scores = npt.NDArray[np.float64]

STATES = ("before", "opening", "story", "gap", "behind", "after")
HEADS = ("line", "opening", "gap", "behind")
"""What is scored of a line; ``line`` counts for an opening and for any further line."""

_FOLLOWS = (
    ("before", "before"), ("before", "opening"), ("opening", "story"), ("opening", "gap"),
    ("opening", "behind"), ("story", "story"), ("story", "gap"), ("story", "behind"),
    ("gap", "gap"), ("gap", "story"), ("behind", "after"), ("after", "after"),
)  # fmt: skip
_NEVER = -1e9
_INTERCEPT = "intercept"
_STEP = "after "

_EMITS = np.array(
    # before, opening, story, gap, behind, after
    [[0, 1, 1, 0, 0, 0],
     [0, 1, 0, 0, 0, 0],
     [0, 0, 0, 1, 0, 0],
     [0, 0, 0, 0, 1, 0]], dtype=np.float64,
)  # fmt: skip
_FIRST = np.array([0, 0, _NEVER, _NEVER, _NEVER, _NEVER])
_LAST = np.array([0, 0, 0, _NEVER, 0, 0])
"""A page may have no story: it may end in the state ``before``."""

_LEAST_SHARE = 0.1
"""A line less probable than this is no story, however little else the page has."""


class StoryModelError(ExpectedError, ValueError):
    """A row of block_weights.csv names a score, a state or a step that does not exist."""

    exit_code = WRONG_USE


@dataclass(frozen=True)
class StoryModel:
    """Weights of features a score, and the scores of the steps between states."""

    weights: tuple[tuple[str, tuple[float, ...]], ...]
    steps: tuple[tuple[float, ...], ...]

    def scores(self, pages: Pages) -> Scores:
        """One row a line, one column a head. Raises StoryModelError for an unknown feature."""
        place = {name: number for number, name in enumerate(pages.names)}
        matrix = np.zeros((len(pages.names), len(HEADS)))
        intercept = np.zeros(len(HEADS))
        for feature, weight in self.weights:
            if feature == _INTERCEPT:
                intercept = np.array(weight)
            elif feature in place:
                matrix[place[feature]] = weight
            else:
                raise StoryModelError(
                    f"block_weights.csv: {feature!r} is no feature of this version. Train the "
                    "weights again."
                )
        scores: Scores = pages.feature.astype(np.float64) @ matrix + intercept
        return scores


def read_story_model(weight: pl.DataFrame) -> StoryModel:
    """The rows of block_weights.csv: feature, state, weight.

    A feature's row gives its weight in one score. Rows ``after <state>`` give the score of the
    step to ``state``.
    """
    weights: dict[str, list[float]] = {}
    steps = np.full((len(STATES), len(STATES)), _NEVER)
    for before, behind in _FOLLOWS:
        steps[STATES.index(before), STATES.index(behind)] = 0.0
    for feature, state, value in weight.select("feature", "state", "weight").iter_rows():
        before = feature.removeprefix(_STEP)
        if feature.startswith(_STEP) and (before, state) in _FOLLOWS:
            steps[STATES.index(before), STATES.index(state)] = float(value)
        elif not feature.startswith(_STEP) and state in HEADS:
            row = weights.setdefault(feature, [0.0] * len(HEADS))
            row[HEADS.index(state)] = float(value)
        else:
            raise StoryModelError(
                f"block_weights.csv: row {feature!r}, {state!r} is no score of {', '.join(HEADS)} "
                f"and no step between {', '.join(STATES)}."
            )
    return StoryModel(
        tuple((name, tuple(row)) for name, row in weights.items()),
        tuple(tuple(row) for row in steps.tolist()),
    )


def write_story_model(names: tuple[str, ...], scores: Scores, steps: Scores) -> pl.DataFrame:
    """Rows of block_weights.csv for a matrix of weights, its last row the intercepts."""
    rows = [
        (name, head, f"{scores[number, column]:.4f}")
        for number, name in enumerate((*names, _INTERCEPT))
        for column, head in enumerate(HEADS)
    ]
    rows += [(_STEP + a, b, f"{steps[STATES.index(a), STATES.index(b)]:.4f}") for a, b in _FOLLOWS]
    return pl.DataFrame(rows, schema=["feature", "state", "weight"], orient="row")


class Readings(NamedTuple):
    """All readings of all pages: the logarithm of their summed weights, how probable each line is
    to be in each state, and how often each step is expected."""

    log_total: float
    state_share: Scores
    step_count: Scores


def read_states(
    model: StoryModel,
    trees: TreeModel,
    pages: Pages,
    lean: npt.NDArray[np.float64],
    words: npt.NDArray[np.float64],
) -> Places:
    """The state of each line, as an index into STATES.

    ``lean`` is added to a line's score as a line of the story, in the chain and in the trees: what
    else is known of it. ``words`` is how many words each line has.
    """
    share = (chain_share(model, pages, lean) + tree_share(trees, pages, lean)) / 2
    return states_of(likely_story(share, words, pages.start, pages.length), pages)


def chain_share(
    model: StoryModel, pages: Pages, lean: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """How probable each line is to be story, over all readings of its page.

    Scores are rounded, so that their last bits, which vary with the number of pages, have no
    effect.
    """
    scores = model.scores(pages)
    scores[:, 0] += lean
    emitted = np.round(scores, 6) @ _EMITS
    read = readings(emitted, np.array(model.steps), pages.start, pages.length)
    share: npt.NDArray[np.float64] = read.state_share[
        :, [STATES.index("opening"), STATES.index("story")]
    ].sum(axis=1)
    return share


def tree_share(
    trees: TreeModel, pages: Pages, lean: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """How probable each line is to be story, by the decision trees."""
    odds = np.round(trees.log_odds(pages) + lean, 6)
    share: npt.NDArray[np.float64] = 1 / (1 + np.exp(-odds))
    return share


def readings(emitted: Scores, steps: Scores, start: Places, length: Places) -> Readings:
    """Forward-backward over all pages at once, longest page first, a line of each at a time."""
    order = np.argsort(-length, kind="stable")
    start, length = start[order], length[order]
    lines = np.arange(int(length[0]))
    running = len(length) - np.searchsorted(length[::-1], lines, side="right").astype(np.int64)
    row = np.concatenate([start[:count] + line for line, count in enumerate(running)])
    offset = np.concatenate([[0], np.cumsum(running)])
    top = emitted[row].max(axis=1, keepdims=True)
    weight, step = np.exp(emitted[row] - top), np.exp(steps)
    ahead, norm = np.empty_like(weight), np.empty((len(weight), 1))
    reached = weight[: running[0]] * np.exp(_FIRST)
    for line, count in enumerate(running.tolist()):
        here = slice(offset[line], offset[line] + count)
        if line:
            reached = (reached[:count, :, None] * step).sum(axis=1) * weight[here]
        norm[here] = reached.sum(axis=1, keepdims=True)
        reached = reached / norm[here]
        ahead[here] = reached
    last = offset[length - 1] + np.arange(len(length))
    ended = (ahead[last] * np.exp(_LAST)).sum(axis=1, keepdims=True)
    behind, entered = np.empty_like(weight), np.empty_like(weight)
    behind[last] = np.exp(_LAST) / ended
    for line in range(len(running) - 1, 0, -1):
        here = slice(offset[line], offset[line] + running[line])
        entered[here] = weight[here] * behind[here] / norm[here]
        before = slice(offset[line - 1], offset[line - 1] + running[line])
        behind[before] = (entered[here][:, None, :] * step).sum(axis=2)
    share = np.empty_like(weight)
    share[row] = ahead * behind
    inner = np.arange(running[0], len(row))
    before_inner = inner - np.repeat(running[:-1], running[1:])
    total = float(np.log(norm).sum() + top.sum() + np.log(ended).sum())
    return Readings(total, share, (ahead[before_inner].T @ entered[inner]) * step)


def likely_story(
    share: npt.NDArray[np.float64],
    words: npt.NDArray[np.float64],
    start: Places,
    length: Places,
) -> npt.NDArray[np.bool_]:
    """Which lines to call story for the best expected F of words, page by page.

    Taken in order of their probability, lines are added as long as twice the words expected right,
    by the words taken and the words expected to be story, grows.
    """
    story = np.zeros(len(share), dtype=np.bool_)
    for first, count in zip(start.tolist(), length.tolist(), strict=True):
        part = share[first : first + count]
        order = np.argsort(-part, kind="stable")
        size = words[first : first + count][order]
        right = np.cumsum(part[order] * size)
        promised = 2 * right / np.maximum(np.cumsum(size) + right[-1], 1e-9)
        story[first + order[: int(promised.argmax()) + 1]] = True
    return story & (share >= _LEAST_SHARE)


def states_of(story: npt.NDArray[np.bool_], pages: Pages) -> Places:
    """The states of each page's lines, from which of them are story."""
    state = np.zeros(len(story), dtype=np.int64)
    for first, count in zip(pages.start.tolist(), pages.length.tolist(), strict=True):
        places = np.flatnonzero(story[first : first + count]) + first
        if len(places):
            opening, end = int(places[0]), int(places[-1]) + 1
            state[opening:end] = np.where(story[opening:end], 2, 3)
            state[opening] = 1
            state[end : first + count] = 5
            state[end : min(end + 1, first + count)] = 4
    return state
