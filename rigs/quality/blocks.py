"""Measures story text, titles and speed of block typing on gold pages: one table.

`python -m rigs.quality.blocks` prints it; `--worst` adds for the worst pages of each view a table
of what was typed how, and what went wrong on each. Gold data is read where it lies.

Titles have no gold: a page's silver title is the line above its story whose words agree best with
its address, where one agrees by half; the address is then hidden from the model. Gold pages trained
the weights, so these figures guard the code; what to expect of other pages is what
`python -m rigs.training.held_out` prints for sites held out.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl

from rigs.quality.figure import Figure
from rigs.quality.gold_blocks import (
    VIEWS,
    GoldPage,
    precision_recall,
    read_gold_pages,
    story_lines,
)
from transforms.block.build import build_block
from transforms.block.headline import address_stems, address_support
from transforms.block.weights import BlockModel, read_block_model
from warehouse.tables.record import STAGED_RECORD

REFERENCE = Path(__file__).parents[2] / "seeds" / "reference"
_NO_BOILERPLATE = pl.DataFrame(schema={"source_id": pl.String(), "line": pl.String()})
_SHOWN = 20


class PageScore(NamedTuple):
    """One page in one view."""

    page: GoldPage
    precision: float
    recall: float
    block: pl.DataFrame

    @property
    def f(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def read_model() -> BlockModel:
    """The committed phrases and weights."""
    return read_block_model(
        pl.read_csv(REFERENCE / "phrases.csv", infer_schema=False),
        pl.read_csv(REFERENCE / "block_weights.csv", infer_schema=False),
        pl.read_csv(REFERENCE / "block_trees.csv", infer_schema=False),
    )


def staged(pages: Sequence[GoldPage], view: str, *, addressed: bool) -> pl.DataFrame:
    """The pages as records without any metadata, or with their address only."""
    texts = [page.article_text if view == "article_text" else page.page_text for page in pages]
    null = pl.lit(None, pl.String)
    frame = pl.DataFrame(
        {
            "article_id": [page.page_id for page in pages],
            "url": [page.url if addressed else None for page in pages],
            "text": texts,
            "content_hash": [hashlib.sha256(text.encode()).hexdigest() for text in texts],
        },
        schema_overrides={"url": pl.String()},
    )
    empty = ("title", "standfirst", "byline", "section", "published_raw", "modified_raw")
    return STAGED_RECORD.conform(
        frame.with_columns(
            pl.lit(1).alias("version_no"),
            *(pl.lit("gold").alias(name) for name in ("collection", "file_uri", "locator")),
            pl.lit("0" * 64).alias("file_id"),
            pl.lit("text").alias("format"),
            pl.lit("unknown").alias("source_id"),
            pl.lit("[]").alias("hints"),
            *(null.alias(name) for name in (*empty, "language", "mojibake", "text_only_reason")),
        )
    )


def score_pages(
    pages: Sequence[GoldPage], view: str, model: BlockModel, *, addressed: bool
) -> list[PageScore]:
    """Scores of every page, in the order of ``pages``."""
    block = build_block(staged(pages, view, addressed=addressed), _NO_BOILERPLATE, model)
    parts = block.partition_by("article_id", as_dict=True)
    scores = []
    for page in pages:
        part = parts[(page.page_id,)]
        body = "\n\n".join(part.filter("is_body")["text"])
        scores.append(PageScore(page, *precision_recall(body, page.gold_body), part))
    return scores


def means(scores: Sequence[PageScore]) -> tuple[float, float, float]:
    """Mean precision, mean recall, F of the means."""
    precision = sum(score.precision for score in scores) / len(scores)
    recall = sum(score.recall for score in scores) / len(scores)
    return precision, recall, 2 * precision * recall / (precision + recall)


def title_rate(scores: Sequence[PageScore]) -> tuple[float, int]:
    """Share of silver titles that the title block is, and how many pages have one."""
    right = known = 0
    for score in scores:
        address = address_stems(score.page.url)
        first = score.block.filter("is_body")["block_no"].min()
        above = score.block.filter(pl.col("block_no") < (first if first is not None else 0))
        agreement = {
            " ".join(text.split()): address_support(text.lower(), address) for text in above["text"]
        }
        best = max(agreement.values(), default=0.0)
        if best < 0.5:
            continue
        known += 1
        title = score.block.filter(pl.col("kind") == "title")["text"].to_list()
        right += bool(title) and agreement.get(" ".join(title[0].split()), 0.0) == best
    return right / max(known, 1), known


def lines_per_second(pages: Sequence[GoldPage], model: BlockModel) -> float:
    """Blocks made a second of one core's time, segmentation and typing, over the whole pages."""
    records = staged(pages, "page_text", addressed=False)
    build_block(records, _NO_BOILERPLATE, model)
    begin = time.process_time()
    block = build_block(records, _NO_BOILERPLATE, model)
    return block.height / (time.process_time() - begin)


