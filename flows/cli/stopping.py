"""Being told to stop: Ctrl-C and SIGTERM end a block in order, at whatever instant they come."""

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
    """Whether this process was told to stop. Remembers it, whatever a library makes of the signal.

    Libraries put handlers of their own in place of ours, and may lose what those raise or turn it
    into an error of another kind. The interpreter writes every signal's number to a socket as well.
    """

    def __init__(self, heard: socket.socket) -> None:
        self._heard = heard
        self._asked = False

    @property
    def asked(self) -> bool:
        """Whether a signal to stop has come."""
        if not self._asked:
            with contextlib.suppress(BlockingIOError):
                self._asked = not _STOP.isdisjoint(self._heard.recv(4096))
        return self._asked

    def here(self) -> None:
        """A place where stopping is easy: raise KeyboardInterrupt if somebody asked for it."""
        if self.asked:
            raise KeyboardInterrupt

    def obey(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - as signals call
        """Raise KeyboardInterrupt, once: who is told twice must not be stopped while he stops."""
        if not self._asked:
            self._asked = True
            raise KeyboardInterrupt


@contextmanager
def stopped_by_signals() -> Iterator[Stopping]:
    """Ctrl-C and SIGTERM end the block: whatever then comes out of it is a KeyboardInterrupt.

    Ctrl-C reaches every process of a terminal. Processes started in the block inherit that they do
    not hear it: a server that is gone before the run has said its last word would hold it up.
    """
    heard, told = socket.socketpair()
    with heard, told:
        heard.setblocking(False)
        told.setblocking(False)
        stopping = Stopping(heard)
        with _listening(stopping, told), _interrupts_passed_on(), _lost_in_silence(stopping):
            try:
                yield stopping
            except BaseException as problem:
                if stopping.asked and not isinstance(problem, KeyboardInterrupt):
                    raise KeyboardInterrupt from problem
                raise


@contextmanager
def _listening(stopping: Stopping, told: socket.socket) -> Iterator[None]:
    numbers_before = signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
    # A process started in the background by a script ignores Ctrl-C, and goes on doing so.
    heeded = [number for number in _STOP if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, stopping.obey) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(numbers_before)


@contextmanager
def _lost_in_silence(stopping: Stopping) -> Iterator[None]:
    """What a signal raised where nothing can be raised (a callback of C, a ``__del__``) is lost,
    and heard at the next place where stopping is easy: the terminal need not show it."""
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
    """Ctrl-C becomes SIGTERM to this process alone, once, where it reaches the listening thread."""
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
