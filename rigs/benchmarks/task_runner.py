"""The worker processes of a run against Prefect's own process-pool task runner.

    python -m rigs.benchmarks.task_runner [ARTICLES]

Both process the same paragraphs in the same batches with two processes, each batch a task of a flow
that reports to a server of the flow's own. Every figure is of a fresh process, start of workers
included; the quicker of two turns counts.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from flows.main import QUIET_AND_PRIVATE
from flows.stages.language_batches import read_batch
from flows.workers.batch import Batch
from flows.workers.process import make_resources, work
from rigs.benchmarks.news import write_articles
from rigs.benchmarks.tree import descendants, watch
from transforms.block.paragraph import paragraph_id
from warehouse.tables.paragraph import PARAGRAPH

Row = tuple[str, str]
_PROCESSES, _BATCHES, _TURNS, _SECONDS = 2, 24, 2, 600
_KINDS = {"workers": "worker processes of the run", "runner": "ProcessPoolTaskRunner"}


def measure(articles: int = 1_000) -> Iterator[Row]:
    """What was measured, and the figure."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        os.environ["PREFECT_HOME"] = str(folder / "prefect")
        yield "processed", _write_batches(folder, articles)
        watch(_words("workers", folder), _SECONDS)  # sets the server's database up
        seconds = dict.fromkeys(_KINDS, float("inf"))
        for turn in range(1, _TURNS + 1):
            for kind, title in _KINDS.items():
                seen = watch(_words(kind, folder), _SECONDS)
                took = float(seen.stdout.split()[-1])
                seconds[kind] = min(seconds[kind], took)
                yield f"{title}, turn {turn}", f"{took:.1f} s, peak {seen.peak_mb:,.0f} MB"
        yield (
            "ratio, Prefect's runner by the workers",
            f"{seconds['runner'] / seconds['workers']:.2f}",
        )
        for kind, title in _KINDS.items():
            yield f"{title}, processes left 5 s after SIGKILL", str(_left_after_kill(kind, folder))


def _words(kind: str, folder: Path) -> list[str]:
    return [sys.executable, "-W", "ignore", "-m", "rigs.benchmarks.task_runner", kind, str(folder)]


def _write_batches(folder: Path, articles: int) -> str:
    """Write the paragraphs of generated articles as parts of even size; what they are."""
    write_articles(folder / "in", articles)
    lines = {
        line
        for path in sorted((folder / "in").rglob("*.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    }
    texts = sorted(lines)
    rows = [(paragraph_id("en", text), "en", text) for text in texts]
    frame = PARAGRAPH.conform(pl.DataFrame(rows, PARAGRAPH.polars_schema, orient="row"))
    for number in range(_BATCHES):
        frame.gather_every(_BATCHES, number).write_parquet(folder / f"{number}.parquet")
    return f"{len(texts):,} paragraphs, {sum(map(len, texts)):,} characters, {_BATCHES} batches"


def _batches(folder: Path) -> list[Batch]:
    """The batches, of copies of the parts, as a batch deletes its part."""
    store = Path(tempfile.mkdtemp(dir=folder))
    batches = []
    for number in range(_BATCHES):
        part = store / f"part-{number}.parquet"
        part.hardlink_to(folder / f"{number}.parquet")
        arguments = (part, store, f"batch-{number}")
        batches.append(Batch(f"batch {number}", 1, read_batch, arguments))
    return batches


def _run(kind: str, folder: Path) -> None:
    """Process all batches once and print the seconds."""
    from prefect import flow, task
    from prefect.task_runners import ProcessPoolTaskRunner

    from flows.orchestration.embedded_server import server_of_this_command, start_ahead
    from flows.orchestration.reporting import reporting_to
    from flows.orchestration.stage_task import run_batch
    from flows.session.pipelines import pipeline_names
    from flows.settings import Settings
    from flows.workers.pool import process_workers

    settings = Settings()
    names, reference = pipeline_names(settings), settings.reference
    batches = _batches(folder)

    @flow
    def by_workers() -> None:
        with process_workers(_PROCESSES, names, reference, run_batch) as workers:
            workers.carry_out(batches, lambda _: None)

    runner: Any = ProcessPoolTaskRunner(
        _PROCESSES, initializer=_load_resources, initargs=(dict(names), reference)
    )

    @flow(task_runner=runner)
    def by_runner() -> None:
        submitted = [
            task(in_runner).with_options(name=batch.name).submit(batch.arguments)
            for batch in batches
        ]
        for future in submitted:
            future.result()

    start_ahead()
    with reporting_to(server_of_this_command()):
        began = time.perf_counter()
        (by_workers if kind == "workers" else by_runner)()
        print(time.perf_counter() - began)


def _load_resources(names: dict[str, str], reference: Path) -> None:
    from flows.workers import process

    process._resources = make_resources(names, reference)


def in_runner(arguments: tuple[Path, Path, str]) -> int:
    """One batch in a process of Prefect's runner."""
    return work(read_batch, arguments)


def _left_after_kill(kind: str, folder: Path) -> int:
    """How many worker processes live on 5 seconds after their run was killed."""
    environment = os.environ | QUIET_AND_PRIVATE
    with subprocess.Popen(
        _words(kind, folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    ) as run:
        time.sleep(15)  # every worker has loaded its models
        below = list(descendants(run.pid))[1:]
        run.kill()
    time.sleep(5)
    left = [pid for pid in below if Path(f"/proc/{pid}").exists()]
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    return len(left)


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in _KINDS:
        _run(sys.argv[1], Path(sys.argv[2]))
    else:
        for what, figure in measure(*map(int, sys.argv[1:2])):
            print(f"{what}: {figure}", flush=True)
