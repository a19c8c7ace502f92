"""Trains the two models that type blocks, block_weights.csv and block_trees.csv, on gold pages.

Every page counts four times: both views, with and without its address. Lines are labelled by the
gold words (gold_blocks.story_lines). Weights maximise the likelihood of the labelled reading of
each page (linear-chain conditional random field) less a quadratic penalty, by L-BFGS from zero,
with a fixed number of steps; trees are boosted (boosting.py) on all lines, weighted by the root of
their words and by the root of their page's share of all lines, with a fixed seed. With one thread
(OMP_NUM_THREADS=1) the same pages give the same rows. More than BEFORE lines before a story and
AFTER behind it are left out of the chain's training: they would only cost time.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.optimize import minimize  # type: ignore[import-untyped]

from rigs.quality.gold_blocks import (
    VIEWS,
    GoldPage,
    story_lines,
)
from rigs.training.boosting import boost
from transforms.block import story_model
from transforms.block.line_feature import build_line_feature
from transforms.block.page_feature import Pages, build_page_feature
from transforms.block.phrase import Phrases, read_phrases
from transforms.block.segment import segment
from transforms.block.story_model import (
    HEADS,
    STATES,
    StoryModel,
    read_story_model,
    readings,
    states_of,
    write_story_model,
)
from transforms.block.tree_model import TreeModel, read_tree_model

Matrix = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

GUISES = 2 * len(VIEWS)
"""How often a page counts."""

STORY = (STATES.index("opening"), STATES.index("story"))

MOST_WORDS = 60
"""A line of more words weighs no more in the trees' training."""

STEPS = 50
"""Stopped early on purpose: 200 steps and 70 read held-out pages worse than 50."""

BEFORE, AFTER = 150, 200
PENALTY = np.array([80.0, 20.0, 80.0, 80.0])
"""By head, among some ten sets cross-validated, which differ by less than the page view's noise
(.01 F). Openings, one a page, are held less: they choose between the stretches of text of a page; a
line's score, added up over a long stretch, must not."""

REFERENCE = Path(__file__).parents[2] / "seeds" / "reference"
_EMITS = story_model._EMITS


def shipped_phrases() -> Phrases:
    """The phrases that are features of both models."""
    return read_phrases(pl.read_csv(REFERENCE / "phrases.csv", infer_schema=False))


class Corpus(NamedTuple):
    """Lines of many pages one below the other, with their states."""

    pages: Pages
    text: list[str]
    state: Places


def read_corpus(gold: list[GoldPage], phrases: Phrases, *, addressed: bool) -> Corpus:
    """Both views of every page; all article views first."""
    rows, flags = [], []
    for view in VIEWS:
        for page in gold:
            text = page.article_text if view == "article_text" else page.page_text
            spans = segment(text)
            lines = [text[start:end] for start, end in spans]
            flags.append(np.array(story_lines(lines, page.gold_body)))
            end = 0
            for number, (start, stop) in enumerate(spans):
                blank = number == 0 or text.count("\n", end, start) > 1
                url = page.url if addressed else None
                rows.append((f"{view} {page.page_id}", lines[number], blank, None, url))
                end = stop
    schema = ["article_id", "text", "after_blank", "declared_title", "url"]
    piece = pl.DataFrame(rows, schema=schema, orient="row", infer_schema_length=None).with_columns(
        pl.col("text").str.replace_all(r"\s+", " ").str.strip_chars().alias("line"),
        pl.col("declared_title").cast(pl.String),
        pl.col("url").cast(pl.String),
    )
    pages = build_page_feature(build_line_feature(piece, phrases))
    return Corpus(pages, piece["text"].to_list(), states_of(np.concatenate(flags), pages))


def chosen(corpus: Corpus, keep: npt.NDArray[np.bool_], *, cut: bool) -> Corpus:
    """Some of the pages; with ``cut``, without lines far from the story."""
    rows, lengths = [], []
    for start, length in zip(corpus.pages.start[keep], corpus.pages.length[keep], strict=True):
        story = np.flatnonzero((corpus.state[start : start + length] > 0)
                               & (corpus.state[start : start + length] < 4))  # fmt: skip
        low, high = 0, length
        if cut and len(story):
            low, high = max(0, story[0] - BEFORE), min(length, story[-1] + 1 + AFTER)
        rows.append(np.arange(start + low, start + high))
        lengths.append(high - low)
    return _taken(corpus, np.concatenate(rows), np.array(lengths, dtype=np.int64))


