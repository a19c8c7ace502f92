"""The phrases and weights that block typing uses, built from rows that the caller has read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import polars as pl

from transforms.block.phrase import Phrases, read_phrases
from transforms.block.story_model import StoryModel, read_story_model
from transforms.block.tree_model import TreeModel, read_tree_model

BLOCK_COMPONENT_VERSION = "2"
"""Raised when the code of segmentation or typing changes what it makes of the same text."""

PHRASE_COLUMNS = ("phrase", "kind", "match", "language", "reason")
"""Columns of seeds/reference/phrases.csv."""

WEIGHT_COLUMNS = ("feature", "state", "weight")
"""Columns of seeds/reference/block_weights.csv."""


@dataclass(frozen=True)
class BlockModel:
    """Phrases and weights ready for use, with the hashes of the rows they were read from."""

    phrases: Phrases
    story: StoryModel
    trees: TreeModel
    phrase_hash: str
    weight_hash: str
    tree_hash: str


def read_block_model(phrase: pl.DataFrame, weight: pl.DataFrame, tree: pl.DataFrame) -> BlockModel:
    """The model out of the rows of phrases.csv, block_weights.csv and block_trees.csv (all columns
    text)."""
    return BlockModel(
        read_phrases(phrase),
        read_story_model(weight),
        read_tree_model(tree),
        _hash(phrase),
        _hash(weight),
        _hash(tree),
    )


def block_component_config(model: BlockModel) -> dict[str, object]:
    """What decides block kinds beside the code, for ``ops.component``."""
    return {
        "block_trees": model.tree_hash,
        "block_weights": model.weight_hash,
        "phrases": model.phrase_hash,
    }


def _hash(frame: pl.DataFrame) -> str:
    return hashlib.sha256(frame.write_csv().encode()).hexdigest()[:16]
