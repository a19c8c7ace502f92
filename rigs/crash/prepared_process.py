"""A process that has loaded everything a run needs, and forks children that run and are killed.

It starts no thread pool itself (a forked child must make its own), so it touches no frame. One
order a line on standard input, one answer a line on standard output, both JSON.
"""

from __future__ import annotations

import json
import os
import pickle
import select
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Self, cast

from flows.session.progress import ProgressListener
from warehouse.error import ExpectedError

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Order:
    """One run to start. It is killed ``delay`` seconds after ``stage`` begins, if one is named.

    ``damage`` names what is broken on purpose: see rigs/crash/damage.py. With the cheap pipeline
    the checks are skipped, which saves seconds per run; everything else is as in a real run.
    """

    source: str
    warehouse: str
    pipeline: str = "cheap"
    stage: str | None = None
    delay: float = 0.0
    damage: str | None = None


@dataclass(frozen=True)
class Outcome:
    """Exit code of a run (minus the signal), last stage, stages with seconds, and its result."""

    code: int
    stage: str
    stages: list[tuple[str, float]]
    result: dict[str, Any]


class PreparedProcess:
    """The parent's side: starts the process and sends it orders. A context manager."""

    def __init__(self, folder: Path, *, real: bool = False) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "rigs.crash.prepared_process", str(folder),
             "real" if real else "cheap"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )  # fmt: skip

    def run(self, order: Order) -> Outcome:
        """Carry out an order and wait for its end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(order)) + "\n")
        self._process.stdin.flush()
        return Outcome(**json.loads(self._process.stdout.readline()))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)


class Announcer(ProgressListener):
    """Listens to a run's progress and writes the stage that begins to a pipe."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe

    def announce(self, stage: str) -> None:
        os.write(self._pipe, f"{stage}\t{time.monotonic()}\n".encode())

    def begin(self, stage: str, total: int | None, unit: str) -> None:
        self.announce(stage)

    def end(self) -> None:
        self.announce("between stages")


@dataclass
class LoadedResources:
    """Takes the place of a run's `Preload`, with everything loaded already."""

    reference: Any
    loaded: dict[str, Any]
    check: Callable[..., Any]

    def pipelines(self) -> dict[str, Any]:
        return self.loaded


def run_in_child(order: Order, loaded: dict[str, Any], entity: Any, announcer: Announcer) -> Any:
    """The run itself, in a forked child."""
    from expectations import checkpoint
    from expectations.findings import ReportParts
    from flows.ingest import ingest_source
    from flows.session.check_process import check_staged
    from flows.session.nlp_store import NlpStore
    from flows.session.preload import Preload
    from flows.session.progress import progress
    from flows.session.reference import read_reference
    from flows.settings import Settings
    from flows.stages import publish as publish_stage
    from rigs.crash.damage import damage
    from warehouse.publish import publish

    announcer.announce("start")
    settings = Settings(
        source=order.source, warehouse=Path(order.warehouse), collection="crash", workers=1
    )
    if order.damage is not None:
        damage(order.damage, "start", settings)
    reference = read_reference(settings.reference)
    reference.__dict__.update({"entity": entity, "gazetteer": entity.gazetteer})
    announcer.announce("hold")
    progress.set(announcer)

    def announce(step: str) -> None:
        announcer.announce(f"publish: {step}")
        if order.damage is not None:
            damage(order.damage, f"publish: {step}", settings)

    publish_stage.publish = partial(publish, announce=announce)  # type: ignore[attr-defined]
    trim = NlpStore.trim

    def clean_up(store: NlpStore, most_bytes: int) -> None:
        announcer.announce("clean up")
        trim(store, most_bytes)

    NlpStore.trim = clean_up  # type: ignore[method-assign, assignment]
    if order.pipeline == "cheap":

        def find_nothing(con: Any, parts: ReportParts) -> None:
            parts.result = parts.findings.result()

        checkpoint.run_checkpoint = find_nothing
    if order.damage is not None:
        begin = announcer.begin

        def damaged(stage: str, total: int | None, unit: str) -> None:
            begin(stage, total, unit)
            damage(cast(str, order.damage), stage, settings)

        announcer.begin = damaged  # type: ignore[method-assign]
    preload = cast(Preload, LoadedResources(reference, loaded, check_staged))
    summary = ingest_source(settings, preload=preload)
    return {
        "status": summary.status,
        "read": summary.paragraphs_read,
        "reused": summary.paragraphs_reused,
    }


