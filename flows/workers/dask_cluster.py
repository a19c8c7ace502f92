"""Runs the language stage on an existing Dask cluster through Prefect's Dask task runner.

Paragraphs and results are exchanged as Parquet files in a folder or bucket that all machines can
read. Each reason why a cluster cannot be used (no library, no scheduler, no worker, other versions,
a folder not visible) is an error of one line that says what to do. The cluster itself is neither
started nor stopped here.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fsspec
import polars as pl

from flows.workers.batch import Batch
from flows.workers.compatibility import fit_workers, pipelines
from flows.workers.exchange import SEEN, ClusterError, clear, get, put, remove
from flows.workers.pool import WorkerDied
from transforms.nlp.annotation import short_name
from transforms.nlp.paragraph_reading import annotate_skipping_failures
from transforms.nlp.pipeline import Component
from warehouse.contract import Contract
from warehouse.tables import ANNOTATIONS

if TYPE_CHECKING:
    from prefect_dask.task_runners import DaskTaskRunner

_CONNECT_SECONDS = 15
_NO_WORKER_SECONDS = 60
"""A cluster without any worker for this many seconds is given up as stopped."""

_CHUNK = "paragraph.parquet"


def _file_name(contract: Contract) -> str:
    """The end of the name of a file of annotations."""
    return f"{short_name(contract)}.parquet"


def refuse_missing_library() -> None:
    """Raise ClusterError where the extra is not installed."""
    try:
        import prefect_dask  # noqa: F401
    except ImportError:
        raise ClusterError(
            "--runner dask needs Dask: pip install 'newshouse[dask]', here and on every worker."
        ) from None


@contextmanager
def dask_workers(
    address: str, shared: str, names: Mapping[str, str], components: Mapping[str, Component]
) -> Iterator[DaskWorkers]:
    """The workers of the scheduler at that address, while the block runs.

    ``shared`` is an empty folder or bucket prefix used only by this run; its files are removed at
    the end. ``components`` are those of this process, by language: workers must have the same.
    """
    refuse_missing_library()
    from prefect_dask.task_runners import DaskTaskRunner

    with (
        _reporting_to_one_server(),
        DaskTaskRunner(address=address, client_kwargs={"timeout": _CONNECT_SECONDS}) as runner,
    ):
        try:
            client = runner.client
        except (OSError, ValueError, TimeoutError):
            raise ClusterError(
                f"No Dask scheduler answers at {address}. Start one with `dask scheduler`, or "
                "give its address as it prints it: --address tcp://host:8786."
            ) from None
        put(f"{shared}/{SEEN}", b"newshouse")
        try:
            workers = fit_workers(client, address, shared, names, components)
            yield DaskWorkers(runner, workers, shared, names)
        finally:
            clear(shared)


@contextmanager
def _reporting_to_one_server() -> Iterator[None]:
    """Make cluster workers report their tasks to the same server as this process."""
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL, temporary_settings

    if PREFECT_API_URL.value():
        yield
        return
    with get_client(sync_client=True) as client:
        url = str(client.api_url)
        with temporary_settings({PREFECT_API_URL: url}):
            yield


_one_at_a_time = threading.Lock()
"""A pipeline's vocabulary is not thread-safe: one thread of a worker uses it at a time."""


def read_on_worker(names: tuple[tuple[str, str], ...], place: str) -> int:
    """On a worker: process the paragraphs at a place and write the results beside them.

    Raises ClusterError and writes nothing if the run has ended and cleared the shared place
    meanwhile, as nothing would remove the results.
    """
    folder = place.rpartition("/")[0]
    paragraph = pl.read_parquet(get(f"{place}-{_CHUNK}"))
    with _one_at_a_time:
        annotations = annotate_skipping_failures(pipelines(names), paragraph)
    try:
        get(f"{folder}/{SEEN}")
    except FileNotFoundError:
        raise ClusterError(
            f"{folder} was emptied while a batch was running: the run has ended, or another "
            "program deletes files there. Run again with a place that no other program uses."
        ) from None
    for contract in ANNOTATIONS:
        with fsspec.open(f"{place}-{_file_name(contract)}", "wb") as file:
            annotations[contract.name].write_parquet(file)
    return paragraph.height


class DaskWorkers:
    """Workers of a Dask cluster for the language stage only; `dask_workers` connects to them."""

    def __init__(
        self, runner: DaskTaskRunner, size: int, shared: str, names: Mapping[str, str]
    ) -> None:
        self.size = size
        self._runner = runner
        self._shared = shared
        self._names = tuple(sorted(names.items()))

    def carry_out(self, batches: Iterable[Batch], advance: Callable[[int], None]) -> int:
        """At most two batches per worker run at once; those of a killed worker go to the others."""
        total, waiting = 0, dict[Any, Batch]()
        try:
            for batch in batches:
                waiting[self._submit(batch)] = batch
                if len(waiting) >= 2 * self.size:
                    total += self._collect(waiting, advance)
            while waiting:
                total += self._collect(waiting, advance)
        finally:
            self._runner.client.cancel([future.wrapped_future for future in waiting])
        return total

    def _submit(self, batch: Batch) -> Any:
        from prefect import task
        from prefect.cache_policies import NO_CACHE

        chunk, _, name = batch.arguments
        place = f"{self._shared}/{name}"
        put(f"{place}-{_CHUNK}", Path(chunk).read_bytes())
        read = task(name=batch.name, persist_result=False, cache_policy=NO_CACHE)(read_on_worker)
        return self._runner.submit(read, {"names": self._names, "place": place})

    def _collect(self, waiting: dict[Any, Batch], advance: Callable[[int], None]) -> int:
        """Wait for at least one batch, store its results, and return the amount processed."""
        from flows.session.nlp_store import NlpStore

        self._wait([future.wrapped_future for future in waiting])
        total = 0
        for future in [f for f in waiting if f.wrapped_future.status != "pending"]:
            batch = waiting.pop(future)
            if future.wrapped_future.status != "finished":
                raise self._died()
            total += int(future.result())
            chunk, store, name = batch.arguments
            place = f"{self._shared}/{name}"
            annotations = {
                contract.name: pl.read_parquet(get(f"{place}-{_file_name(contract)}"))
                for contract in ANNOTATIONS
            }
            NlpStore(Path(store)).write(name, annotations)
            for suffix in (_CHUNK, *map(_file_name, ANNOTATIONS)):
                remove(f"{place}-{suffix}")
            Path(chunk).unlink()
            advance(batch.cost)
        return total

    def _wait(self, futures: list[Any]) -> None:
        """Wait until one future is done; WorkerDied if no worker is left."""
        from distributed import wait

        client, alone_since = self._runner.client, None
        while True:
            try:
                with client.as_current():
                    wait(futures, timeout=2, return_when="FIRST_COMPLETED")
            except TimeoutError:
                pass
            else:
                return
            if client.status == "running" and client.scheduler_info(n_workers=-1)["workers"]:
                alone_since = None
            elif alone_since is None:
                alone_since = time.monotonic()
            elif time.monotonic() - alone_since > _NO_WORKER_SECONDS:
                raise self._died()

    def _died(self) -> WorkerDied:
        return WorkerDied(
            f"The Dask cluster at {self._runner.address} lost its workers, or one batch ended "
            "several of them. Does each worker have memory for a pipeline (about 1 GB)? Nothing "
            "was published; language results are kept. Start workers and run again."
        )
