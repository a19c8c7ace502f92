"""Scores each line as story or not, by a sum of small decision trees over the features of a line.

Where the chain of story_model weighs features and reads the page as a whole, trees ask for
combinations of features (a date line near, no comments above, a run of prose with a headline). The
two err on different pages; their mean errs less than either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from transforms.block.page_feature import Pages
from warehouse.error import WRONG_USE, ExpectedError

TREE_DEPTH = 3
TREE_COLUMNS = (
    *(f"{part}_{level}" for level in range(TREE_DEPTH) for part in ("feature", "threshold")),
    *(f"leaf_{number}" for number in range(2**TREE_DEPTH)),
)
"""Columns of seeds/reference/block_trees.csv: one tree a row. All nodes of a level ask the same: is
the feature above the threshold? Its answers, first level first, are the bits of the leaf's number.
Leaves add up to the logarithm of the odds that a line is story."""


_AT_ONCE = 4096
"""Lines whose features fit the processor's cache together."""


class TreeModelError(ExpectedError, ValueError):
    """A row of block_trees.csv asks for a feature that does not exist."""

    exit_code = WRONG_USE


@dataclass(frozen=True)
class TreeModel:
    """Feature names (trees by levels), thresholds and leaves."""

    features: tuple[tuple[str, ...], ...]
    thresholds: tuple[tuple[float, ...], ...]
    leaves: tuple[tuple[float, ...], ...]

    @cached_property
    def _arrays(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float64]]:
        return np.array(self.thresholds, dtype=np.float32), np.array(self.leaves)

    def log_odds(self, pages: Pages) -> npt.NDArray[np.float64]:
        """One number a line. Raises TreeModelError for an unknown feature."""
        place = {name: number for number, name in enumerate(pages.names)}
        unknown = sorted({name for tree in self.features for name in tree} - place.keys())
        if unknown:
            raise TreeModelError(
                f"block_trees.csv: {unknown[0]!r} is no feature of this version. Train the trees "
                "again."
            )
        used = sorted({name for tree in self.features for name in tree})
        columns = [place[name] for name in used]
        asked = [tuple(used.index(name) for name in tree) for tree in self.features]
        return np.concatenate(
            [
                self._add_up(asked, pages.feature[first : first + _AT_ONCE, columns])
                for first in range(0, len(pages.feature), _AT_ONCE)
            ]
        )

    def _add_up(
        self, asked: Sequence[tuple[int, ...]], feature: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float64]:
        threshold, leaves = self._arrays
        column = np.ascontiguousarray(feature.T)
        total = np.zeros(len(feature))
        for number, questions in enumerate(asked):
            leaf = np.zeros(len(feature), dtype=np.uint8)
            for level, question in enumerate(questions):
                leaf *= 2
                leaf += column[question] > threshold[number, level]
            total += leaves[number].take(leaf)
        return total


def read_tree_model(tree: pl.DataFrame) -> TreeModel:
    """The rows of block_trees.csv (all columns text)."""
    features, thresholds, leaves = [], [], []
    for row in tree.select(TREE_COLUMNS).iter_rows(named=True):
        features.append(tuple(row[f"feature_{level}"] for level in range(TREE_DEPTH)))
        thresholds.append(tuple(float(row[f"threshold_{level}"]) for level in range(TREE_DEPTH)))
        leaves.append(tuple(float(row[f"leaf_{number}"]) for number in range(2**TREE_DEPTH)))
    return TreeModel(tuple(features), tuple(thresholds), tuple(leaves))
