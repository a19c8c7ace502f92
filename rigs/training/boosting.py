"""Gradient boosting of small symmetric trees, for the trainer of block typing. Knows no text.

Second-order boosting of the logistic loss on binned features. All nodes of a level ask the same
question, the one whose gain, summed over the nodes, is largest. Each tree sees a fixed share of
features and of groups of lines (pages), drawn by a generator with a fixed seed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from transforms.block.tree_model import TREE_COLUMNS, TREE_DEPTH

Matrix = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

TREES = 200
RATE = 0.06
FEATURE_SHARE = 0.2
GROUP_SHARE = 0.7
LEAF_PENALTY = 10.0
"""Added to a leaf's summed curvature: a leaf of few lines says little."""

MAX_BINS = 32
SEED = 7


class Binned(NamedTuple):
    """Features as numbers of bins, and the upper edge of each bin of each feature."""

    code: npt.NDArray[np.uint8]
    edges: list[npt.NDArray[np.float32]]


def bin_features(feature: npt.NDArray[np.float32]) -> Binned:
    """Edges lie midway between values that occur, about as many lines between any two of them."""
    code = np.zeros(feature.shape, dtype=np.uint8)
    edges = []
    for number in range(feature.shape[1]):
        values = np.unique(feature[:, number])
        if len(values) > MAX_BINS:
            steps = np.linspace(0, 1, MAX_BINS + 1)[1:-1]
            cut = np.unique(np.quantile(feature[:, number], steps, method="nearest"))
            place = np.minimum(np.searchsorted(values, cut), len(values) - 2)
        else:
            place = np.arange(len(values) - 1)
        middle = np.unique(((values[place] + values[place + 1]) / 2).round(6)).astype(np.float32)
        edges.append(middle)
        code[:, number] = np.searchsorted(middle, feature[:, number], side="left")
    return Binned(code, edges)


def boost(
    feature: npt.NDArray[np.float32],
    names: tuple[str, ...],
    story: npt.NDArray[np.bool_],
    weight: Matrix,
    group: Places,
) -> pl.DataFrame:
    """Rows of block_trees.csv. ``group`` is the page of each line."""
    random = np.random.default_rng(SEED)
    binned = bin_features(feature)
    useful = np.array([number for number, edge in enumerate(binned.edges) if len(edge)])
    odds = np.zeros(len(story))
    rows: list[tuple[object, ...]] = []
    groups = int(group.max()) + 1
    marked = _marked(binned.code)
    for _ in range(TREES):
        seen = (random.random(groups) < GROUP_SHARE)[group]
        drawn = np.sort(random.choice(useful, int(len(useful) * FEATURE_SHARE), replace=False))
        chance = 1 / (1 + np.exp(-odds))
        slope, curve = weight * (chance - story), weight * chance * (1 - chance)
        chosen = (drawn[:, None] * (MAX_BINS - 1) + np.arange(MAX_BINS - 1)).ravel()
        questions = _questions(
            marked[chosen], slope * seen, curve * seen, np.take(binned.code, drawn, axis=1)
        )
        leaf = np.zeros(len(story), dtype=np.int64)
        asked: list[object] = []
        for number, edge in questions:
            leaf = 2 * leaf + (binned.code[:, drawn[number]] > edge)
            place = min(edge, len(binned.edges[drawn[number]]) - 1)
            asked += [names[drawn[number]], f"{binned.edges[drawn[number]][place]:.6f}"]
        down = np.bincount(leaf[seen], weights=slope[seen], minlength=2**TREE_DEPTH)
        bend = np.bincount(leaf[seen], weights=curve[seen], minlength=2**TREE_DEPTH)
        value = (-RATE * down / (bend + LEAF_PENALTY)).round(4)
        odds += value[leaf]
        rows.append((*asked, *(f"{one:.4f}" for one in value)))
    return pl.DataFrame(rows, schema=list(TREE_COLUMNS), orient="row")


def _questions(
    marked: csr_matrix, slope: Matrix, curve: Matrix, code: npt.NDArray[np.uint8]
) -> list[tuple[int, int]]:
    """The best question of each level: number of the feature, and the last bin that says no.

    ``marked`` has a row for each bin but the first of each feature, with the lines in it.
    """
    leaf = np.zeros(len(slope), dtype=np.int64)
    found = []
    for level in range(TREE_DEPTH):
        nodes = 2**level
        split = np.zeros((len(slope), 2 * nodes))
        split[np.arange(len(slope)), 2 * leaf] = slope
        split[np.arange(len(slope)), 2 * leaf + 1] = curve
        total = split.sum(axis=0)
        inside = np.asarray(marked @ split).reshape(-1, MAX_BINS - 1, 2 * nodes)
        high = inside[:, ::-1].cumsum(axis=1)[:, ::-1]
        low = total - high
        parts = [side[:, :, ::2] ** 2 / (side[:, :, 1::2] + LEAF_PENALTY) for side in (low, high)]
        gain = parts[0] + parts[1]
        number, edge = divmod(int(gain.sum(axis=2).argmax()), MAX_BINS - 1)
        found.append((number, edge))
        leaf = 2 * leaf + (code[:, number] > edge)
    return found


def _marked(code: npt.NDArray[np.uint8]) -> csr_matrix:
    """A row for each bin but the first of each feature, a column a line: 1 where it lies."""
    line, number = np.nonzero(code)
    row = number * (MAX_BINS - 1) + code[line, number] - 1
    shape = (code.shape[1] * (MAX_BINS - 1), len(code))
    return csr_matrix((np.ones(len(row)), (row, line)), shape=shape)
