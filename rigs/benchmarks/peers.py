"""The same articles through a plain pandas script, and the same rows through dlt, beside a run.

    python -m rigs.benchmarks.peers [ARTICLES] [PROCESSES]

All three in processes of their own, one after the other. dlt only loads: it is compared with our
publication of the same rows, which also replaces, orders and keeps the file safe.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flows.session.pipelines import pipeline_names
from flows.settings import Settings
from rigs.benchmarks import one_run
from rigs.benchmarks.news import write_articles
from rigs.benchmarks.tree import Watched, watch

Row = tuple[str, str]


def measure(articles: int = 2_000, processes: int = 2) -> Iterator[Row]:
    """What was measured, and the figure."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        source, warehouse = folder / "in", folder / "news.duckdb"
        write_articles(source, articles)
        ours = one_run.measure(source, warehouse, processes)
        yield (
            "this pipeline",
            (
                f"{ours.wall:.1f} s with start-up, {articles / ours.wall:,.0f} articles/s, "
                f"peak {ours.peak_mb:,.0f} MB"
            ),
        )
        english = pipeline_names(Settings())["en"]
        database = str(folder / "plain.sqlite")
        plain = _run("plain_script", str(source), database, str(processes), english)
        rows = ", ".join(f"{name} {n:,}" for name, n in json.loads(plain.stdout)["rows"].items())
        yield (
            "plain pandas + spaCy + to_sql",
            (
                f"{plain.seconds:.1f} s with start-up, {articles / plain.seconds:,.0f} articles/s, "
                f"peak {plain.peak_mb:,.0f} MB, {plain.seconds / ours.wall:.2f} times ours ({rows})"
            ),
        )
        printed = json.loads(_run("dlt_load", str(warehouse), str(folder)).stdout)
        seconds, count = float(printed["seconds"]), int(printed["rows"])
        publish = ours.stages["publish"]
        yield (
            "dlt, DuckDB destination",
            (f"{count:,} rows in {seconds:.1f} s, {count / seconds:,.0f} rows/s"),
        )
        yield (
            "publication of the same rows, and of the run's records",
            (f"{publish:.1f} s, {count / publish:,.0f} rows/s"),
        )


def _run(module: str, *words: str) -> Watched:
    command = [sys.executable, "-W", "ignore", "-m", f"rigs.benchmarks.{module}", *words]
    done = watch(command, 3600)
    last: Any = done.stdout.splitlines()[-1]
    return done._replace(stdout=str(last))


if __name__ == "__main__":
    for what, figure in measure(*[int(word) for word in sys.argv[1:3]]):
        print(f"{what}: {figure}", flush=True)
