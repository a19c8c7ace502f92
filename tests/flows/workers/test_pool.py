"""Workers carry out each batch once, ask for no more than they can hold, and end when they must."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

import pytest

from flows.settings import Settings
from flows.workers.batch import Batch, Resources
from flows.workers.pool import InProcess, ProcessWorkers, WorkerDied, process_workers, worker_count

T = TypeVar("T")
REFERENCE = Settings().reference


def named(resources: Resources, number: int) -> int:
    """What a batch does here: answers with its number."""
    return number


def die(resources: Resources) -> int:
    """A batch whose process is killed, as the kernel does when memory is short."""
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


class Watching:
    """A step that notes the names, from whatever thread they come."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._lock = threading.Lock()

    def __call__(self, name: str, work: Callable[[], T]) -> T:
        with self._lock:
            self.names.append(name)
        return work()


def batches(count: int, asked: list[int]) -> Iterator[Batch]:
    for number in range(count):
        asked.append(number)
        yield Batch(f"batch {number + 1}", 10, named, (number,))


def test_in_one_process_or_several_every_batch_is_done_once() -> None:
    step, asked, done = Watching(), list[int](), list[int]()
    solo = InProcess(Resources(dict, dict), step)  # type: ignore[arg-type]
    assert solo.carry_out(batches(9, asked), done.append) == 36
    assert done == [10] * 9
    names = step.names
    step, held = Watching(), list[int]()

    def hear(cost: int) -> None:
        done.append(cost)
        held.append(len(asked) - len(done))

    asked.clear()
    done.clear()
    with process_workers(2, {}, REFERENCE, step) as workers:
        assert isinstance(workers, ProcessWorkers)
        assert workers.carry_out(batches(9, asked), hear) == 36
    assert (sorted(step.names), done) == (names, [10] * 9)
    assert max(held) <= 2 * workers.size


def test_a_killed_worker_ends_the_workers_with_what_to_do() -> None:
    with (
        pytest.raises(WorkerDied, match="--workers 1"),
        process_workers(1, {}, REFERENCE, Watching()) as workers,
    ):
        workers.carry_out([Batch("dies", 1, die, ())], lambda _: None)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_workers_start_is_obeyed_once_all_have(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []
    submit = ProcessPoolExecutor.submit

    def interrupted(pool: ProcessPoolExecutor, function: Any, *given: Any) -> Any:
        signal.raise_signal(number)
        started.append(1)
        return submit(pool, function, *given)

    monkeypatch.setattr(ProcessPoolExecutor, "submit", interrupted)
    before = signal.signal(number, signal.default_int_handler)
    try:
        with (
            pytest.raises(KeyboardInterrupt),
            process_workers(2, {}, REFERENCE, Watching()),
        ):
            pytest.fail("the block is not entered")
    finally:
        assert signal.signal(number, before) == signal.default_int_handler
    assert len(started) == 2
    assert multiprocessing.active_children() == []


def test_small_work_is_not_worth_a_process() -> None:
    assert worker_count(0, 10_000) == 1
    assert worker_count(0, 10_000_000) == os.cpu_count()
    assert worker_count(3, 10) == 3
