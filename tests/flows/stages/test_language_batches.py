"""Which paragraphs are read, and in which batches: each once, the largest batches first."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import polars as pl

from flows.session.nlp_store import NlpStore
from flows.session.staging import Staging
from flows.stages.language_batches import _sizes, homes, plan_reading, reading_batches
from tests.flows.session.test_nlp_store import part
from transforms.block.paragraph import paragraph_id
from warehouse.layout import layout_of
from warehouse.tables.paragraph import PARAGRAPH


def paragraphs(*texts: str) -> pl.DataFrame:
    rows = [(paragraph_id("en", text), "en", text) for text in texts]
    columns = ["paragraph_id", "language", "text"]
    frame = PARAGRAPH.conform(pl.DataFrame(rows, columns, orient="row"))
    return frame.with_columns(pl.lit(2).alias("printed"))


def test_batches_end_small_so_that_no_worker_waits_long() -> None:
    sizes = _sizes(5_000_000, 2)
    assert sum(sizes) == 5_000_000
    assert sizes[0] == 250_000
    assert all(before >= after for before, after in pairwise(sizes))
    assert sizes[-1] <= 50_000
    assert len(_sizes(60_000_000, 2)) < 40
    assert _sizes(0, 2) == []


def test_a_paragraph_is_read_once_and_every_part_knows_where(tmp_path: Path) -> None:
    work = Staging(layout_of(tmp_path / "news.duckdb"), "run")
    store = NlpStore(tmp_path / "store")
    long, known = "Said at length. " * 4_000, "Printed long ago."
    store.write("earlier", part(paragraph_id("en", known)))
    paragraphs(long, known).write_parquet(work.part("_paragraph", "a"))
    paragraphs("New here.", long, "Also new.").write_parquet(work.part("_paragraph", "b"))
    reading = plan_reading(work, ["a", "b"], store, ["en"], 2)
    assert (reading.fresh, reading.reused) == (3, 7)
    batches = list(reading_batches(work, reading, store, ["a", "b"]))
    assert sum(batch.cost for batch in batches) == reading.cost
    read = [pl.read_parquet(batch.arguments[0]) for batch in batches]
    assert sorted(pl.concat(read)["text"]) == sorted([long, "New here.", "Also new."])
    assert homes(reading, "a", "run") == ("earlier", "run-000000")
    last = batches[-1].arguments[2]
    assert homes(reading, "b", "run") == ("run-000000", last)
