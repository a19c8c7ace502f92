"""One run of the pipeline in a process of its own, without Prefect, for others to measure.

    python -m rigs.benchmarks.one_run SOURCE WAREHOUSE WORKERS

Prints one line of JSON: seconds of the run apart from start-up, and what it did.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from rigs.benchmarks.tree import Watched, watch

_SECONDS = 3 * 60 * 60


class OneRun(NamedTuple):
    """What a run in a process of its own took and did."""

    wall: float
    seconds: float
    peak_mb: float
    status: str
    stages: Mapping[str, float]
    read: int
    reused: int


def measure(source: Path, warehouse: Path, workers: int) -> OneRun:
    """Run there; wall time includes start-up, memory that of all processes of the run."""
    words = [sys.executable, "-W", "ignore", "-m", "rigs.benchmarks.one_run"]
    asked = [*words, str(source), str(warehouse), str(workers)]
    done: Watched = watch(asked, _SECONDS)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return OneRun(done.seconds, result["seconds"], done.peak_mb, result["status"], result["stages"],
                  result["read"], result["reused"])  # fmt: skip


def main(source: str, warehouse: str, workers: int) -> None:
    """Run in this process, as `newshouse run` does but for Prefect."""
    from flows.ingest import ingest_source
    from flows.session.pipelines import pipeline_names
    from flows.session.preload import Preload
    from flows.session.reference import read_reference
    from flows.settings import Settings

    settings = Settings(source=source, warehouse=Path(warehouse), workers=workers)
    reference = read_reference(settings.reference)
    with Preload(pipeline_names(settings), reference, own_process=True) as preload:
        preload.pipelines()
        began = time.perf_counter()
        summary = ingest_source(settings, preload=preload)
        seconds = time.perf_counter() - began
    result = {
        "seconds": seconds, "status": summary.status, "stages": dict(summary.seconds),
        "read": summary.paragraphs_read, "reused": summary.paragraphs_reused,
    }  # fmt: skip
    print(json.dumps(result))


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    except subprocess.SubprocessError as problem:
        raise SystemExit(str(problem)) from None
