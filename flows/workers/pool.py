"""Who carries out a run's batches: this process, or processes beside it that last the whole run.

Workers are started fresh, never forked, load what they need once and hand results over as Parquet.
They end with the run, however it ends. Order and number of workers change nothing in the results.
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
"""Carries out the work of one named batch, and returns what it returns."""


def directly(name: str, work: Callable[[], int]) -> int:  # noqa: ARG001 - the name is for others
    """Carry out a batch at once, without anything around it."""
    return work()


class Workers(Protocol):
    """Carries out batches."""

    @property
    def size(self) -> int:
        """How many batches are carried out at once."""

    def carry_out(self, batches: Iterable[Batch], advance: Callable[[int], None]) -> int:
        """Carry out all, in about this order; the sum of what they return.

        ``batches`` is asked for more only as they are done. ``advance`` hears the costs done.
        """


def worker_count(asked: int, chars: int) -> int:
    """Processes to use: as asked, or one a core where the work is worth starting them."""
    if asked:
        return asked
    return (os.cpu_count() or 1) if chars > ONE_PROCESS_CHARS else 1


class InProcess:
    """This process alone."""

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
        """At most two batches a worker are under way at once, so that memory stays bounded.

        A thread a worker waits for it inside the batch's step, so that a step lasts as long as its
        batch.
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
    """Wait for a batch at least; the sum of what those that are done returned."""
    total = 0
    for future in wait(waiting, return_when=FIRST_COMPLETED).done:
        total += future.result()
        advance(waiting.pop(future))
    return total


@contextmanager
def process_workers(
    workers: int, names: Mapping[str, str], reference: Path, run_batch: RunBatch
) -> Iterator[ProcessWorkers]:
    """Workers while the block runs. Where it fails they are ended at once, not waited for.

    ``names`` maps languages to the names pipelines load by, ``reference`` is the folder of the
    reference tables: each worker loads its own.
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
                f"A process of the language pass ended unexpectedly ({workers} were at work); is "
                "there memory for so many? Nothing was published; what was read is kept. Run "
                "again, with fewer workers if it recurs: --workers 1."
            ) from problem
        raise
    threads.shutdown()
    pool.shutdown()


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Signals to stop wait while workers start.

    A start that is broken off half-way leaves a worker without what it is to load, and it would
    write a traceback.

    A worker inherits that SIGINT is blocked, until it can ignore it itself.
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
    """Handle signals to stop like that; the handlers before. None but the main thread has any."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    heeded: dict[int, Any] = {}
    for number in (signal.SIGINT, signal.SIGTERM):
        before = signal.getsignal(number)
        if before not in (None, signal.SIG_IGN):
            heeded[number] = signal.signal(number, handler)
    return heeded
