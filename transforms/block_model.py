"""What block typing knows beside the text: phrases and weights, as rows. Reads no file."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import polars as pl

from transforms.phrase import Phrases, read_phrases
from transforms.story_model import StoryModel, read_story_model

BLOCK_COMPONENT_VERSION = "1"
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
    phrase_hash: str
    weight_hash: str


def read_block_model(phrase: pl.DataFrame, weight: pl.DataFrame) -> BlockModel:
    """The model out of the rows of phrases.csv and block_weights.csv (all columns text)."""
    return BlockModel(read_phrases(phrase), read_story_model(weight), _hash(phrase), _hash(weight))


def block_component_config(model: BlockModel) -> str:
    """What decides block kinds beside the code, as JSON for ``ops.component``."""
    return json.dumps(
        {"block_weights": model.weight_hash, "phrases": model.phrase_hash}, sort_keys=True
    )


def _hash(frame: pl.DataFrame) -> str:
    return hashlib.sha256(frame.write_csv().encode()).hexdigest()[:16]