def _child(order: Order, loaded: dict[str, Any], entity: Any, pipe: int) -> None:
    code = 0
    try:
        result = run_in_child(order, loaded, entity, Announcer(pipe))
    except BaseException as problem:  # noqa: BLE001 - handed to the parent
        code = 1
        result = {"error": type(problem).__name__, "message": str(problem),
                  "is_expected": isinstance(problem, ExpectedError),
                "trace": traceback.format_exc()}  # fmt: skip
    os.write(pipe, f"result {json.dumps(result)}\t{time.monotonic()}\n".encode())
    os._exit(code)


def _follow(order: Order, pid: int, pipe: int) -> Outcome:
    """Read what the child announces; kill it when its time has come."""
    kill_at: float | None = None
    give_up_at = time.monotonic() + 120
    buffer = b""
    while True:
        until = give_up_at if kill_at is None else kill_at
        ready, _, _ = select.select([pipe], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            os.kill(pid, signal.SIGKILL)
            kill_at = None
            continue
        chunk = os.read(pipe, 65536)
        if not chunk:
            break
        buffer += chunk
        begun = [line.split("\t")[0] for line in buffer.decode().splitlines() if "\t" in line]
        if order.stage is not None and kill_at is None and order.stage in begun:
            kill_at = time.monotonic() + order.delay
    _, status = os.waitpid(pid, 0)
    lines = [line.split("\t") for line in buffer.decode().splitlines() if "\t" in line]
    result = [json.loads(name[7:]) for name, _ in lines if name.startswith("result ")]
    marks = [(name, float(at)) for name, at in lines]
    stages = [(name, after - at) for (name, at), (_, after) in pairwise(marks)]
    named = [name for name, _ in marks if not name.startswith("result ")]
    return Outcome(
        os.waitstatus_to_exitcode(status), named[-1] if named else "start", stages,
        result[0] if result else {},
    )  # fmt: skip


def entity_reference(folder: Path) -> Any:
    """Reference data about names, made in another process because making it starts threads."""
    path = folder / "entity.pickle"
    code = (
        "import pickle, sys; from flows.session.reference import read_reference; "
        "from flows.settings import Settings; "
        "pickle.dump(read_reference(Settings().reference).entity, open(sys.argv[1], 'wb'))"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True, cwd=ROOT)
    with path.open("rb") as file:
        return pickle.load(file)


def main(folder: Path, kind: str) -> None:
    """Get ready, then carry out orders until standard input ends."""
    import expectations.checkpoint  # noqa: F401 - loaded once, here
    from flows.session.pipelines import load_pipelines, pipeline_names
    from flows.settings import Settings
    from rigs.crash.cheap_pipeline import CheapPipeline
    from transforms.article.language import detect_language

    folder.mkdir(parents=True, exist_ok=True)
    entity = entity_reference(folder)
    detect_language("A sentence long enough for the language model to be loaded for it.")
    loaded: dict[str, dict[str, Any]] = {"cheap": {"en": CheapPipeline()}}
    if kind == "real":
        loaded["real"] = dict(load_pipelines(pipeline_names(Settings())))
    for line in sys.stdin:
        order = Order(**json.loads(line))
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            _child(order, loaded[order.pipeline], entity, writing)
        os.close(writing)
        outcome = _follow(order, pid, reading)
        os.close(reading)
        sys.stdout.write(json.dumps(asdict(outcome)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
