"""Runs batches in this process or in a process pool that lives as long as the run.

Worker processes are spawned, never forked; they load pipelines and tables once and return results
as Parquet files. They end with the run, also if it is killed. Results do not depend on the order of
batches or the number of workers. Prefect's ProcessPoolTaskRunner took twice as long for the same
batches and left its processes behind a killed run (`python -m rigs.benchmarks.task_runner`).
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import (
    FIRST_COMPLETED,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

from flows.workers.batch import Batch, Resources
from flows.workers.process import get_ready, start_worker, work
from warehouse.error import ExpectedError

T = TypeVar("T")

ONE_PROCESS_CHARS = 600_000
"""Below this, starting workers (each loads the pipeline for seconds) costs more than it gains."""


class WorkerDied(ExpectedError):
    """A worker was killed, or ran out of memory."""


RunBatch = Callable[[str, Callable[[], int]], int]
"""Type of a function that runs the work of one named batch and returns its result."""


def directly(name: str, work: Callable[[], int]) -> int:  # noqa: ARG001 - the name is for others
    """Run a batch directly, without a Prefect task."""
    return work()


class Workers(Protocol):
    """Executor of batches."""

    @property
    def size(self) -> int:
        """How many batches run at once."""

    def carry_out(self, batches: Iterable[Batch], advance: Callable[[int], None]) -> int:
        """Run all batches in roughly this order and return the sum of their results.

        ``batches`` is consumed only as earlier ones are done. ``advance`` is called with the cost
        of each batch done.
        """


def worker_count(asked: int, chars: int) -> int:
    """Processes to use: as asked, else one per core if the work is worth starting them."""
    if asked:
        return asked
    return (os.cpu_count() or 1) if chars > ONE_PROCESS_CHARS else 1


class InProcess:
    """Runs batches in this process only."""

    size = 1

    def __init__(self, resources: Resources, run_batch: RunBatch) -> None:
        self._resources = resources
        self._run_batch = run_batch

    def carry_out(self, batches: Iterable[Batch], advance: Callable[[int], None]) -> int:
        """One after the other."""
        total = 0
        for batch in batches:
            do = partial(batch.function, self._resources, *batch.arguments)
            total += self._run_batch(batch.name, do)
            advance(batch.cost)
        return total


class ProcessWorkers:
    """Processes of this machine; `process_workers` starts and ends them."""

    def __init__(self, pool: ProcessPoolExecutor, threads: ThreadPoolExecutor, size: int,
                 run_batch: RunBatch) -> None:  # fmt: skip
        self.size = size
        self._pool = pool
        self._threads = threads
        self._run_batch = run_batch

    def carry_out(self, batches: Iterable[Batch], advance: Callable[[int], None]) -> int:
        """At most two batches per worker are submitted at once, so that memory stays bounded.

        One thread per worker waits inside the task of the batch, so that the task lasts as long as
        its batch.
        """
        total, waiting = 0, dict[Future[int], int]()
        for batch in batches:
            at_a_worker = partial(self._at_a_worker, batch)
            shown = partial(copy_context().run, self._run_batch, batch.name, at_a_worker)
            waiting[self._threads.submit(shown)] = batch.cost
            if len(waiting) >= 2 * self.size:
                total += _collect(waiting, advance)
        while waiting:
            total += _collect(waiting, advance)
        return total

    def _at_a_worker(self, batch: Batch) -> int:
        return self._pool.submit(work, batch.function, batch.arguments).result()


def _collect(waiting: dict[Future[int], int], advance: Callable[[int], None]) -> int:
    """Wait for at least one batch; the sum of the results of those that are done."""
    total = 0
    for future in wait(waiting, return_when=FIRST_COMPLETED).done:
        total += future.result()
        advance(waiting.pop(future))
    return total


@contextmanager
def process_workers(
    workers: int, names: Mapping[str, str], reference: Path, run_batch: RunBatch
) -> Iterator[ProcessWorkers]:
    """A process pool while the block runs; if the block fails, the processes are killed at once.

    ``names`` maps languages to pipeline names, ``reference`` is the folder of the reference tables:
    each worker loads its own.
    """
    context = multiprocessing.get_context("spawn")
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(
        workers, mp_context=context, initializer=start_worker, initargs=(dict(names), reference)
    )
    threads = ThreadPoolExecutor(workers, "batch")
    try:
        with _interrupts_held_back():
            for _ in range(workers):
                pool.submit(get_ready)
        yield ProcessWorkers(pool, threads, workers, run_batch)
    except BaseException as problem:
        for worker in set(multiprocessing.active_children()) - others:
            worker.kill()
        pool.shutdown(cancel_futures=True)
        threads.shutdown(cancel_futures=True)
        if isinstance(problem, BrokenProcessPool):
            raise WorkerDied(
                f"A process of the language pass ended unexpectedly ({workers} were running). Is "
                "there memory for so many? Nothing was published; language results are kept. Run "
                "again, with fewer workers if it recurs: --workers 1."
            ) from problem
        raise
    threads.shutdown()
    pool.shutdown()


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Delay SIGINT and SIGTERM while workers start.

    A worker whose start is interrupted lacks its arguments and would print a traceback. Workers
    inherit that SIGINT is blocked, until they ignore it themselves.
    """
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    came: list[int] = []
    handlers = _replace_handlers(lambda number, _frame: came.append(number))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        for number in came[:1]:
            signal.raise_signal(number)


def _replace_handlers(handler: Callable[[int, Any], None]) -> dict[int, Any]:
    """Install a handler for SIGINT and SIGTERM and return the old ones; main thread only."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    heeded: dict[int, Any] = {}
    for number in (signal.SIGINT, signal.SIGTERM):
        before = signal.getsignal(number)
        if before not in (None, signal.SIG_IGN):
            heeded[number] = signal.signal(number, handler)
    return heeded
