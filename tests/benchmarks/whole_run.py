"""A whole run over generated articles, beside the floor: spaCy's own pipe over the same texts.

    python -m tests.benchmarks.whole_run [ARTICLES] [WORKERS]

The floor is `nlp.pipe` of the same pipeline, `ner` alone enabled, over the story paragraphs of all
articles, in as many processes. Start-up (imports, loading the pipeline) is apart on both sides.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb

from flows.pipeline_choice import pipeline_names
from flows.reference import read_reference
from flows.run import run_once
from flows.settings import Settings
from flows.warm import Warm
from tests.benchmarks.news import write_articles

Row = tuple[str, str]


def measure(articles: int = 2_000, workers: int = 1) -> Iterator[Row]:
    """What was measured, and the figure."""
    settings = Settings()
    with (
        tempfile.TemporaryDirectory() as place,
        Warm(pipeline_names(settings), read_reference(settings.reference)) as warm,
    ):
        warm.pipelines()
        warehouse, source = Path(place) / "news.duckdb", Path(place) / "in"
        chars = write_articles(source, articles)
        given = {"source": str(source), "warehouse": warehouse, "workers": workers}
        began = time.perf_counter()
        summary = run_once(Settings(**given), warm=warm)  # type: ignore[arg-type]
        took = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        began = time.perf_counter()
        nothing = run_once(Settings(**given), warm=warm)  # type: ignore[arg-type]
        again = time.perf_counter() - began
        with duckdb.connect(str(warehouse), read_only=True) as con:
            paragraphs = [
                str(row[0])
                for row in con.execute(
                    "select text from block where kind in ('title', 'standfirst', 'dateline', "
                    "'paragraph', 'subheading', 'list_item', 'correction')"
                ).fetchall()
            ]
            counted = con.execute("select sum(token_count) from sentence").fetchone()
        floor = _floor(paragraphs, workers)
    tokens = int(counted[0]) if counted else 0
    title = f"{articles:,} articles, {workers} worker(s)"
    yield f"{title}: characters delivered", f"{chars:,}"
    yield f"{title}: whole run", f"{took:.1f} s, {articles / took:.0f} articles/s"
    yield f"{title}: tokens", f"{tokens:,}, {tokens / took:,.0f} a second"
    yield f"{title}: floor, spaCy's own pipe", f"{floor:.1f} s, {tokens / floor:,.0f} tokens/s"
    yield f"{title}: whole run by the floor", f"{took / floor:.2f}"
    reused = f"{summary.paragraphs_read:,} / {summary.paragraphs_reused:,}"
    yield f"{title}: paragraphs read / reused", f"{reused} of {len(paragraphs):,} printed"
    stages = ", ".join(f"{name} {seconds:.1f}" for name, seconds in summary.seconds.items())
    yield f"{title}: seconds a stage", stages
    yield f"{title}: peak memory of the parent", f"{peak:,.0f} MB"
    yield f"{title}: run with nothing new ({nothing.status})", f"{again:.2f} s"


def _floor(paragraphs: list[str], processes: int) -> float:
    """Seconds of the bare pipeline over all paragraphs."""
    import spacy

    name = pipeline_names(Settings())["en"]
    unused = ["tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer", "senter"]
    nlp = spacy.load(name, exclude=unused)
    began = time.perf_counter()
    for _ in nlp.pipe(paragraphs, n_process=processes, batch_size=256):
        pass
    return time.perf_counter() - began


if __name__ == "__main__":
    asked = [int(word) for word in sys.argv[1:3]]
    for what, figure in measure(*asked):
        print(f"{what}: {figure}", flush=True)
