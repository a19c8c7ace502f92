"""`make weights`: trains the models of block typing again and compares them with those shipped.

    python -m rigs.training [--write]

Compares byte by byte and says where files differ; 1 where one does. `--write` replaces the shipped
files instead; the card beside them (seeds/reference/BLOCK_MODELS.md) is then out of date. The gold
pages are read from the folder NEWSHOUSE_EVAL names; without them nothing is trained.
"""

from __future__ import annotations

import argparse
import os
import sys

# Sums over several threads may end in other last bits. Read when numpy is loaded.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np

from rigs.quality.gold_blocks import gold_file, read_gold_pages
from rigs.training.block_models import (
    REFERENCE,
    read_corpus,
    shipped_phrases,
    train_both,
)
from rigs.training.compare import compare


def main() -> int:
    """0 where both files are the same, or nothing could be trained."""
    parser = argparse.ArgumentParser(prog="python -m rigs.training", description=__doc__)
    parser.add_argument("--write", action="store_true", help="replace the shipped files")
    asked = parser.parse_args()
    if not gold_file().is_file():
        print(
            f"Skipped: no gold pages at {gold_file()}. Set NEWSHOUSE_EVAL to the folder of the "
            "evaluation data. Nothing was trained or compared."
        )
        return 0
    gold, phrases = read_gold_pages(), shipped_phrases()
    print(f"Training on {len(gold)} pages: some minutes.", flush=True)
    bare, addressed = (read_corpus(gold, phrases, addressed=flag) for flag in (False, True))
    model = train_both(bare, addressed, np.ones(len(gold), dtype=np.bool_))
    trained = {"block_weights.csv": model.weight_rows, "block_trees.csv": model.tree_rows}
    differing = 0
    for name, rows in trained.items():
        made = rows.write_csv().encode()
        if asked.write:
            (REFERENCE / name).write_bytes(made)
            print(f"{name}: written")
            continue
        difference = compare((REFERENCE / name).read_bytes(), made)
        print(f"{name}: {difference or 'the same, byte by byte'}")
        differing += difference is not None
    return min(differing, 1)


if __name__ == "__main__":
    sys.exit(main())
