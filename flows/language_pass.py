"""Runs the language pass over paragraphs not read before, in this process or over workers.

Workers are started fresh, never forked, load their pipelines once and hand results over as
Parquet. They end with the run, however it ends. Order and number of workers change nothing in the
results.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import polars as pl

from flows.nlp_store import NlpStore
from transforms.identity import short_hash
from transforms.nlp import annotate, load_pipeline
from transforms.pipeline import Pipeline
from warehouse.tables.paragraph import PARAGRAPH

CHUNK_CHARS = 250_000
"""Characters a chunk: some seconds of work, so that progress moves and a killed run loses few."""

ONE_PROCESS_CHARS = 600_000
"""Below this, starting workers (each loads the pipeline for seconds) costs more than it gains."""


class WorkerDied(RuntimeError):
    """A worker of the language pass was killed, or ran out of memory."""


class PassResult(NamedTuple):
    """Paragraphs read now, and those whose results were there already."""

    read: int
    reused: int


def load_pipelines(names: Mapping[str, str]) -> dict[str, Pipeline]:
    """Pipelines by language; PipelineMissing says which is not installed."""
    return {language: load_pipeline(name) for language, name in names.items()}


def worker_count(asked: int, chars: int) -> int:
    """Processes to use: as asked, or one a core where the work is worth starting them."""
    if asked:
        return asked
    return (os.cpu_count() or 1) if chars > ONE_PROCESS_CHARS else 1


def read_paragraphs(
    paragraph: pl.DataFrame,
    store: NlpStore,
    *,
    names: Mapping[str, str],
    pipelines: Callable[[], Mapping[str, Pipeline]],
    workers: int,
    scratch: Path,
    advance: Callable[[int], None] = lambda _: None,
) -> PassResult:
    """Put the results of every paragraph (PARAGRAPH) into the store.

    ``names`` maps languages to the names pipelines load by, for workers; ``pipelines`` gives them
    loaded, for this process. ``advance`` hears the characters done.
    """
    fresh = paragraph.join(store.known_ids().to_frame(), on="paragraph_id", how="anti")
    reused = paragraph.height - fresh.height
    advance(_chars(paragraph) - _chars(fresh))
    used = worker_count(workers, _chars(fresh))
    chunks = _chunks(fresh)
    if used == 1:
        loaded = pipelines() if fresh.height else {}
        for chunk in chunks:
            _read_chunk(chunk, store, loaded)
            advance(_chars(chunk))
    else:
        _read_over_workers(chunks, store, names, used, scratch, advance)
    return PassResult(fresh.height, reused)


def _read_chunk(chunk: pl.DataFrame, store: NlpStore, pipelines: Mapping[str, Pipeline]) -> None:
    annotation = annotate(pipelines, chunk)
    name = short_hash(chunk["paragraph_id"].to_list())
    store.write(name, annotation.paragraph_sentence, annotation.paragraph_span)


def _chars(paragraph: pl.DataFrame) -> int:
    return int(paragraph["text"].str.len_chars().sum())


def _chunks(paragraph: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Chunks of about CHUNK_CHARS, each in order of id."""
    total = pl.col("text").str.len_chars().cast(pl.Int64).cum_sum()
    numbered = paragraph.sort("paragraph_id").with_columns((total // CHUNK_CHARS).alias("chunk_no"))
    for _, chunk in numbered.group_by("chunk_no", maintain_order=True):
        yield PARAGRAPH.conform(chunk.drop("chunk_no"))


_worker_pipelines: Mapping[str, Pipeline] = {}


def _start_worker(names: Mapping[str, str]) -> None:
    global _worker_pipelines
    _leave_interrupts_to_the_run()
    threading.Thread(target=_end_with_the_run, daemon=True).start()
    _worker_pipelines = load_pipelines(names)


def _leave_interrupts_to_the_run() -> None:
    """Ctrl-C reaches every process of a terminal; the run hears it and ends its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _end_with_the_run() -> None:
    """A worker whose run was killed would wait for work without end."""
    run = multiprocessing.parent_process()
    if run is not None:
        multiprocessing.connection.wait([run.sentinel])
        os._exit(1)


def _work(path: Path, folder: Path) -> int:
    chunk = pl.read_parquet(path)
    _read_chunk(chunk, NlpStore(folder), _worker_pipelines)
    path.unlink()
    return _chars(chunk)


def _read_over_workers(
    chunks: Iterator[pl.DataFrame],
    store: NlpStore,
    names: Mapping[str, str],
    workers: int,
    scratch: Path,
    advance: Callable[[int], None],
) -> None:
    """At most two chunks a worker are under way at once, so that memory stays bounded."""
    scratch.mkdir(parents=True, exist_ok=True)
    with _worker_pool(names, workers) as pool:
        waiting: set[Future[int]] = set()
        for number, chunk in enumerate(chunks):
            path = scratch / f"chunk-{number:06}.parquet"
            chunk.write_parquet(path)
            with _interrupts_held_back():
                waiting.add(pool.submit(_work, path, store.folder))
            if len(waiting) >= 2 * workers:
                waiting = _collect(waiting, advance)
        while waiting:
            waiting = _collect(waiting, advance)


@contextmanager
def _worker_pool(names: Mapping[str, str], workers: int) -> Iterator[ProcessPoolExecutor]:
    """Workers while the block runs. Where it fails they are ended at once, not waited for."""
    context = multiprocessing.get_context("spawn")
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(
        workers, mp_context=context, initializer=_start_worker, initargs=(dict(names),)
    )
    try:
        yield pool
    except BaseException as problem:
        for worker in set(multiprocessing.active_children()) - others:
            worker.kill()
        pool.shutdown(cancel_futures=True)
        if isinstance(problem, BrokenProcessPool):
            raise WorkerDied(
                f"A process of the language pass ended unexpectedly ({workers} were at work); is "
                "there memory for so many? Nothing was published; what was read is kept. Run "
                "again, with fewer workers if it recurs: --workers 1."
            ) from problem
        raise
    pool.shutdown()


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Ctrl-C waits while a worker starts, which inherits that until it can ignore it itself."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _collect(waiting: set[Future[int]], advance: Callable[[int], None]) -> set[Future[int]]:
    done, rest = wait(waiting, return_when=FIRST_COMPLETED)
    for future in done:
        advance(future.result())
    return rest
