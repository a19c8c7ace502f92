"""Serving the deployments: a Prefect server on loopback where none is configured, and a runner."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.deployments import arun_deployment
from prefect.deployments.runner import RunnerDeployment
from prefect.runner import Runner
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    temporary_settings,
)
from prefect.types.entrypoint import EntrypointType

from flows.audit import check
from flows.ingest import ingest
from flows.settings import Settings

HOST = "127.0.0.1"
HEARTBEAT_SECONDS = 30
"""Short enough that a run whose process was killed is seen as crashed within minutes."""

_SERVER_START_SECONDS = 120.0

ONE_AT_A_TIME = ConcurrencyLimitConfig(
    limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW
)
"""A run that comes due while another is at work is cancelled, not queued: the next one finds
everything that is new anyway, and after downtime no storm of missed runs follows."""


def deployments(
    settings: Settings, *, every: timedelta | None, cron: str | None, timezone: str
) -> list[RunnerDeployment]:
    """The deployments of a source: `ingest` on its schedule and a daily `check`."""
    schedule: IntervalSchedule | CronSchedule
    if cron is not None:
        schedule = CronSchedule(cron=cron, timezone=timezone)
    else:
        schedule = IntervalSchedule(interval=every or timedelta(minutes=15), timezone=timezone)
    given = settings.model_dump(mode="json", exclude_unset=True) | {
        "source": settings.source,
        "warehouse": str(settings.warehouse.resolve()),
    }
    made = [
        ingest.to_deployment(
            name="ingest",
            schedule=schedule,  # type: ignore[arg-type]
            parameters={"settings": given},
            concurrency_limit=ONE_AT_A_TIME,
            tags=["newshouse"],
            entrypoint_type=EntrypointType.MODULE_PATH,
        ),
        check.to_deployment(
            name="check",
            schedule=CronSchedule(cron="30 5 * * *", timezone=timezone),  # type: ignore[arg-type]
            parameters={"warehouse": str(settings.warehouse.resolve())},
            concurrency_limit=ONE_AT_A_TIME,
            tags=["newshouse"],
            entrypoint_type=EntrypointType.MODULE_PATH,
        ),
    ]
    return [deployment for deployment in made if isinstance(deployment, RunnerDeployment)]


@contextmanager
def server(port: int, say: Callable[[str], None]) -> Iterator[str]:
    """The API address of the configured server, or of one started on loopback for this block."""
    configured = PREFECT_API_URL.value()
    if configured:
        yield str(configured)
        return
    url = f"http://{HOST}:{port}/api"
    if _answers(url):
        raise OSError(
            f"Something answers on {url} already. Set PREFECT_API_URL={url} to use it, or choose "
            "another port with --port."
        )
    words = [
        sys.executable,
        "-m",
        "prefect",
        "server",
        "start",
        "--host",
        HOST,
        "--port",
        str(port),
    ]
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and words
        words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _wait_for(url, process)
        say(f"Prefect UI: http://{HOST}:{port}")
        yield url
    finally:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(15)
        if process.poll() is None:
            process.kill()
            process.wait()


def _answers(url: str) -> bool:
    try:
        # The address is loopback, made here.
        with urllib.request.urlopen(f"{url}/health", timeout=2) as answer:  # noqa: S310 # nosec B310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    give_up_at = time.monotonic() + _SERVER_START_SECONDS
    while not _answers(url):
        if process.poll() is not None:
            raise OSError(
                f"The Prefect server ended at once (exit code {process.returncode}). Run `prefect "
                "server start` to see why; perhaps the port is taken."
            )
        if time.monotonic() > give_up_at:
            raise OSError(f"The Prefect server did not answer on {url} in time.")
        time.sleep(0.3)


def serve(
    settings: Settings,
    *,
    every: timedelta | None,
    cron: str | None,
    timezone: str,
    port: int,
    say: Callable[[str], None],
) -> None:
    """Serve the deployments until SIGINT or SIGTERM. With `every`, the first run starts at once."""
    with server(port, say) as url:
        values: dict[Any, Any] = {
            PREFECT_API_URL: url,
            PREFECT_FLOWS_HEARTBEAT_FREQUENCY: HEARTBEAT_SECONDS,
        }
        with temporary_settings(values):
            made = deployments(settings, every=every, cron=cron, timezone=timezone)
            asyncio.run(_serve_until_told(made, at_once=cron is None, say=say))


async def _serve_until_told(
    made: list[RunnerDeployment], *, at_once: bool, say: Callable[[str], None]
) -> None:
    runner = Runner(name="newshouse", pause_on_shutdown=False)
    for deployment in made:
        await runner.aadd_deployment(deployment)
        say(f"Serving {deployment.full_name}")
    if at_once:
        await arun_deployment(made[0].full_name, timeout=0, as_subflow=False)
    running = asyncio.current_task()
    assert running is not None
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, running.cancel)
    try:
        await runner.start()
    except asyncio.CancelledError:
        say("Stopping.")
