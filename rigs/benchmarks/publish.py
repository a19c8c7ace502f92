"""How fast publishing is beside a bare INSERT … SELECT of the same Parquet. Checks no rows.

    python -m rigs.benchmarks.publish [ARTICLES]

Prints seconds of both, best of five, and their ratio: 1.00 would be as fast as the bare insert. The
bare insert writes into the file in place, keeps nothing safe, checks nothing and makes no search
index; the seconds that publishing spends on the index are given separately, and the limit is on the
ratio of the rows alone.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import polars as pl

from rigs.benchmarks.verdict import verdict
from tests.warehouse.made_up import MadeUp, made_up_run
from warehouse import ddl, search_index
from warehouse.layout import layout_of
from warehouse.publish import publish
from warehouse.staging import parquet_parts, select_parts
from warehouse.tables import CONTRACTS

_DIFFERENT = 250
_TURNS = 5
_LEAST = 0.7
"""The ratio that has to hold for the rows of a first publication."""
_COPIED_BY_ARTICLE = ("article", "article_version", "block", "sentence", "mention", "record",
                      "article_component")  # fmt: skip


def stage(run: MadeUp, folder: Path, copies: int) -> Path:
    """Stage the run with every article that many times, under ids of their own, in two parts."""
    staging = run.write(folder)
    for table in _COPIED_BY_ARTICLE:
        path = staging / table / "0000.parquet"
        frame = pl.read_parquet(path)
        parts = [
            frame.with_columns(pl.col("article_id").str.slice(0, 12) + f"{copy:04x}")
            for copy in range(copies)
        ]
        half = -(-copies // 2)
        for number, chosen in enumerate((parts[:half], parts[half:])):
            if chosen:
                whole = pl.concat(chosen).sort("article_id", maintain_order=True)
                whole.write_parquet(staging / table / f"{number:04d}.parquet")
    return staging


def bare_insert(staging: Path, file: Path) -> None:
    """What any program would do: make the tables, insert, checkpoint."""
    con = duckdb.connect(str(file))
    con.execute("BEGIN TRANSACTION")
    ddl.create_all(con)
    for contract in CONTRACTS:
        parts = parquet_parts(staging, contract)
        if parts:
            con.execute(f"INSERT INTO {contract.qualified_name} {select_parts(contract, parts)}")
    con.execute("COMMIT")
    con.execute("CHECKPOINT")
    con.close()


def seconds_of(work: Callable[[Path], object], folder: Path, start_from: Path | None) -> float:
    """How long the work takes on a file of its own; copying ``start_from`` there is not counted."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    file = folder / "news.duckdb"
    if start_from is not None:
        shutil.copyfile(start_from, file)
    began = time.perf_counter()
    work(file)
    return time.perf_counter() - began


def compare(name: str, staging: Path, folder: Path, start_from: Path | None) -> None:
    """Print one line. Both ways take turns, so that a busy machine slows both."""
    bare, ours, rows = [], [], []
    for _ in range(_TURNS):
        bare.append(seconds_of(partial(bare_insert, staging), folder / "bare", start_from))
        with index_timed() as index:
            ours.append(seconds_of(partial(publish, staging), folder / "ours", start_from))
        rows.append(ours[-1] - sum(index))
    ratio = min(bare) / min(rows)
    held = f", at least {_LEAST}: {verdict(ratio >= _LEAST)}"
    print(f"{name}: bare {min(bare):.2f} s, publish {min(ours):.2f} s, of which the rows "
          f"{min(rows):.2f} s and the rest the search index; ratio of the rows "
          f"{ratio:.2f}{held if start_from is None else ''}, "
          f"of all {min(bare) / min(ours):.2f}")  # fmt: skip


@contextmanager
def index_timed() -> Iterator[list[float]]:
    """The seconds that publications of the block give to the search index."""
    seconds: list[float] = []
    refresh = search_index.refresh

    def timed(*given: Any, **named: Any) -> bool:
        began = time.perf_counter()
        made = refresh(*given, **named)
        seconds.append(time.perf_counter() - began)
        return made

    with patch.object(search_index, "refresh", timed):
        yield seconds


def main() -> None:
    articles = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    names = {f"article {number}": 1 for number in range(_DIFFERENT)}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        run = made_up_run(1, names, paragraphs=25)
        staging = stage(run, folder / "staging", max(1, articles // _DIFFERENT))
        rows = {c.name: duckdb.sql(f"SELECT count(*) FROM ({select_parts(c, parts)})").fetchone()
                for c in CONTRACTS if (parts := parquet_parts(staging, c))}  # fmt: skip
        print(", ".join(f"{name} {row[0]:,}" for name, row in rows.items() if row))
        compare("first publication", staging, folder, None)
        base = folder / "base" / "news.duckdb"
        base.parent.mkdir()
        publish(staging, base)
        print(f"warehouse: {layout_of(base).file.stat().st_size / 1e6:.0f} MB")
        later = made_up_run(2, {f"later {number}": 1 for number in range(50)}, paragraphs=25)
        small = stage(later, folder / "staging", max(1, articles // 20 // 50))
        compare("a twentieth more", small, folder, base)


if __name__ == "__main__":
    main()