def measure() -> list[Figure]:
    """All figures; those with a floor carry its key."""
    pages, model = read_gold_pages(), read_model()
    figures: list[Figure] = []
    for view in VIEWS:
        for addressed in (False, True):
            scores = score_pages(pages, view, model, addressed=addressed)
            name = f"{view}{' with address' if addressed else ''}"
            precision, recall, f = means(scores)
            figures += [
                Figure(f"blocks: {name} precision", precision, None),
                Figure(f"blocks: {name} recall", recall, None),
                Figure(f"blocks: {name} F", f, None if addressed else f"blocks.{view}_f"),
            ]
            if view == "page_text" and not addressed:
                rate, known = title_rate(scores)
                figures.append(Figure(f"blocks: title rate ({known} silver titles)", rate,
                                      "blocks.title_rate"))  # fmt: skip
    speed = lines_per_second(pages, model)
    figures.append(Figure("blocks: lines a second", speed, "blocks.lines_per_second"))
    return figures


def reason(score: PageScore) -> str:
    """What went wrong on a page: the largest kinds of lost and of wrongly taken lines."""
    gold = score.page.gold_body
    lost: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for body, rule, text in score.block.select("is_body", "rule", "text").iter_rows():
        hit = precision_recall(text, gold)[0] >= 0.5
        if hit and not body:
            lost[rule] += len(text.split())
        elif body and not hit:
            wrong[rule] += len(text.split())
    lost_words = [f"lost {words} words as {rule}" for rule, words in lost.most_common(2)]
    return "; ".join(lost_words + [f"took {n} words as {rule}" for rule, n in wrong.most_common(1)])


def confusion(scores: Sequence[PageScore]) -> pl.DataFrame:
    """Words of story and of other text by the kind their blocks were given; largest error first.

    Columns: kind, is_body, story, other (words), and wrong: those on the wrong side.
    """
    rows = [
        (kind, is_body, len(text.split()), is_story)
        for score in scores
        for (kind, is_body, text), is_story in zip(
            score.block.select("kind", "is_body", "text").iter_rows(),
            story_lines(score.block["text"].to_list(), score.page.gold_body),
            strict=True,
        )
    ]
    words = pl.DataFrame(rows, ["kind", "is_body", "words", "is_story"], orient="row")
    return (
        words.group_by("kind", "is_body")
        .agg(
            pl.col("words").filter("is_story").sum().alias("story"),
            pl.col("words").filter(~pl.col("is_story")).sum().alias("other"),
        )
        .with_columns(pl.when("is_body").then("other").otherwise("story").alias("wrong"))
        .sort("wrong", "kind", descending=[True, False])
    )


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worst", action="store_true", help="list the worst pages of each view")
    asked = parser.parse_args()
    for figure in measure():
        print(f"{figure.name:<48}{figure.value:>14,.3f}")
    if asked.worst:
        for view in VIEWS:
            scores = score_pages(read_gold_pages(), view, read_model(), addressed=False)
            print(f"\nworst pages, {view}")
            worst = sorted(scores, key=lambda score: score.f)[:_SHOWN]
            print(f"  {'typed as':<18}{'story':>8}{'other':>8}{'wrong':>8}  words")
            for kind, _, *words in confusion(worst).iter_rows():
                print(f"  {kind:<18}" + "".join(f"{count:>8,}" for count in words))
            for score in worst:
                figures = f"P {score.precision:.2f} R {score.recall:.2f}"
                print(f"  {score.page.page_id} {figures}  {reason(score)}")


if __name__ == "__main__":
    main()
