"""A module of this program in a process of its own, which ends with the one that started it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Sequence


class ChildProcess:
    """A process that starts when this object is created.

    Its standard input is a pipe from this process. The pipe ends when this process closes it or
    ends for any reason, also when it is killed: the module must then end. The process has a group
    of its own, so that Ctrl-C at a terminal, which reaches a whole group, does not end it.

    Attributes:
        stop_seconds: time to end by itself, before it is killed; 0 where it has nothing to save.
    """

    stop_seconds = 0.0

    def __init__(
        self,
        module: str,
        *words: str,
        stdout: int = subprocess.DEVNULL,
        descriptors: Sequence[int] = (),
    ) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
            [sys.executable, "-P", "-m", module, *words],
            stdin=subprocess.PIPE,
            stdout=stdout,
            stderr=subprocess.DEVNULL,
            pass_fds=descriptors,
            process_group=0,
        )

    def has_ended(self) -> bool:
        """Whether the process has ended."""
        return self._process.poll() is not None

    def close(self) -> None:
        """End the process; kill it if it has nothing to save or does not end by itself."""
        with self._process as process:
            assert process.stdin is not None
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(self.stop_seconds)
            process.kill()
