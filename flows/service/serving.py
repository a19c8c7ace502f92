"""Runs `newshouse serve`: server, deployments, alarms and file watch, until a signal to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.deployments.runner import RunnerDeployment
from prefect.runner import Runner
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    temporary_settings,
)

from flows.service.automation import automations, find_notification_block, register
from flows.service.deployment import deployments
from flows.service.ended_runs import EndedRuns
from flows.service.plan import ServicePlan
from flows.service.server import Server, server
from flows.service.sweep import (
    HEARTBEAT_SECONDS,
    drop_missed_runs,
    drop_old_runs,
    end_dead_runs,
)
from flows.service.watch import SERVER_AWAY, Watch, listing_of
from flows.settings import without_credentials
from flows.sources.location import PlaceError
from warehouse.error import ExpectedError
from warehouse.lock import current_holder

_DAY_SECONDS = 24 * 3600.0
_REPORT_SECONDS = 3.0
_END_SECONDS = 60.0
"""Prefect's runner gives a run 30 s to end before it kills it."""


class ServiceBroken(ExpectedError):
    """Serving ended unexpectedly; the message is one line. It can be started again."""


def serve(plan: ServicePlan, say: Callable[[str], None]) -> None:
    """Serve a plan until SIGINT or SIGTERM; a run in progress is then stopped and recorded.

    Raises ServiceRefused if it cannot be served, ServiceBroken if its server is lost.
    """
    made = deployments(plan)
    with server(plan.host, plan.port) as found:
        if found.is_ours:
            say(f"Prefect UI: {found.url.removesuffix('/api')}")
        values: dict[Any, Any] = {
            PREFECT_API_URL: found.url,
            PREFECT_FLOWS_HEARTBEAT_FREQUENCY: HEARTBEAT_SECONDS,
        }
        with temporary_settings(values):
            try:
                asyncio.run(_Service(plan, made, found, say).run())
            except (*SERVER_AWAY, RuntimeError, ExceptionGroup) as problem:
                raise ServiceBroken(
                    f"The Prefect server at {without_credentials(found.url)} fails "
                    f"({type(problem).__name__}: {problem})."
                ) from problem


class _Runner(Runner):
    """Prefect's runner without its signal handling, which the event loop does."""

    def handle_sigterm(self, *args: Any, **kwargs: Any) -> None:
        """Does nothing: the service stops the runner itself."""


@dataclass
class _Service:
    plan: ServicePlan
    made: Sequence[RunnerDeployment]
    server: Server
    say: Callable[[str], None]
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def name(self) -> str:
        return self.plan.deployment_name("ingest")

    async def run(self) -> None:
        """Register everything, then serve until a signal to stop."""
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self.stop.set)
        async with get_client() as client:
            block = (
                await find_notification_block(client, self.plan.notify)
                if self.plan.notify
                else None
            )
            runner = _Runner(name="newshouse", pause_on_shutdown=False)
            ids: dict[str, UUID] = {}
            for deployment in self.made:
                ids[str(deployment.flow_name)] = await runner.aadd_deployment(deployment)
                self.say(f"Serving {deployment.full_name}")
            await self._sweep(client, ids)
            wanted = automations(self.name, ids, block=block)
            await register(client, self.name, wanted)
            watch = await self._watch(client, ids["ingest"])
            if self.plan.at_once:
                await client.create_flow_run_from_deployment(ids["ingest"])
            await self._work(client, runner, ids, watch)

    async def _sweep(self, client: PrefectClient, ids: dict[str, UUID]) -> None:
        holder = current_holder(self.plan.settings.warehouse)
        dead = await end_dead_runs(
            client, list(ids.values()),
            nobody_else=self.server.is_ours, holder=holder.flow_run if holder else None,
        )  # fmt: skip
        for run in dead:
            self.say(f"{run.name}: its process has ended; the run is marked as crashed")
        now = datetime.now(UTC)
        missed = await drop_missed_runs(client, ids["ingest"], now, keep_one=not self.plan.at_once)
        missed += await drop_missed_runs(client, ids["check"], now, keep_one=True)
        if missed:
            self.say(f"{missed:,} runs were due while serve was not running; one replaces them")

    async def _watch(self, client: PrefectClient, ingest_id: UUID) -> Watch | None:
        if not self.plan.watch:
            return None
        source = self.plan.settings.source
        watch = Watch(client, source, self.name, ingest_id, self.say)
        if self.plan.at_once:
            try:
                watch.arrivals.mark_reported(await asyncio.to_thread(listing_of, source))
            except PlaceError as problem:
                self.say(f"watch: {problem}")
        return watch

    async def _work(
        self, client: PrefectClient, runner: Runner, ids: dict[str, UUID], watch: Watch | None
    ) -> None:
        """Start due runs until one of the tasks ends, then end the others."""
        ended_runs = EndedRuns(client, list(ids.values()))
        tasks = [
            asyncio.create_task(runner.start()),
            asyncio.create_task(self.stop.wait()),
            asyncio.create_task(self._repeat(partial(self._report, ended_runs), _REPORT_SECONDS)),
            asyncio.create_task(
                self._repeat(partial(self._delete_old_runs, client, ids), _DAY_SECONDS)
            ),
            asyncio.create_task(self._await_server_end()),
        ]
        if watch is not None:
            tasks.append(asyncio.create_task(watch.run()))
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks[1:]:
            task.cancel()
        if self.stop.is_set():
            self.say("Stopping.")
            if runner.started:
                await runner.astop()
        else:
            tasks[0].cancel()
        await asyncio.wait(tasks[:1], timeout=_END_SECONDS)
        for task in ended:
            task.result()  # raises the error that ended it
        for line in await ended_runs.new_lines():
            self.say(line)

    async def _report(self, ended_runs: EndedRuns) -> None:
        for line in await ended_runs.new_lines():
            self.say(line)

    async def _delete_old_runs(self, client: PrefectClient, ids: dict[str, UUID]) -> None:
        before = datetime.now(UTC) - timedelta(days=self.plan.keep_days)
        dropped = await drop_old_runs(client, list(ids.values()), before)
        if dropped:
            self.say(f"{dropped:,} runs older than {self.plan.keep_days} days removed")

    async def _repeat(self, work: Callable[[], Awaitable[None]], seconds: float) -> None:
        """Repeat the work at this interval, also after errors of a server that is briefly away."""
        while True:
            with suppress(*SERVER_AWAY):
                await work()
            await asyncio.sleep(seconds)

    async def _await_server_end(self) -> None:
        while self.server.is_alive():
            await asyncio.sleep(1.0)
        raise ServiceBroken("The Prefect server ended. Start `newshouse serve` again.")
