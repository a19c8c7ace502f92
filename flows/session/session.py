"""The session of one run: warehouse lock, published state, staging and the run's record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from expectations.check import CheckReport
from flows.session.clock import RunClock
from flows.session.lock import hold_lock
from flows.session.notices import print_notice
from flows.session.pipelines import pipeline_names
from flows.session.preload import Preload
from flows.session.record import RunRecord
from flows.session.reference import Reference, read_reference
from flows.session.shortage import clear_shortage
from flows.session.staging import Staging
from flows.settings import DEFAULT_COLLECTION, DEFAULT_SOURCE, Settings, without_credentials
from flows.sources.location import address, collection_of, local_uri
from transforms.nlp.pipeline import Pipeline
from warehouse.known import Known
from warehouse.layout import layout_of
from warehouse.leftover import remove_leftovers
from warehouse.publish import migrate


@dataclass(frozen=True)
class Session:
    """What every stage of a run uses. Results of stages are passed from one to the next.

    ``address`` is that of the source, ``collection`` the name its files are known under.
    ``pipelines`` waits for the language pipelines and returns them by language. ``again`` holds
    addresses of files to read even if they are known and unchanged.
    """

    settings: Settings
    clock: RunClock
    staging: Staging
    known: Known
    address: str
    collection: str
    reference: Reference
    pipelines: Callable[[], Mapping[str, Pipeline]]
    check: Callable[..., CheckReport]
    record: RunRecord
    again: frozenset[str] = frozenset()

    def notice(self, line: str) -> None:
        """Write a line to standard error at once, and keep it for the run's record."""
        self.record.notices.append(line)
        print_notice(line)

    def loadable_names(self) -> dict[str, str]:
        """The name each language's pipeline loads by."""
        return {language: p.component.name for language, p in self.pipelines().items()}


@contextmanager
def open_session(
    settings: Settings,
    preload: Preload | None = None,
    *,
    again: frozenset[str] = frozenset(),
    flow_run_id: str | None = None,
) -> Iterator[Session]:
    """The session of a new run, while the block runs. Removes what killed runs left behind.

    Raises WarehouseLocked, NoRoom and NoMemory. The run's record is kept even if the block raises.
    """
    notices: list[str] = []
    with (
        clear_shortage(settings.warehouse),
        hold_lock(settings, flow_run_id, notices) as clock,
    ):
        migrate(settings.warehouse, clock.run_id, keep_snapshots=settings.keep_snapshots)
        layout = layout_of(settings.warehouse)
        remove_leftovers(layout)
        staging = Staging(layout, clock.run_id)
        where, collection = local_uri(address(settings.source)), _collection(settings)
        record = RunRecord(settings, clock, staging, where, collection, flow_run_id, notices)
        with Known(settings.warehouse) as known, _preloaded(settings, preload) as loaded:
            session = Session(
                settings=settings,
                clock=clock,
                staging=staging,
                known=known,
                address=where,
                collection=collection,
                reference=loaded.reference,
                pipelines=loaded.pipelines,
                check=loaded.check,
                record=record,
                again=again,
            )
            with record.kept():
                yield session


@contextmanager
def _preloaded(settings: Settings, preload: Preload | None) -> Iterator[Preload]:
    """The caller's preload if it is of the same reference tables, else a new one."""
    if preload is not None and preload.reference.folder == settings.reference:
        yield preload
    else:
        with Preload(pipeline_names(settings), read_reference(settings.reference)) as own:
            yield own


def _collection(settings: Settings) -> str:
    if settings.collection:
        return settings.collection
    if settings.source == DEFAULT_SOURCE:
        return DEFAULT_COLLECTION
    return without_credentials(local_uri(collection_of(settings.source)))
