"""The card of the block models is about the files it lies beside."""

from __future__ import annotations

import hashlib
import re

import polars as pl
import pytest

from rigs.training.block_models import REFERENCE
from transforms.block.story_model import read_story_model
from transforms.block.tree_model import read_tree_model

CARD = (REFERENCE / "BLOCK_MODELS.md").read_text("utf-8")


def rows(name: str) -> pl.DataFrame:
    return pl.read_csv(REFERENCE / name, infer_schema=False)


@pytest.mark.parametrize("name", ["block_weights.csv", "block_trees.csv", "phrases.csv"])
def test_the_card_gives_the_hash_of_each_file(name: str) -> None:
    found = re.search(rf"^\| `{re.escape(name)}` \|.*`([0-9a-f]{{64}})` \|$", CARD, re.MULTILINE)
    assert found
    assert found[1] == hashlib.sha256((REFERENCE / name).read_bytes()).hexdigest()


def test_the_card_counts_what_the_models_use() -> None:
    weights = read_story_model(rows("block_weights.csv")).weights
    trees = read_tree_model(rows("block_trees.csv")).features
    used = {name for tree in trees for name in tree}
    assert f"{len(weights) - 1} features" in CARD  # one row is the intercept
    assert f"{len(trees)} trees" in CARD
    assert f"{len(used)} of them" in CARD
