"""Watches a source: asks for a run when files are new or changed and completely written."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterExpectedStartTime,
)
from prefect.events import Event, Resource
from prefect.events.clients import get_events_client
from prefect.exceptions import PrefectHTTPStatusError

from flows.service.automation import source_resource
from flows.service.deployment import ARRIVED
from flows.service.sweep import runs_under_way
from flows.settings import without_credentials
from flows.sources.location import PlaceError, is_remote, list_files

LOCAL_PAUSE_SECONDS = 3.0
REMOTE_PAUSE_SECONDS = 60.0
"""Longer for buckets, as each listing is a request that costs money."""
_ANSWER_SECONDS = 30.0
"""How long an event may take to start a run before it is sent again."""

SERVER_AWAY = (httpx.HTTPError, PrefectHTTPStatusError, OSError)
"""Errors of calls while the Prefect server cannot be reached."""

Stamp = tuple[int, int | None]
"""Size and time of change of a file."""


@dataclass
class Arrivals:
    """Files of the last listing, and files that were reported. Listings are passed in.

    A file counts as complete when two successive listings show the same stamp. Each difference from
    the last report, a new, changed or missing file, is a reason for a run.
    """

    reported: Mapping[str, Stamp] | None = None
    _before: Mapping[str, Stamp] = field(default_factory=dict)

    def look(self, listing: Mapping[str, Stamp]) -> dict[str, Stamp]:
        """Complete files that are not reported yet; `gone` gives the missing ones."""
        reported = self.reported or {}
        complete = {
            uri: stamp
            for uri, stamp in listing.items()
            if self._before.get(uri) == stamp and reported.get(uri) != stamp
        }
        self._before = dict(listing)
        return complete

    def gone(self) -> set[str]:
        """Reported files that do not exist any more."""
        return set(self.reported or {}) - set(self._before)

    def mark_reported(self, complete: Mapping[str, Stamp]) -> None:
        """Record these files and the missing ones as reported."""
        kept = {uri: stamp for uri, stamp in (self.reported or {}).items() if uri in self._before}
        self.reported = kept | dict(complete)


def listing_of(source: str) -> dict[str, Stamp]:
    """Size and time of every file of a source. Raises PlaceError where it cannot be listed."""
    return {file.source_uri: (file.byte_count, file.modified_at_us) for file in list_files(source)}


@dataclass
class Watch:
    """Lists a source again and again, and asks for a run when files are new, changed or missing.

    While a run is under way it waits: that run may have listed the source earlier, and another one
    would be cancelled.
    """

    client: PrefectClient
    source: str
    name: str
    ingest_id: UUID
    say: Callable[[str], None]
    pause: float = 0.0
    look: Callable[[str], dict[str, Stamp]] = listing_of
    arrivals: Arrivals = field(default_factory=Arrivals)

    def __post_init__(self) -> None:
        if not self.pause:
            self.pause = REMOTE_PAUSE_SECONDS if is_remote(self.source) else LOCAL_PAUSE_SECONDS

    async def run(self) -> None:
        """Run until cancelled. A source that cannot be listed is reported once and tried again."""
        trouble = ""
        while True:
            began = time.monotonic()
            try:
                listing = await asyncio.to_thread(self.look, self.source)
                await self._consider(listing)
                trouble = ""
            except (PlaceError, *SERVER_AWAY) as problem:
                if str(problem) != trouble:
                    trouble = str(problem)
                    self.say(f"watch: {trouble}")
            # At most about a tenth of the time is spent on listing.
            await asyncio.sleep(max(self.pause, 10 * (time.monotonic() - began)))

    async def _consider(self, listing: dict[str, Stamp]) -> None:
        complete = self.arrivals.look(listing)
        gone = self.arrivals.gone()
        if not complete and not gone:
            return
        if await runs_under_way(self.client, [self.ingest_id]):
            return
        if await self._ask(len(complete), len(gone)):
            self.arrivals.mark_reported(complete)

    async def _ask(self, arrived: int, gone: int) -> bool:
        """Send the event that files have arrived; True if it started a run."""
        asked_at = datetime.now(UTC)
        await emit(self.name, self.source, arrived=arrived, gone=gone)
        self.say(f"watch: {arrived:,} files new or changed, {gone:,} missing")
        give_up_at = time.monotonic() + _ANSWER_SECONDS
        while time.monotonic() < give_up_at:
            await asyncio.sleep(1.0)
            if await self._began_since(asked_at):
                return True
        self.say("watch: the event started no run; is the automation paused? Sending it again.")
        return False

    async def _began_since(self, since: datetime) -> bool:
        newer = FlowRunFilter(
            deployment_id=FlowRunFilterDeploymentId(any_=[self.ingest_id]),
            expected_start_time=FlowRunFilterExpectedStartTime(
                after_=since - timedelta(seconds=1),  # type: ignore[arg-type]
                before_=datetime.now(UTC) + timedelta(seconds=1),  # type: ignore[arg-type]
            ),
        )
        return bool(await self.client.read_flow_runs(flow_run_filter=newer, limit=1))


async def emit(name: str, source: str, *, arrived: int, gone: int) -> None:
    """Send the event that files of a source have arrived to the server."""
    resource = {
        "prefect.resource.id": source_resource(name),
        "prefect.resource.name": without_credentials(source),
    }
    event = Event(
        event=ARRIVED,
        resource=Resource.model_validate(resource),
        payload={"arrived": arrived, "gone": gone},
    )
    async with get_events_client(checkpoint_every=1) as events:
        await events.emit(event)
