"""How the time of each stage grows with the size of one file, for texts of odd shapes.

    python -m rigs.benchmarks shapes [PART OF A NAME]…

Each shape is run with 50, 200 and 800 KB in a process that is warm; a process that takes too long
is ended and its shape missed. Between two sizes, four times apart, no stage may take more than
5.2 times as long: linear, and a tolerance of 30 %. Seconds are the processor's, over all threads,
so that other work on the machine does not count.
"""

from __future__ import annotations

import gc
import json
import os
import select
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from flows.session.progress import ProgressListener, progress
from rigs.benchmarks import hostile_text, hostile_xml
from rigs.benchmarks.verdict import verdict

Row = tuple[str, str]
Seconds = Mapping[str, float]

SHAPES = {**hostile_text.SHAPES, **hostile_xml.SHAPES}

SIZES = (50_000, 200_000, 800_000)
_TOLERANCE = 1.3
_NOISE = 0.25
"""Seconds below which a stage's time says nothing of how it grows."""

_ENOUGH = 300
"""Seconds by the clock that a run may take; prose of the largest size takes some ten."""

_START_UP = 180


class Stopwatch(ProgressListener):
    """Seconds of the processor that each stage took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._stage = ""
        self._began = 0.0

    def begin(self, stage: str, total: int | None, unit: str) -> None:
        """Note where the stage begins."""
        self._stage, self._began = stage, time.process_time()

    def end(self) -> None:
        """Add what the stage took."""
        self.seconds[self._stage] += time.process_time() - self._began


class Growth(NamedTuple):
    """By how much more than the text a stage grew, and between which sizes."""

    ratio: float
    stage: str
    small: int
    large: int

    @property
    def most(self) -> float:
        """The most that the ratio may be."""
        return _TOLERANCE * self.large / self.small


class _Warm:
    """A process that runs one shape after another; started again after it was ended."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def run(self, shape: str, size: int) -> Seconds | None:
        """Seconds of each stage; null where the process failed or was not done in time."""
        if self._process is None:
            words = [sys.executable, "-W", "ignore", "-m", "rigs.benchmarks.shapes", "--"]
            self._process = subprocess.Popen(
                words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            self._answer(_START_UP)
        assert self._process.stdin is not None
        print(json.dumps([shape, size]), file=self._process.stdin, flush=True)
        answer = self._answer(_ENOUGH)
        if answer is None:
            self.end()
            return None
        seconds: Seconds = json.loads(answer)
        return seconds

    def _answer(self, seconds: float) -> str | None:
        assert self._process is not None
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], seconds)
        return self._process.stdout.readline() or None if ready else None

    def end(self) -> None:
        """End the process, whatever it is at."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = None


def measure(wanted: Sequence[str]) -> Iterator[Row]:
    """What was measured, and the figure: the shapes whose name has a part that is wanted."""
    preload = _Warm()
    kept = counted = 0
    try:
        for shape in SHAPES:
            if wanted and not any(part in shape for part in wanted):
                continue
            seconds = list(_runs(preload, shape))
            held, figure = _judged(seconds)
            kept, counted = kept + held, counted + 1
            yield shape.replace("|", "bar").replace(":", "colon"), figure
    finally:
        preload.end()
    yield "shapes that kept the limits", f"{kept} of {counted}: {verdict(kept == counted)}"


def _runs(preload: _Warm, shape: str) -> Iterator[Seconds | None]:
    for size in SIZES:
        seconds = preload.run(shape, size)
        yield seconds
        if seconds is None:
            return


def _judged(runs: Sequence[Seconds | None]) -> tuple[bool, str]:
    """Whether the limits were kept, and the row's figure."""
    done = [(size, run) for size, run in zip(SIZES, runs, strict=False) if run is not None]
    words = [f"{size // 1000} KB {sum(run.values()):.1f} s" for size, run in done]
    if None in runs:
        words.append(f"{SIZES[len(done)] // 1000} KB not done in {_ENOUGH} s: {verdict(False)}")
        return False, ", ".join(words)
    worst = max(_growths(done), key=lambda growth: growth.ratio / growth.most)
    held = worst.ratio <= worst.most
    slowest = max(done[-1][1], key=lambda stage: done[-1][1][stage])
    words.append(f"most in {slowest} ({done[-1][1][slowest]:.1f} s)")
    between = f"{worst.small // 1000} to {worst.large // 1000} KB"
    words.append(
        f"{worst.stage} grew most, {worst.ratio:.1f} times from {between}, at most "
        f"{worst.most:.1f}: {verdict(held)}"
    )
    return held, ", ".join(words)


def _growths(runs: Sequence[tuple[int, Seconds]]) -> Iterator[Growth]:
    for (small, before), (large, after) in pairwise(runs):
        for stage, seconds in after.items():
            ratio = seconds / max(before.get(stage, 0.0), _NOISE)
            yield Growth(ratio, stage, small, large)


def serve() -> None:
    """Run the shapes that standard input names, a line each; print seconds a stage as JSON."""
    from flows.ingest import ingest_source
    from flows.session.pipelines import pipeline_names
    from flows.session.preload import Preload
    from flows.session.reference import read_reference
    from flows.session.summary import ChecksFailed
    from flows.settings import Settings

    settings = Settings(workers=1)
    with Preload(pipeline_names(settings), read_reference(settings.reference)) as preload:

        def run(shape: str, size: int) -> Seconds:
            with tempfile.TemporaryDirectory() as place:
                folder = Path(place) / "in"
                folder.mkdir()
                suffix = Path(shape).suffix
                suffix = suffix if suffix in (".html", ".md", ".xml") else ".txt"
                text = SHAPES[shape](size)
                (folder / f"text{suffix}").write_text(text, "utf-8", newline="")
                asked = {"source": str(folder), "warehouse": Path(place) / "news.duckdb"}
                watch = Stopwatch()
                progress.set(watch)
                # What checks refuse has been through all stages but the last.
                with suppress(ChecksFailed):
                    ingest_source(settings.model_copy(update=asked), preload=preload)
                return watch.seconds

        # What is loaded on first use belongs to no shape, nor does looking through it for garbage.
        print(json.dumps(run("paragraphs", SIZES[0])), flush=True)
        gc.collect()
        gc.freeze()
        for line in sys.stdin:
            print(json.dumps(run(*json.loads(line))), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--"]:
        serve()
    else:
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        for what, figure in measure(sys.argv[1:]):
            print(f"{what}: {figure}", flush=True)
