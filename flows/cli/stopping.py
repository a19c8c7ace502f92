"""Signal handling: Ctrl-C and SIGTERM end a block properly, whenever they come."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_STOP = frozenset({signal.SIGINT, signal.SIGTERM})


class Stopping:
    """Records whether this process has received a signal to stop, even if a library hides it.

    Libraries replace signal handlers, and may lose the exception or turn it into another one. The
    interpreter also writes every signal's number to a socket, which is read here.
    """

    def __init__(self, received: socket.socket) -> None:
        self._received = received
        self._asked = False

    @property
    def asked(self) -> bool:
        """Whether a signal to stop has come."""
        if not self._asked:
            with contextlib.suppress(BlockingIOError):
                self._asked = not _STOP.isdisjoint(self._received.recv(4096))
        return self._asked

    def raise_if_asked(self) -> None:
        """Raise KeyboardInterrupt if a signal to stop has come. Call it where stopping is safe."""
        if self.asked:
            raise KeyboardInterrupt

    def handle(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - as signals call
        """Raise KeyboardInterrupt, once: a second signal must not interrupt the cleanup."""
        if not self._asked:
            self._asked = True
            raise KeyboardInterrupt


@contextmanager
def stopped_by_signals() -> Iterator[Stopping]:
    """Ctrl-C and SIGTERM end the block, which then always raises KeyboardInterrupt.

    Ctrl-C reaches every process of a terminal. Processes started in the block inherit that SIGINT
    is blocked: a server that ended before the run has sent its last report would delay the run.
    """
    received, written = socket.socketpair()
    with received, written:
        received.setblocking(False)
        written.setblocking(False)
        stopping = Stopping(received)
        with (
            _listening(stopping, written),
            _interrupts_passed_on(),
            _silence_lost_interrupts(stopping),
        ):
            try:
                yield stopping
            except BaseException as problem:
                if stopping.asked and not isinstance(problem, KeyboardInterrupt):
                    raise KeyboardInterrupt from problem
                raise


@contextmanager
def _listening(stopping: Stopping, written: socket.socket) -> Iterator[None]:
    numbers_before = signal.set_wakeup_fd(written.fileno(), warn_on_full_buffer=False)
    # A process started in the background by a script ignores Ctrl-C, and goes on doing so.
    heeded = [number for number in _STOP if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, stopping.handle) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(numbers_before)


@contextmanager
def _silence_lost_interrupts(stopping: Stopping) -> Iterator[None]:
    """Suppress the terminal output about a KeyboardInterrupt raised where Python cannot propagate
    it (a C callback, a ``__del__``): the run stops at the next `Stopping.raise_if_asked`."""
    before = sys.unraisablehook

    def hook(lost: sys.UnraisableHookArgs) -> None:
        if isinstance(lost.exc_value, Exception) or not stopping.asked:
            before(lost)

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = before


@contextmanager
def _interrupts_passed_on() -> Iterator[None]:
    """A thread that receives Ctrl-C and sends one SIGTERM to this process only."""
    done = threading.Event()

    def pass_on() -> None:
        signal.sigwait({signal.SIGINT})
        if not done.is_set():
            os.kill(os.getpid(), signal.SIGTERM)
            while not done.is_set():
                signal.sigwait({signal.SIGINT})

    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    listener = threading.Thread(target=pass_on, name="interrupts", daemon=True)
    listener.start()
    try:
        yield
    finally:
        done.set()
        if listener.is_alive() and listener.ident is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pthread_kill(listener.ident, signal.SIGINT)
        listener.join()
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
