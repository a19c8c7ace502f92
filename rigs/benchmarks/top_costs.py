"""Where the time of a run goes: the ten functions of the project with the most, library code
counted to whoever called it. Compiled code of spaCy and thinc hides its caller: it is the network
of the language pass and the tokens made for it, and has a line of its own.

    python -m rigs.benchmarks.top_costs [ARTICLES]

One process, so that one sampler sees everything; the checks, which run beside it otherwise, too.
"""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path

from pyinstrument import Profiler
from pyinstrument.frame import Frame

from flows.ingest import ingest_source
from flows.session.pipelines import pipeline_names
from flows.session.preload import Preload
from flows.session.reference import read_reference
from flows.settings import Settings
from rigs.benchmarks.news import ROOT, write_articles

Row = tuple[str, str]

_ROOMS = ("flows", "transforms", "expectations", "warehouse")
_SHOWN = 10
_ELSEWHERE = "elsewhere"


def measure(articles: int = 2_000) -> Iterator[Row]:
    """What was measured, and the figure."""
    import expectations.checkpoint  # noqa: F401 - its import is start-up

    settings = Settings()
    with (
        tempfile.TemporaryDirectory() as place,
        Preload(pipeline_names(settings), read_reference(settings.reference)) as preload,
    ):
        preload.pipelines()
        folder = Path(place)
        write_articles(folder / "in", articles)
        given = {"source": str(folder / "in"), "warehouse": folder / "w.duckdb", "workers": 1}
        with Profiler(interval=0.005) as profiler:
            ingest_source(Settings(**given), preload=preload)  # type: ignore[arg-type]
    assert profiler.last_session is not None
    root = profiler.last_session.root_frame()
    assert root is not None
    costs: dict[str, float] = defaultdict(float)
    _add(root, _ELSEWHERE, costs)
    total = sum(costs.values())
    ranked = sorted(costs.items(), key=itemgetter(1), reverse=True)[:_SHOWN]
    for number, (name, seconds) in enumerate(ranked, 1):
        yield f"cost {number}", f"{name} {seconds:.1f} s, {seconds / total:.1%}"


def _add(frame: Frame, caller: str, costs: dict[str, float]) -> None:
    """Give each frame's own time to the nearest function of the project above it."""
    path = Path(frame.file_path) if frame.file_path else None
    if path is not None and path.suffix == ".pyx" and caller == _ELSEWHERE:
        caller = "spaCy and thinc, compiled"
    elif path is not None and path.is_relative_to(ROOT):
        inside = path.relative_to(ROOT)
        if inside.parts[0] in _ROOMS:
            caller = f"{'.'.join(inside.with_suffix('').parts)}.{frame.function}"
    costs[caller] += frame.time - sum(child.time for child in frame.children)
    for child in frame.children:
        _add(child, caller, costs)


if __name__ == "__main__":
    for what, figure in measure(*[int(word) for word in sys.argv[1:2]]):
        print(f"{what}: {figure}", flush=True)