def _taken(corpus: Corpus, row: Places, length: Places) -> Corpus:
    pages = Pages(corpus.pages.feature[row], corpus.pages.names, np.cumsum(length) - length, length)
    return Corpus(pages, [corpus.text[index] for index in row], corpus.state[row])


def together(one: Corpus, other: Corpus) -> Corpus:
    """The pages of both."""
    length = np.concatenate([one.pages.length, other.pages.length])
    feature = np.concatenate([one.pages.feature, other.pages.feature])
    pages = Pages(feature, one.pages.names, np.cumsum(length) - length, length)
    return Corpus(pages, one.text + other.text, np.concatenate([one.state, other.state]))


def likelihood(emitted: Matrix, steps: Matrix, corpus: Corpus) -> tuple[float, Matrix, Matrix]:
    """Negative log-likelihood of the labelled readings; gradients by emission and by step."""
    read = readings(emitted, steps, corpus.pages.start, corpus.pages.length)
    state, line = corpus.state, np.arange(len(emitted))
    inner = np.setdiff1d(line, corpus.pages.start + corpus.pages.length - 1)
    score = emitted[line, state].sum() + steps[state[inner], state[inner + 1]].sum()
    by_emission, by_step = read.state_share.copy(), read.step_count.copy()
    by_emission[line, state] -= 1
    np.subtract.at(by_step, (state[inner], state[inner + 1]), 1)
    return float(read.log_total - score), by_emission, by_step


def train(corpus: Corpus) -> tuple[Matrix, Matrix]:
    """Weights (features and intercept by HEADS) and steps (STATES by STATES)."""
    ones = np.ones((len(corpus.state), 1))
    feature = np.concatenate([corpus.pages.feature.astype(np.float64), ones], axis=1)
    shape = (feature.shape[1], len(HEADS))
    allowed = np.array(read_story_model(_no_weight()).steps)
    penalty = np.repeat(PENALTY[None], shape[0], axis=0)
    penalty[-1] = 0

    def loss(packed: Matrix) -> tuple[float, Matrix]:
        weight, step = packed[: -(len(STATES) ** 2)].reshape(shape), packed[-(len(STATES) ** 2) :]
        step = step.reshape(len(STATES), len(STATES))
        value, by_emission, by_step = likelihood(feature @ weight @ _EMITS, step + allowed, corpus)
        value += 0.5 * float((penalty * weight**2).sum() + 0.5 * (step**2).sum())
        slope = feature.T @ (by_emission @ _EMITS.T) + penalty * weight
        return value, np.concatenate([slope.ravel(), (by_step + 0.5 * step).ravel()])

    begin = np.zeros(shape[0] * shape[1] + len(STATES) ** 2)
    options = {"maxiter": STEPS, "maxcor": 20}
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", options=options).x
    weight = found[: -(len(STATES) ** 2)].reshape(shape)
    return weight, found[-(len(STATES) ** 2) :].reshape(len(STATES), len(STATES))


def _no_weight() -> pl.DataFrame:
    return pl.DataFrame(schema={"feature": pl.String, "state": pl.String, "weight": pl.String})


def train_trees(corpus: Corpus) -> pl.DataFrame:
    """Rows of block_trees.csv. The same page in another guise is in the same group."""
    length = corpus.pages.length
    words = np.array([min(len(text.split()), MOST_WORDS) for text in corpus.text])
    weight = np.sqrt(words + 1) * np.repeat(10 / np.sqrt(length), length)
    group = np.repeat(np.arange(len(length)) % (len(length) // GUISES), length)
    story = np.isin(corpus.state, STORY)
    return boost(corpus.pages.feature, corpus.pages.names, story, weight, group)


class Trained(NamedTuple):
    """Both models, and the rows they were read from."""

    story: StoryModel
    trees: TreeModel
    weight_rows: pl.DataFrame
    tree_rows: pl.DataFrame


def train_both(bare: Corpus, addressed: Corpus, keep: npt.NDArray[np.bool_]) -> Trained:
    """The models of some pages (of one view), in all guises, as the project reads them."""
    kept = np.tile(keep, len(VIEWS))
    near = together(chosen(bare, kept, cut=True), chosen(addressed, kept, cut=True))
    whole = together(chosen(bare, kept, cut=False), chosen(addressed, kept, cut=False))
    weights = write_story_model(bare.pages.names, *train(near))
    trees = train_trees(whole)
    return Trained(read_story_model(weights), read_tree_model(trees), weights, trees)
