"""Runs a command and watches the memory of it and all its children together. Linux only."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from flows.main import QUIET_AND_PRIVATE

_EVERY_SECONDS = 0.25


class Watched(NamedTuple):
    """What a command printed, how long it took, and the most memory its processes held at once."""

    stdout: str
    seconds: float
    peak_mb: float


def watch(words: Sequence[str], timeout: float) -> Watched:
    """Run the command; SubprocessError where it fails or takes longer than ``timeout`` seconds.

    Memory is the proportional set size: what processes share is counted once.
    """
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        began = time.perf_counter()
        # As the command line sets it: one thread a process for linear algebra, no telemetry.
        environment = QUIET_AND_PRIVATE | os.environ
        process = subprocess.Popen(words, stdout=out, stderr=errors, env=environment)
        peak, over = [0], threading.Event()
        watcher = threading.Thread(target=_follow, args=(process.pid, peak, over))
        watcher.start()
        try:
            code = process.wait(timeout)
        finally:
            over.set()
            watcher.join()
            if process.poll() is None:
                process.kill()
                process.wait()
        seconds = time.perf_counter() - began
        out.seek(0)
        errors.seek(0)
        if code:
            raise subprocess.SubprocessError(f"{words}: exit code {code}: {errors.read()[-2000:]}")
        return Watched(out.read(), seconds, peak[0] / 1024)


def _follow(pid: int, peak: list[int], over: threading.Event) -> None:
    while not over.wait(_EVERY_SECONDS):
        peak[0] = max(peak[0], sum(_kilobytes(each) for each in descendants(pid)))


def descendants(pid: int) -> Iterator[int]:
    """A process and everything that it started, by process id."""
    yield pid
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = path.read_text().split()
        except OSError:  # ended meanwhile
            continue
        for child in children:
            yield from descendants(int(child))


def _kilobytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # ended meanwhile
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
