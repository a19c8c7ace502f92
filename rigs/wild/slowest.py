"""Which files take longest: all are read one by one, the slowest and the longest are run alone.

Runs record seconds by stage, not file, so the time of a file is that of a run over it alone, from
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
from flows.ingest import ingest_source
from flows.session.pipelines import pipeline_names
from flows.session.preload import Preload
from flows.session.reference import read_reference
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
        Preload(pipeline_names(settings), read_reference(settings.reference)) as preload,
        tempfile.TemporaryDirectory(prefix="newshouse-slowest-") as place,
    ):
        preload.pipelines()
        timed = [
            (_alone(folder.path(path), Path(place) / f"{number}.duckdb", preload), one)
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


def _alone(path: Path, warehouse: Path, preload: Preload) -> float:
    """Seconds of a run over one file, in the stages that grow with what the file holds."""
    summary = ingest_source(Settings(source=str(path), warehouse=warehouse), preload=preload)
    return sum(summary.seconds.get(stage, 0.0) for stage in _STAGES)
