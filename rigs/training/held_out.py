"""Figures of block typing on pages of sites that were held out of the training.

    python -m rigs.training.held_out [--deals 3]

Pages of one site stay in one fold. Sites are dealt into folds in several ways, as one way alone
moves the page view by .01. Models of four folds read the fifth. Some minutes a deal.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from rigs.quality.gold_blocks import (
    VIEWS,
    GoldPage,
    gold_file,
    precision_recall,
    read_gold_pages,
)
from rigs.training.block_models import (
    STORY,
    Corpus,
    Places,
    Trained,
    chosen,
    read_corpus,
    shipped_phrases,
    train_both,
)
from transforms.block.story_model import read_states

FOLDS = 5
DEALS = 3
"""In how many ways sites are dealt into folds."""


def predicted(corpus: Corpus, model: Trained) -> npt.NDArray[np.bool_]:
    """Which lines the models say are story."""
    words = np.array([len(text.split()) for text in corpus.text], dtype=np.float64)
    state = read_states(model.story, model.trees, corpus.pages, np.zeros(len(words)), words)
    return np.isin(state, STORY)


def f_of_means(corpus: Corpus, story: npt.NDArray[np.bool_], gold: list[GoldPage]) -> str:
    """Mean precision, mean recall and their F, one group a view."""
    values = []
    for page, (start, length) in enumerate(
        zip(corpus.pages.start, corpus.pages.length, strict=True)
    ):
        lines = [corpus.text[i] for i in range(start, start + length) if story[i]]
        values.append(precision_recall("\n\n".join(lines), gold[page % len(gold)].gold_body))
    shown = []
    for number, view in enumerate(VIEWS):
        part = values[number * len(gold) : (number + 1) * len(gold)]
        precision, recall = (sum(column) / len(part) for column in zip(*part, strict=True))
        f = 2 * precision * recall / (precision + recall)
        shown.append(f"{view}: P {precision:.4f} R {recall:.4f} F {f:.4f}")
    return " | ".join(shown)


def folds_of(gold: list[GoldPage], deal: int) -> Places:
    """The fold of each page by its site's registered name: no site is in training and test."""
    salt = str(deal) if deal else ""
    sites = [".".join(urlsplit(page.url).netloc.split(".")[-2:]) for page in gold]
    hashes = [hashlib.md5((site + salt).encode()).hexdigest() for site in sites]
    return np.array([int(one, 16) % FOLDS for one in hashes])


def cross_validate(gold: list[GoldPage], bare: Corpus, addressed: Corpus, deal: int) -> None:
    """Prints the figures of one way to deal sites into folds."""
    found = {"without address": bare, "with address": addressed}
    story = {name: np.zeros(len(bare.state), dtype=np.bool_) for name in found}
    fold = folds_of(gold, deal)
    for number in range(FOLDS):
        model = train_both(bare, addressed, fold != number)
        pages = np.tile(fold == number, len(VIEWS))
        lines = np.repeat(pages, bare.pages.length)
        for name, corpus in found.items():
            story[name][lines] = predicted(chosen(corpus, pages, cut=False), model)
    for name, corpus in found.items():
        print(f"deal {deal}, {name}:", f_of_means(corpus, story[name], gold), flush=True)


def main() -> int:
    """Prints one line a deal, with and without the pages' addresses."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deals", type=int, default=DEALS)
    asked = parser.parse_args()
    if not gold_file().is_file():
        print(f"No gold pages at {gold_file()}: set NEWSHOUSE_EVAL. Nothing was measured.")
        return 0
    gold, phrases = read_gold_pages(), shipped_phrases()
    bare, addressed = (read_corpus(gold, phrases, addressed=flag) for flag in (False, True))
    for deal in range(asked.deals):
        cross_validate(gold, bare, addressed, deal)
    return 0


if __name__ == "__main__":
    sys.exit(main())
