"""Checks that the workers of a cluster fit a run: same versions, same pipelines, shared folder."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from functools import cache, partial
from typing import Any, NamedTuple

from flows.session.pipelines import load_pipelines
from flows.version import CODE_VERSION
from flows.workers.exchange import SEEN, ClusterError, get, one_line
from transforms.nlp.pipeline import Component, Pipeline, PipelineMissing

_WORKERS_SECONDS = 15
_EXAMINE_SECONDS = 120
"""A worker loads the pipeline before it answers."""


class Fitness(NamedTuple):
    """Versions and problems that a worker reports before it gets work."""

    code: str
    python: str
    components: Mapping[str, Component]
    problem: str | None


@cache
def pipelines(names: tuple[tuple[str, str], ...]) -> Mapping[str, Pipeline]:
    """On a worker: its pipelines by language, loaded once."""
    return load_pipelines(dict(names))


def examine(shared: str, names: Mapping[str, str]) -> Fitness:
    """On a worker: check that it can read the run's shared folder, and load the pipelines."""
    fitness = partial(Fitness, CODE_VERSION, _python())
    try:
        get(f"{shared}/{SEEN}")
    except (OSError, ImportError, ValueError) as problem:
        return fitness({}, (
            f"it cannot read {shared} ({one_line(problem)}). Put the warehouse in a folder that "
            "all machines share, or name one, or a bucket: --shared s3://bucket/newshouse."
        ))  # fmt: skip
    try:
        loaded = pipelines(tuple(sorted(names.items())))
    except PipelineMissing as problem:
        return fitness({}, str(problem))
    return fitness({language: p.component for language, p in loaded.items()}, None)


def fit_workers(
    client: Any, address: str, shared: str, names: Mapping[str, str],
    components: Mapping[str, Component],
) -> int:  # fmt: skip
    """Number of workers, all found fit; ClusterError names the first that is not."""
    try:
        client.wait_for_workers(1, timeout=_WORKERS_SECONDS)
    except TimeoutError:
        raise ClusterError(
            f"The scheduler at {address} has no worker. Start some where newshouse is installed: "
            f"dask worker {address} --nthreads 1 --nworkers auto"
        ) from None
    workers = list(client.scheduler_info(n_workers=-1)["workers"])
    asked = {
        worker: client.submit(
            examine, shared, dict(names), workers=[worker], allow_other_workers=False, pure=False
        )
        for worker in workers
    }
    mine = Fitness(CODE_VERSION, _python(), components, None)
    for worker, answer in asked.items():
        try:
            fitness = answer.result(timeout=_EXAMINE_SECONDS)
        except TimeoutError:
            raise ClusterError(f"Worker {worker} does not answer. Restart it.") from None
        except Exception as problem:  # any cause: code or a library missing on the worker
            raise ClusterError(
                f"Worker {worker} cannot run newshouse ({one_line(problem)}). Install the same "
                f"release there: pip install 'newshouse[dask]=={CODE_VERSION}'."
            ) from problem
        _refuse_unfit(worker, fitness, mine)
    return len(workers)


def _refuse_unfit(worker: str, fitness: Fitness, mine: Fitness) -> None:
    if fitness.problem is not None:
        raise ClusterError(f"Worker {worker}: {fitness.problem}")
    for what, theirs, ours in (
        ("newshouse", fitness.code, mine.code),
        ("Python", fitness.python, mine.python),
        *(
            (f"the pipeline for {language}", fitness.components.get(language), component)
            for language, component in mine.components.items()
        ),
    ):
        if theirs != ours:
            raise ClusterError(
                f"Worker {worker} has another version of {what} ({_shown(theirs)}) than this run "
                f"({_shown(ours)}), and rows would differ. Install the same there and restart it."
            )


def _shown(version: object) -> str:
    return f"{version.name} {version.version}" if isinstance(version, Component) else str(version)


def _python() -> str:
    return ".".join(platform.python_version_tuple()[:2])
