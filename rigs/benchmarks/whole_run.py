"""A whole run over generated articles, beside the floor: spaCy's own pipe over the same texts.

    python -m rigs.benchmarks.whole_run [ARTICLES] [WORKERS]

Every figure is of a process of its own. Ratios are given with start-up on both sides (imports,
loading the pipeline, ending) and without. The floor reads every paragraph that the articles print;
what it would take for the distinct ones only, which is all that the run reads, is given too.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb

from rigs.benchmarks import one_run
from rigs.benchmarks.news import write_articles
from rigs.benchmarks.tree import watch
from rigs.benchmarks.verdict import verdict

Row = tuple[str, str]

_STORY = "'title', 'standfirst', 'dateline', 'paragraph', 'subheading', 'list_item', 'correction'"
_MOST_WITH_START_UP, _MOST_APART = 1.5, 1.15
_LONG_RUN = 10_000
"""From here on start-up is apart in the ratio that has to hold."""


def measure(articles: int = 2_000, workers: int = 1) -> Iterator[Row]:
    """What was measured, and the figure."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        chars = write_articles(folder / "in", articles)
        warehouse = folder / "news.duckdb"
        run = one_run.measure(folder / "in", warehouse, workers)
        nothing = one_run.measure(folder / "in", warehouse, workers)
        tokens, distinct = _texts(warehouse, folder / "paragraphs.parquet")
        words = [sys.executable, "-W", "ignore", "-m", "rigs.benchmarks.floor"]
        floor = watch([*words, str(folder / "paragraphs.parquet"), str(workers)], 3 * 3600)
    bare = float(floor.stdout)
    yield "delivered", f"{chars:,} characters, {tokens:,} tokens"
    yield (
        "whole run",
        (
            f"{run.seconds:.1f} s and {run.wall - run.seconds:.1f} s of start-up; "
            f"{articles / run.seconds:,.0f} articles/s, {tokens / run.seconds:,.0f} tokens/s"
        ),
    )
    yield (
        "floor",
        (
            f"{bare:.1f} s and {floor.seconds - bare:.1f} s of start-up; "
            f"{tokens / bare:,.0f} tokens/s"
        ),
    )
    long = articles >= _LONG_RUN
    yield (
        "whole run by the floor, start-up included",
        _against(run.wall / floor.seconds, None if long else _MOST_WITH_START_UP),
    )
    yield (
        "whole run by the floor, start-up apart",
        _against(run.seconds / bare, _MOST_APART if long else None),
    )
    yield (
        "whole run by the floor of distinct paragraphs, start-up apart",
        (f"{run.seconds / (bare * distinct):.2f}"),
    )
    printed = run.read + run.reused
    yield (
        "paragraphs",
        (f"{run.read:,} read, {run.reused:,} of {printed:,} reused: {run.reused / printed:.1%}"),
    )
    yield "seconds a stage", ", ".join(f"{name} {s:.1f}" for name, s in run.stages.items())
    yield "peak memory of all processes", f"{run.peak_mb:,.0f} MB"
    yield (
        f"run with nothing new ({nothing.status})",
        (f"{nothing.seconds:.2f} s beyond start-up of {nothing.wall - nothing.seconds:.1f} s"),
    )


def _against(ratio: float, most: float | None) -> str:
    if most is None:
        return f"{ratio:.2f}"
    return f"{ratio:.2f}, at most {most}: {verdict(ratio <= most)}"


def _texts(warehouse: Path, file: Path) -> tuple[int, float]:
    """Write the story paragraphs; tokens of all sentences, share of distinct paragraphs' text."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        story = f"select text from block where kind in ({_STORY}) order by article_id, block_no"
        con.execute(f"copy ({story}) to '{file}' (format parquet)")
        found = con.execute(
            "select (select sum(token_count) from sentence), "
            f"(select sum(length(text)) from (select distinct text from ({story}))) "
            f"/ (select sum(length(text)) from ({story}))"
        ).fetchone()
    assert found is not None
    return int(found[0]), float(found[1])


if __name__ == "__main__":
    for what, figure in measure(*[int(word) for word in sys.argv[1:3]]):
        print(f"{what}: {figure}", flush=True)
