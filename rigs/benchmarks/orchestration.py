"""What Prefect costs: the same run with and without it, and the start of a run that has no server.

    python -m rigs.benchmarks.orchestration [ARTICLES]

Each figure comes from a fresh process. `flow` and `direct` are the same work in the same process,
against a server that runs already; start-up is the time until the first step begins, from the
start of the process, with a server of the run's own and without Prefect. Seconds of processor time
stand beside those of the clock, as they hold on a busy machine too.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from flows.main import QUIET_AND_PRIVATE
from rigs.benchmarks.news import SEEDS, write_articles

T = TypeVar("T")
Row = tuple[str, str]

_STARTS, _TURNS = 3, 2
"""Starts and whole runs of each kind, taken in turns; the quickest counts, as others were
disturbed."""


class Took(NamedTuple):
    """Seconds of the clock, and of the processor with all processes that were waited for."""

    clock: float
    processor: float


def main() -> None:
    """Measure, or be the process that is measured."""
    if sys.argv[1:2] == ["--process"]:
        print(json.dumps(_measured(*sys.argv[2:])))
        return
    for what, figure in measure(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000):
        print(f"{what}: {figure}", flush=True)


def measure(articles: int) -> Iterator[Row]:
    """What was measured, and the figure."""
    with tempfile.TemporaryDirectory() as place:
        home = Path(place) / "prefect"
        _in_process("embedded", str(SEEDS), home)  # sets the database up
        best = _in_turns(("direct", "embedded"), str(SEEDS), home, _STARTS)
        for how, took in best.items():
            yield f"start to first step, {how}", f"{took.clock:.1f} s ({took.processor:.1f} s CPU)"
        extra = best["embedded"].clock - best["direct"].clock
        yield "start-up that Prefect adds to an embedded run", f"{extra:.1f} s (limit 4 s)"
        source = Path(place) / "in"
        write_articles(source, articles)
        whole = _in_turns(("whole-direct", "whole-flow"), str(source), home, _TURNS)
        direct, flow = whole.values()
        title = f"{articles:,} articles"
        yield f"{title}, direct", f"{direct.clock:.1f} s ({direct.processor:.1f} s CPU)"
        yield f"{title}, as a flow", f"{flow.clock:.1f} s ({flow.processor:.1f} s CPU)"
        yield (
            f"{title}, what orchestration adds",
            f"{flow.clock / direct.clock - 1:+.1%} of the clock, "
            f"{flow.processor / direct.processor - 1:+.1%} of the processor (limit +10 %)",
        )


def _in_turns(hows: tuple[str, ...], source: str, home: Path, turns: int) -> dict[str, Took]:
    """The least of the clock and the least of the processor that each kind took."""
    took: dict[str, list[Took]] = {how: [] for how in hows}
    for _ in range(turns):
        for how in hows:
            took[how].append(_in_process(how, source, home))
    return {how: Took(*map(min, zip(*each, strict=True))) for how, each in took.items()}


def _in_process(how: str, source: str, home: Path) -> Took:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    words = [sys.executable, "-W", "ignore", "-m", "rigs.benchmarks.orchestration", "--process"]
    done = subprocess.run(
        [*words, how, source, repr(time.time())], capture_output=True, text=True, check=False,
        env=clean | QUIET_AND_PRIVATE | {"PREFECT_HOME": str(home)},
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{how} failed: {done.stderr[-2000:]}")
    return Took(*json.loads(done.stdout.splitlines()[-1]))


class FirstStep(RuntimeError):
    """Raised by the first step: the start is over."""


def _measured(how: str, source: str, born: str) -> tuple[float, float]:
    """Seconds of the clock and of the processor that one kind of run takes."""
    from flows.orchestration.embedded_server import start_ahead
    from flows.session.pipelines import pipeline_names
    from flows.session.preload import Preload
    from flows.session.reference import read_reference
    from flows.settings import Settings

    if how in ("embedded", "whole-flow"):
        start_ahead()
        _import_prefect()
    with tempfile.TemporaryDirectory() as place:
        settings = Settings(source=source, warehouse=Path(place) / "news.duckdb", workers=1)
        reference = read_reference(settings.reference)
        with Preload(pipeline_names(settings), reference, own_process=True) as preload:
            run = _runner(how, settings, preload)
            if how.startswith("whole"):
                preload.pipelines()
                began, used = time.perf_counter(), _processor()
                run()
                return time.perf_counter() - began, _processor() - used
            ended: list[float] = []
            _note_first_step(ended)
            run()
            return ended[0] - float(born), _processor()


def _runner(how: str, settings: Any, preload: Any) -> Callable[[], object]:
    """A function that runs the settings, with Prefect or without it."""
    from flows.ingest import ingest_source

    if how in ("direct", "whole-direct"):
        return lambda: ingest_source(settings, preload=preload)
    ingest, reporting_to, server_of_this_command = _import_prefect()
    ingest.preload_of_caller.set(preload)

    def run() -> object:
        with reporting_to(server_of_this_command()), ingest.without_default_heartbeat():
            return ingest.ingest(settings, return_state=True)

    return run


def _import_prefect() -> tuple[Any, Any, Any]:
    """As the command does, which loads models once this is done."""
    from flows.session.quick_import import quick_imports

    with quick_imports():
        from flows import ingest
        from flows.orchestration.embedded_server import server_of_this_command
        from flows.orchestration.reporting import reporting_to
    return ingest, reporting_to, server_of_this_command


def _note_first_step(ended: list[float]) -> None:
    """Record when the first step begins."""
    from flows.tasks import discover

    work = discover.work

    def noted(session: Any) -> Any:
        ended.append(time.time())
        return work(session)

    discover.work = noted


def _processor() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


if __name__ == "__main__":
    main()
