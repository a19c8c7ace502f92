"""Selects the paragraphs to process, divides them into batches of even cost, and processes a batch.

No paragraph that was processed before, in this run or an earlier one, is processed again. The
batches do not depend on the kind of workers that execute them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
import polars as pl

from flows.session.nlp_store import NlpStore
from flows.session.notices import print_notice, store_notice
from flows.session.staging import Staging
from flows.workers.batch import Batch, Resources
from transforms.nlp.paragraph_reading import annotate_skipping_failures
from warehouse.tables.paragraph import PARAGRAPH

_MOST_CHARS, _USUAL_CHARS, _LEAST_CHARS = 4_000_000, 250_000, 50_000
"""Characters a batch: 50,000 are a fifth of a second of work, 4,000,000 a quarter of a minute."""

_BATCHES = 24
"""About so many batches a run, so that people can read their list; long runs have more."""

_UNREAD_COST = 8
"""A paragraph in a language without a pipeline gets sentences and tokens only, at about an eighth
of the cost."""


@dataclass
class ReadingPlan:
    """What is to be read: costs of the batches, largest first, and who needs which of them.

    Fresh paragraphs lie end to end, by cost; ``places`` says for each part where those it prints
    lie, ``known`` which parts of the store hold the others. ``fresh`` are read, ``reused`` counts
    what else is printed: copies within the run, and what earlier runs read.
    """

    fresh: int = 0
    reused: int = 0
    cost: int = 0
    places: dict[str, np.ndarray] = field(default_factory=dict)
    known: dict[str, list[str]] = field(default_factory=dict)
    bounds: list[int] = field(default_factory=list)

    def batch_numbers(self, places: np.ndarray) -> np.ndarray:
        """The batch that reads what lies at each place."""
        return np.searchsorted(self.bounds, places, side="right") - 1


def plan_reading(
    staging: Staging,
    parts: Sequence[str],
    store: NlpStore,
    languages: Sequence[str],
    workers: int,
    notice: Callable[[str], None] = print_notice,
) -> ReadingPlan:
    """Sort every part's paragraphs into fresh ones, kept for `reading_batches`, and known ones.

    ``languages`` are those with a pipeline. Every part of the store that is used has been read;
    damaged ones are removed, with a line to ``notice``.
    """
    try:
        known = store.known()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        damaged = store.drop_damaged()
        if damaged:
            notice(store_notice(damaged))
        known = store.known()
    reading = _plan(staging, parts, known, languages, workers)
    damaged = store.drop_damaged({name for names in reading.known.values() for name in names})
    if damaged:
        notice(store_notice(damaged))
        reading = _plan(staging, parts, store.known(), languages, workers)
    return reading


def _plan(
    staging: Staging,
    parts: Sequence[str],
    known: pl.DataFrame,
    languages: Sequence[str],
    workers: int,
) -> ReadingPlan:
    reading = ReadingPlan()
    seen = known.with_columns(pl.lit(None, pl.Int64).alias("place"))
    for part in parts:
        paragraph = pl.read_parquet(staging.part("_paragraph", part))
        chars = pl.col("text").str.len_chars().cast(pl.Int64)
        cost = pl.when(pl.col("language").is_in(languages)).then(chars).otherwise(
            chars // _UNREAD_COST
        )  # fmt: skip
        joined = paragraph.join(seen, on="paragraph_id", how="left", maintain_order="left")
        is_known = pl.col("home").is_not_null() | pl.col("place").is_not_null()
        fresh = (
            joined.filter(~is_known)
            .with_columns((cost + 1).alias("cost"))
            .with_columns((pl.col("cost").cum_sum() - pl.col("cost") + reading.cost).alias("place"))
        )
        fresh.drop("home", "cost", "printed").write_parquet(staging.part("_fresh_paragraph", part))
        known = joined.filter(is_known)
        reading.fresh += fresh.height
        reading.reused += int(paragraph["printed"].sum()) - fresh.height
        reading.cost += int(fresh["cost"].sum())
        reading.known[part] = known["home"].drop_nulls().unique().to_list()
        reading.places[part] = pl.concat([known["place"].drop_nulls(), fresh["place"]]).to_numpy()
        seen = pl.concat([seen, fresh.select(seen.columns)])
    reading.bounds = [0, *accumulate(_sizes(reading.cost, workers))]
    return reading


def _sizes(cost: int, workers: int) -> list[int]:
    """Costs of the batches: even ones, then ever smaller, so that all workers end together."""
    usual = min(_MOST_CHARS, max(_USUAL_CHARS, cost // _BATCHES))
    sizes, rest = [], cost
    while rest > 0:
        size = min(rest, usual, max(_LEAST_CHARS, rest // (2 * workers)))
        sizes.append(size)
        rest -= size
    return sizes


def batch_name(run_id: str, number: int) -> str:
    """The part of the store that a batch makes."""
    return f"{run_id}-{number:06}"


def homes(reading: ReadingPlan, part: str, run_id: str) -> tuple[str, ...]:
    """The parts of the store that hold what one part of the run prints."""
    numbers = np.unique(reading.batch_numbers(reading.places[part]))
    made = [batch_name(run_id, number) for number in numbers.tolist()]
    return tuple(sorted([*reading.known[part], *made]))


def reading_batches(
    staging: Staging, reading: ReadingPlan, store: NlpStore, parts: Sequence[str]
) -> Iterator[Batch]:
    """The batches, each written to the run's scratch when it is asked for."""
    last = len(reading.bounds) - 1
    costs = [stop - start for start, stop in pairwise(reading.bounds)]
    for number, chunk in _chunks(staging, reading, parts):
        name = batch_name(staging.run_id, number)
        path = staging.part("_chunk", name)
        chunk.write_parquet(path)
        title = f"read the language, batch {number + 1} of {last}"
        yield Batch(title, costs[number], read_batch, (path, store.folder, name))


def _chunks(
    staging: Staging, reading: ReadingPlan, parts: Sequence[str]
) -> Iterator[tuple[int, pl.DataFrame]]:
    """Number and paragraphs (PARAGRAPH) of every batch that has any."""
    held: list[pl.DataFrame] = []
    held_number = 0
    for part in parts:
        fresh = pl.read_parquet(staging.part("_fresh_paragraph", part))
        numbers = pl.Series("number", reading.batch_numbers(fresh["place"].to_numpy()), pl.Int64)
        for (number,), chunk in fresh.with_columns(numbers).group_by("number", maintain_order=True):
            if number != held_number and held:
                yield held_number, pl.concat(held)
                held = []
            held_number = int(str(number))
            held.append(PARAGRAPH.conform(chunk.drop("number", "place")))
    if held:
        yield held_number, pl.concat(held)


def read_batch(resources: Resources, chunk: Path, store: Path, name: str) -> int:
    """Read the paragraphs of one batch and put the results into the store; how many they were."""
    paragraph = pl.read_parquet(chunk)
    NlpStore(store).write(name, annotate_skipping_failures(resources.pipelines(), paragraph))
    chunk.unlink()
    return paragraph.height
