"""Told to stop, a block ends with KeyboardInterrupt, whatever a library makes of the signal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest

from flows.cli.console import Bars
from flows.cli.stopping import stopped_by_signals

ROOT = Path(__file__).resolve().parents[3]


def send(number: int) -> None:
    """Send this process a signal and give the interpreter time to notice."""
    os.kill(os.getpid(), number)
    for _ in range(200):
        time.sleep(0.005)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_block(number: int) -> None:
    with pytest.raises(KeyboardInterrupt), stopped_by_signals():
        send(number)


def test_a_signal_that_a_library_turns_into_an_error_of_its_own() -> None:
    def handler(number: int, frame: FrameType | None) -> None:
        raise ValueError("Task run is not set")

    with pytest.raises(KeyboardInterrupt), stopped_by_signals():  # noqa: PT012
        signal.signal(signal.SIGTERM, handler)
        send(signal.SIGINT)


def test_a_signal_that_a_library_swallows_stops_the_run_when_the_bar_moves() -> None:
    with (  # noqa: PT012
        pytest.raises(KeyboardInterrupt),
        stopped_by_signals() as stopping,
        Bars(stopping.raise_if_asked) as bars,
    ):
        signal.signal(signal.SIGTERM, lambda _number, _frame: None)
        bars.begin("extract", 2, "files")
        send(signal.SIGTERM)
        bars.advance(1)


class TellsAtItsEnd:
    """What raises in a ``__del__`` is written to standard error by Python, and lost."""

    def __init__(self, problem: type[Exception] | None = None) -> None:
        self.problem = problem

    def __del__(self) -> None:
        if self.problem is not None:
            raise self.problem
        send(signal.SIGTERM)


def test_a_signal_lost_where_nothing_can_be_raised_stops_the_run_later_without_output(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda lost: written.append(lost.exc_type))

    with pytest.raises(KeyboardInterrupt), stopped_by_signals() as stopping:  # noqa: PT012
        TellsAtItsEnd(ValueError)
        TellsAtItsEnd()
        assert stopping.asked
        TellsAtItsEnd(TypeError)
        stopping.raise_if_asked()

    assert written == [ValueError, TypeError]


def test_a_second_signal_does_not_interrupt_the_cleanup() -> None:
    tidied = []

    @contextmanager
    def at_work() -> Iterator[None]:
        try:
            yield
        finally:
            send(signal.SIGINT)
            send(signal.SIGTERM)
            tidied.append("all")

    with pytest.raises(KeyboardInterrupt), stopped_by_signals(), at_work():
        send(signal.SIGINT)
    assert tidied == ["all"]


def test_an_error_without_a_signal_stays_what_it_is() -> None:
    with pytest.raises(ValueError, match="mine"), stopped_by_signals():
        raise ValueError("mine")


def test_signals_are_afterwards_what_they_were_before() -> None:
    def state() -> tuple[object, object]:
        return signal.getsignal(signal.SIGTERM), signal.pthread_sigmask(signal.SIG_BLOCK, ())

    before = state()
    for _ in range(3):
        with stopped_by_signals():
            pass
    assert state() == before
    with pytest.raises(KeyboardInterrupt):
        send(signal.SIGINT)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_command_that_does_not_listen_itself_ends_in_one_line(number: int) -> None:
    slow = (
        "import os, sys, time, types; import flows.main; "
        "app = types.ModuleType('flows.cli.app'); "
        f"app.app = lambda: (os.kill(os.getpid(), {int(number)}), time.sleep(30)); "
        "sys.modules['flows.cli.app'] = app; flows.main.main()"
    )
    run = subprocess.run(
        [sys.executable, "-c", slow], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (run.returncode, run.stdout, run.stderr) == (130, "", "Interrupted.\n")
