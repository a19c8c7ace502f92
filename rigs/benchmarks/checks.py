"""How long the whole audit takes, and how much memory, on staged rows of many articles.

    python -m rigs.benchmarks.checks [ARTICLES]

The default of 40,000 articles makes 1,000,000 sentences. Prints seconds, megabytes and the share of
a run, which at 15,000 tokens a second and 25 tokens a sentence the language pass alone makes last
1,667 s a million sentences. The import of the library (about 3 s, overlapped in a run) is apart.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl

from expectations.audit import run_checks
from flows.session.check_process import get_ready
from rigs.benchmarks.verdict import verdict
from tests.expectations.good_rows import COMPONENT, LIND, RUN_ID, STARTED, good_rows
from warehouse.staging import open_check_database
from warehouse.tables import BY_NAME

_SENTENCE = (
    "printf('Report %06d-%02d says that the council of Lind met in the old hall beside the bridge "
    "and talked about boats, tolls and the price of bread.', i, k)"
)
_TITLE = "printf('Council %06d of the town meets once more', i)"
_PARAGRAPHS, _SENTENCES = 5, 5
_MOST_SHARE, _MOST_MEGABYTES = 0.05, 600
_PART = 1_100
"""Articles in one part, 4 million characters of text as a run stages them."""

_TOKENS_PER_SECOND = 15_000


def _queries(first: int, end: int) -> Iterator[tuple[str, str]]:
    """One SELECT a table for the articles of one part.

    Every sentence has the same length, so that offsets are arithmetic.
    """
    title = len("Council 000000 of the town meets once more")
    sentence = len("Report 000000-00 says that the council of Lind met in the old hall beside the "
                   "bridge and talked about boats, tolls and the price of bread.")  # fmt: skip
    paragraph = _SENTENCES * (sentence + 1) - 1
    ids = f"range({first}, {end}) as a(i)"
    key = "lower(lpad(to_hex(i), 16, '0')) as article_id"
    sentences = f"list_transform(range({_PARAGRAPHS * _SENTENCES}), lambda k: {_SENTENCE})"
    bodies = (
        f"list_transform(range({_PARAGRAPHS}), lambda p: array_to_string("
        f"{sentences}[p * {_SENTENCES} + 1:(p + 1) * {_SENTENCES}], ' '))"
    )
    text = f"{_TITLE} || e'\\n\\n' || array_to_string({bodies}, e'\\n\\n') || e'\\n'"
    body = f"array_to_string({bodies}, e'\\n\\n')"
    run = f"'{RUN_ID}' as run_id"
    yield (
        "article",
        (
            f"select {key}, 'file:///in/' || i as source_uri, 'herald' as source_id,"
            f" {_TITLE} as title, 'block' as title_source,"
            f" 'undateable' as published_status, 'en' as language, {text} as text,"
            f" {body} as body_text,"
            f" len(string_split(body_text, ' ')) + {_PARAGRAPHS - 1} as word_count,"
            f" {_PARAGRAPHS * _SENTENCES + 1} as sentence_count, sha256(text) as content_hash,"
            f" sha256(replace(body_text, e'\\n\\n', ' ')) as body_hash, 1 as version_no, {run}"
            f" from {ids}"
        ),
    )
    yield (
        "article_version",
        (
            f"select {key}, 1 as version_no, timestamptz '{STARTED}' as valid_from,"
            " true as is_current,"
            f" sha256(i::varchar) as file_id, {text} as text, sha256(text) as content_hash,"
            f" {_TITLE} as title, {run} from {ids}"
        ),
    )
    yield (
        "record",
        (
            f"select {key}, 1 as version_no, 'in' as collection, 'file:///in/' || i as file_uri,"
            " '' as locator, sha256(i::varchar) as file_id, 'text' as format,"
            " 'herald' as source_id,"
            f" '[]' as hints from {ids}"
        ),
    )
    yield (
        "article_component",
        f"select {key}, 'block' as stage, '{COMPONENT}' as component_id from {ids}",
    )
    start = f"{title} + 2 + (b - 1) * ({paragraph} + 2)"
    yield (
        "block",
        (
            f"select {key}, b::int as block_no, if(b = 0, 'title', 'paragraph') as kind,"
            f" b > 0 as is_body, if(b = 0, 0, {start})::int as start_char,"
            f" start_char + if(b = 0, {title}, {paragraph}) as end_char,"
            f" if(b = 0, {_TITLE}, {bodies}[b]) as text, 'bench' as rule"
            f" from {ids}, range({_PARAGRAPHS + 1}) as p(b)"
        ),
    )
    within = f"{title} + 2 + k * ({sentence} + 1) + (k // {_SENTENCES})"
    yield (
        "sentence",
        (
            f"select {key}, (k + 1)::int as sentence_no, (k // {_SENTENCES} + 1)::int as block_no,"
            f" ({within})::int as start_char, start_char + {sentence} as end_char,"
            f" {_SENTENCE} as text, 25 as token_count"
            f" from {ids}, range({_PARAGRAPHS * _SENTENCES}) as s(k)"
            f" union all select {key}, 0, 0, 0, {title}, {_TITLE}, 8 from {ids}"
        ),
    )
    lind = len("Report 000000-00 says that the council of ")
    yield (
        "mention",
        (
            f"select {key}, k::int as mention_no, (k + 1)::int as sentence_no,"
            f" '{LIND}' as entity_id, 'place' as entity_type,"
            f" ({within} + {lind})::int as start_char,"
            " start_char + 4 as end_char, 'Lind' as text, 'model' as method, 0.9 as confidence"
            f" from {ids}, range({_PARAGRAPHS * _SENTENCES}) as s(k)"
        ),
    )


def stage(folder: Path, articles: int) -> None:
    """Writes the Parquet of a run with that many right articles."""
    con = duckdb.connect(config={"temp_directory": str(folder / "spill")})
    con.execute("set enable_progress_bar = false")
    con.execute("set timezone = 'UTC'")
    for table in ("source", "run", "entity", "entity_alias", "component"):
        (folder / table).mkdir()
        rows = good_rows()[table]
        if "entity_id" in rows.columns:
            rows = rows.filter(pl.col("entity_id") == LIND)
        rows.write_parquet(folder / table / "0.parquet")
    for first in range(0, articles, _PART):
        for table, query in _queries(first, min(first + _PART, articles)):
            (folder / table).mkdir(exist_ok=True)
            made = {row[0] for row in con.execute(f"describe {query}").fetchall()}
            columns = ", ".join(
                (f"{c.name}::{c.duckdb_type}" if c.name in made else f"null::{c.duckdb_type}")
                + f" as {c.name}"
                for c in BY_NAME[table].columns
            )
            part = folder / table / f"{first:07}.parquet"
            con.execute(f"copy (select {columns} from ({query})) to '{part}'")
    con.close()


def main() -> None:
    articles = int(sys.argv[1]) if len(sys.argv) > 1 else 40_000
    with tempfile.TemporaryDirectory() as place:
        # In a process of its own, so that its memory is not counted as the audit's.
        staging = multiprocessing.get_context("spawn").Process(
            target=stage, args=(Path(place), articles)
        )
        staging.start()
        staging.join()
        before = time.perf_counter()
        get_ready()
        imported = time.perf_counter() - before
        rested = _megabytes()
        con = open_check_database(Path(place), None)
        before = time.perf_counter()
        report = run_checks(con, run_id=RUN_ID)
        seconds = time.perf_counter() - before
        failed = report.result.filter(~report.result["success"])
    sentences = articles * _PARAGRAPHS * _SENTENCES
    share = seconds / (sentences * 25 / _TOKENS_PER_SECOND)
    print(
        f"{sentences:,} sentences: {report.result.height} checks in {seconds:.1f} s "
        f"({share:.2%} of the language pass, at most {_MOST_SHARE:.0%}: "
        f"{verdict(share <= _MOST_SHARE)}), import {imported:.1f} s, "
        f"peak {_megabytes():.0f} MB, at most {_MOST_MEGABYTES}: "
        f"{verdict(_megabytes() <= _MOST_MEGABYTES)}, "
        f"of which {rested:.0f} MB before the first check; "
        f"failed: {', '.join(failed['check_id']) or 'none'}"
    )


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
