"""Which files take longest: all are read one by one, the slowest and the longest are run alone.

Runs tell seconds by stage, not by file; so the time of a file is that of a run over it alone, from
reading to names, without the checks and the publication, which are of the whole warehouse.
"""

from __future__ import annotations

import io
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from flows.extract import ExtractedRecord, extract
from flows.session.pipelines import pipeline_names
from flows.session.preload import Warm
from flows.session.reference import read_reference
from flows.session.run import run_once
from flows.settings import Settings
from rigs.wild.folder import Folder

_STAGES = ("extract", "compare", "blocks", "language", "mentions", "entities", "links")


class Read(NamedTuple):
    """One file as read alone: seconds of reading, characters of its records."""

    path: bytes
    seconds: float
    chars: int


def slowest_files(folder: Folder, count: int) -> Iterator[str]:
    """One line for each of the ``count`` slowest files, slowest first."""
    read = [_read(folder, path) for path in folder.listing()]
    candidates = {
        one.path: one
        for chosen in (
            sorted(read, key=lambda one: -one.seconds)[: (count + 1) // 2],
            sorted(read, key=lambda one: -one.chars)[:count],
        )
        for one in chosen
    }
    settings = Settings()
    with (
        Warm(pipeline_names(settings), read_reference(settings.reference)) as warm,
        tempfile.TemporaryDirectory(prefix="newshouse-slowest-") as place,
    ):
        warm.pipelines()
        timed = [
            (_alone(folder.path(path), Path(place) / f"{number}.duckdb", warm), one)
            for number, (path, one) in enumerate(list(candidates.items())[:count])
        ]
    for seconds, one in sorted(timed, key=lambda pair: -pair[0]):
        yield (
            f"{seconds:6.2f} s ({one.seconds:.2f} s of reading), {one.chars:,} characters: "
            f"{os.fsdecode(one.path)!a}"
        )


def _read(folder: Folder, path: bytes) -> Read:
    data = folder.path(path).read_bytes()
    began = time.perf_counter()
    items = list(extract(os.fsdecode(path), io.BytesIO(data)).items)
    seconds = time.perf_counter() - began
    return Read(path, seconds, sum(len(i.text) for i in items if isinstance(i, ExtractedRecord)))


def _alone(path: Path, warehouse: Path, warm: Warm) -> float:
    """Seconds of a run over one file, in the stages that grow with what the file holds."""
    summary = run_once(Settings(source=str(path), warehouse=warehouse), warm=warm)
    return sum(summary.seconds.get(stage, 0.0) for stage in _STAGES)
