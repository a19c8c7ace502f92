"""Training on pages made up here: the same pages give the same rows, other pages others."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rigs.quality.gold_blocks import GoldPage
from rigs.training.block_models import Trained, read_corpus, shipped_phrases, train_both
from rigs.training.held_out import folds_of

ROOT = Path(__file__).resolve().parents[3]
NOUNS = ("ferry", "council", "harbour", "bridge", "library", "station", "market", "school")


def page(number: int) -> GoldPage:
    noun = NOUNS[number % len(NOUNS)]
    story = "\n\n".join(
        f"The {noun} reopened on day {line} after {number + line} weeks of repairs, said the owner."
        for line in range(3 + number % 3)
    )
    promo = f"Read also: more about the {noun}\n\nSign up for our newsletter"
    article = f"The {noun} is open again\n\n{story}\n\n{promo}"
    url = f"https://news{number % 5}.example/{noun}-open-again"
    return GoldPage(str(number), url, article, f"Home\n\nSport\n\n{article}\n\nContact", story)


def trained(gold: list[GoldPage]) -> Trained:
    phrases = shipped_phrases()
    bare, addressed = (read_corpus(gold, phrases, addressed=flag) for flag in (False, True))
    return train_both(bare, addressed, np.ones(len(gold), dtype=np.bool_))


def test_the_same_pages_give_the_same_rows_and_other_pages_others() -> None:
    gold = [page(number) for number in range(8)]
    first, again = trained(gold), trained(gold)
    assert first.weight_rows.write_csv() == again.weight_rows.write_csv()
    assert first.tree_rows.write_csv() == again.tree_rows.write_csv()
    others = trained(gold[:6])
    assert first.weight_rows.write_csv() != others.weight_rows.write_csv()
    assert first.tree_rows.write_csv() != others.tree_rows.write_csv()


@pytest.mark.parametrize("deal", range(3))
def test_pages_of_one_site_are_in_one_fold(deal: int) -> None:
    folds = folds_of([page(number) for number in range(40)], deal)
    sites = [number % 5 for number in range(40)]
    assert len(set(zip(sites, folds.tolist(), strict=True))) == 5


def test_without_gold_pages_nothing_is_trained(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rigs.training"],
        cwd=ROOT,
        env={**os.environ, "NEWSHOUSE_EVAL": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert done.stdout.startswith(f"Skipped: no gold pages at {tmp_path}/blocks/")
