"""What it costs to find 100,000 files unchanged: seconds, and memory beyond start-up.

    python -m rigs.benchmarks.unchanged [FILES]

The warehouse is a real one, published from staged rows of `ops.file`; the files are real files. The
measurement is the run's own way of discovery, in a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FILES = 100_000
_FILES_A_FOLDER = 1000
_RUN_ID = "20240101T000000Z-000001"


def measure(files: int = FILES) -> list[tuple[str, str]]:
    """Rows of what was measured and its figure."""
    with tempfile.TemporaryDirectory() as place:
        folder, warehouse = Path(place) / "in", Path(place) / "news.duckdb"
        make_known(folder, warehouse, files)
        found = subprocess.run(
            [sys.executable, "-m", "rigs.benchmarks.unchanged", "--", folder, warehouse],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    seconds, megabytes, unchanged, opened = json.loads(found.stdout)
    assert (unchanged, opened) == (files, 0), (unchanged, opened)
    return [
        (f"{files:,} unchanged files found unchanged", f"{seconds:.2f} s"),
        ("memory beyond start-up", f"{megabytes:.0f} MB"),
    ]


def make_known(folder: Path, warehouse: Path, files: int) -> None:
    """Write the files, and publish a warehouse that knows them as loaded."""
    import polars as pl

    from flows.sources.location import list_files
    from flows.stages.discover import LISTING
    from warehouse.publish import publish
    from warehouse.tables import FILE, RUN

    for number in range(files):
        if number % _FILES_A_FOLDER == 0:
            inner = folder / f"2024-{number // _FILES_A_FOLDER:04}"
            inner.mkdir(parents=True)
        (inner / f"article-{number:06}.txt").write_text(f"Story {number}\n")
    listing = pl.DataFrame(
        list(list_files(str(folder))), {**LISTING, "modified_at": pl.Int64()}, orient="row"
    )
    file = listing.select(
        pl.lit(_RUN_ID).alias("run_id"), "source_uri", pl.lit(str(folder)).alias("collection"),
        pl.int_range(pl.len()).cast(pl.String).str.zfill(64).alias("file_id"), "byte_count",
        pl.from_epoch("modified_at", "us").dt.replace_time_zone("UTC"),
        pl.lit("plain").alias("format"), pl.lit("utf-8").alias("encoding"),
        pl.lit("loaded").alias("outcome"), pl.lit(None, pl.String).alias("reason"),
        pl.lit(None, pl.String).alias("duplicate_of"),
    )  # fmt: skip
    row: dict[str, object] = {
        column.name: 0 if column.dtype.is_integer() else None for column in RUN.columns
    }
    at = file["modified_at"].max()
    row |= {
        "run_id": _RUN_ID, "started_at": at, "status": "published", "source_uri": str(folder),
        "collection": str(folder), "code_version": "0", "config": "{}", "files_seen": files,
        "files_loaded": files, "row_counts": "{}", "stage_seconds": "{}",
    }  # fmt: skip
    staging = warehouse.parent / "staging"
    for contract, frame in ((FILE, file), (RUN, pl.DataFrame([row], RUN.polars_schema))):
        (staging / contract.name).mkdir(parents=True)
        contract.conform(frame).write_parquet(staging / contract.name / "0000.parquet")
    publish(staging, warehouse)


def discover(folder: Path, warehouse: Path) -> None:
    """Discover in this process; prints seconds, megabytes, and what was found, as JSON."""
    from flows.session.preload import Preload
    from flows.session.reference import read_reference
    from flows.session.session import open_session
    from flows.settings import Settings
    from flows.stages.discover import discover as discover_files

    settings = Settings(source=str(folder), warehouse=warehouse)
    preload = Preload({}, read_reference(settings.reference))
    preload.pipelines()
    with open_session(settings, preload) as session:
        session.known.files("nothing of this name")
        before = _most_memory()
        began = time.perf_counter()
        plan = discover_files(session).plan
        seconds = time.perf_counter() - began
        found = (plan.files_unchanged, len(plan.candidates))
    print(json.dumps([seconds, (_most_memory() - before) / 1e6, *found]))


def _most_memory() -> int:
    """Most bytes this process has held at once."""
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["--"]:
        discover(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        for what, figure in measure(int(sys.argv[1]) if len(sys.argv) > 1 else FILES):
            print(f"{what}: {figure}")
