"""Sets alarms for deployments that a separate process, such as a Prefect worker, runs."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.settings import PREFECT_API_URL

from flows.service.automation import automations, find_notification_block, register
from flows.service.plan import ServiceRefused
from flows.service.sweep import end_dead_runs

FLOWS = ("ingest", "check", "rebuild", "replay-quarantine")


async def set_alarms(name: str | None, notify: str | None, say: Callable[[str], None]) -> None:
    """Register the automations of deployments at PREFECT_API_URL, and mark dead runs as crashed.

    Raises ServiceRefused where there is no server, no deployment or no such block.
    """
    if not PREFECT_API_URL.value():
        raise ServiceRefused("Set PREFECT_API_URL to the server whose deployments these are.")
    try:
        async with get_client() as client:
            block = await find_notification_block(client, notify) if notify else None
            ids = {flow: await _deployment(client, flow, name or flow) for flow in FLOWS}
            for run in await end_dead_runs(
                client, list(ids.values()), nobody_else=False, holder=None
            ):
                say(f"{run.name}: its process has ended; the run is marked as crashed")
            wanted = automations(name or "ingest", ids, block=block)
            await register(client, name or "ingest", wanted)
            for automation in wanted:
                say(f"{automation.name}: {automation.description}")
    except (httpx.HTTPError, PrefectHTTPStatusError) as problem:
        raise ServiceRefused(
            f"The server at PREFECT_API_URL fails ({type(problem).__name__}: {problem})."
        ) from problem


async def _deployment(client: PrefectClient, flow: str, name: str) -> UUID:
    try:
        return (await client.read_deployment_by_name(f"{flow}/{name}")).id
    except ObjectNotFound:
        raise ServiceRefused(
            f"There is no deployment {flow}/{name} on this server. Make it first: prefect deploy "
            "--all, or newshouse serve."
        ) from None
