"""What a run costs beside what is there already: memory, a run with nothing new, and 100 new.

    python -m rigs.benchmarks.scale [ARTICLES] [WORKERS]

Articles are short. Each run is a process of its own; memory is that of all its processes together.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rigs.benchmarks import one_run
from rigs.benchmarks.news import SHORT_WORDS, write_articles
from rigs.benchmarks.verdict import verdict

Row = tuple[str, str]

_NEW = 100
_MOST_NOTHING_SECONDS, _MOST_NEW_SECONDS = 3, 10


def measure(articles: int = 2_000, workers: int = 2) -> Iterator[Row]:
    """What was measured, and the figure."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        source, warehouse = folder / "in", folder / "news.duckdb"
        chars = write_articles(source, articles, words=SHORT_WORDS)
        first = one_run.measure(source, warehouse, workers)
        yield "delivered", f"{chars:,} characters in short articles"
        yield "whole run", f"{first.seconds:.1f} s, {articles / first.seconds:,.0f} articles/s"
        yield "seconds a stage", ", ".join(f"{name} {s:.1f}" for name, s in first.stages.items())
        yield "peak memory of all processes", f"{first.peak_mb:,.0f} MB"
        size = warehouse.stat().st_size / 1e6
        yield "warehouse", f"{size:,.0f} MB, {1e3 * size / articles:,.1f} KB an article"
        nothing = one_run.measure(source, warehouse, 1)
        yield (
            f"run with nothing new ({nothing.status})",
            _against(nothing.seconds, _MOST_NOTHING_SECONDS, "s beyond start-up"),
        )
        new = {"words": SHORT_WORDS, "seed": 11, "first": articles}
        write_articles(folder / "alone", _NEW, **new)
        alone = one_run.measure(folder / "alone", folder / "alone.duckdb", 1)
        write_articles(source, _NEW, **new)
        among = one_run.measure(source, warehouse, 1)
        beyond = _against(among.seconds - alone.seconds, _MOST_NEW_SECONDS, "s beyond those")
        yield (
            f"{_NEW} new among {articles:,}",
            (f"{among.seconds:.1f} s; the {_NEW} alone {alone.seconds:.1f} s; {beyond}"),
        )
        yield (
            f"{_NEW} new, seconds a stage",
            ", ".join(f"{name} {s:.1f}" for name, s in among.stages.items()),
        )


def _against(figure: float, most: float, unit: str) -> str:
    return f"{figure:.2f} {unit}, at most {most}: {verdict(figure <= most)}"


if __name__ == "__main__":
    for what, figure in measure(*[int(word) for word in sys.argv[1:3]]):
        print(f"{what}: {figure}", flush=True)
