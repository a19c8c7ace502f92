"""`newshouse serve`: the scheduled deployment and, where none is configured, its server."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import timedelta
from typing import Annotated

import typer

from flows.cli.console import WRONG_USE, friendly_errors, say, settings_of
from flows.cli.run import SourceArgument, WarehouseOption, refuse_early
from flows.cli.stopping import stopped_by_signals

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def duration(text: str) -> timedelta:
    """``90s``, ``15m``, ``6h`` or ``1d`` as a time span; ValueError for anything else."""
    found = re.fullmatch(r"([1-9]\d{0,5})([smhd])", text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not a time span: write 90s, 15m, 6h or 1d.")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


NotifyOption = Annotated[
    str | None,
    typer.Option(help="Prefect block to notify of failed, crashed, late runs: slack-webhook/desk."),
]


def serve(
    source: SourceArgument = None,
    warehouse: WarehouseOption = None,
    every: Annotated[
        str | None, typer.Option(help="Time between runs: 90s, 15m, 6h, 1d. Default: 15m.")
    ] = None,
    cron: Annotated[str | None, typer.Option(help='A cron line instead, as "0 6 * * *".')] = None,
    timezone: Annotated[str, typer.Option(help="Time zone of the schedule.")] = "UTC",
    watch: Annotated[
        bool,
        typer.Option(
            "--watch", help="Run when files arrive; without --every or --cron, only then."
        ),
    ] = False,
    notify: NotifyOption = None,
    keep_days: Annotated[
        int, typer.Option(min=1, help="Days to keep flow runs, and detail of checks and files.")
    ] = 30,
    name: Annotated[
        str | None, typer.Option(help="Name of the deployments, for several sources on one server.")
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address the server listens on. It has no password.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the server and its UI.")] = (
        4200
    ),
) -> None:
    """Run on a schedule, with the Prefect UI on loopback, until Ctrl-C.

    Uses the server at PREFECT_API_URL where that is set. With --every the first run starts at once.

    Examples: newshouse serve ~/scraped --every 15m; newshouse serve ~/scraped --watch

    Exit codes: 0 stopped by Ctrl-C or SIGTERM, 1 the server was lost, 2 wrong use.
    """
    try:
        span = None if every is None else duration(every)
    except ValueError as problem:
        say(str(problem))
        raise typer.Exit(WRONG_USE) from None
    settings = settings_of(source=source, warehouse=warehouse)
    from flows.service.plan import DEFAULT_EVERY, ServicePlan
    from flows.service.serving import serve as serve_plan

    if span is None and cron is None and not watch:
        span = DEFAULT_EVERY
    with friendly_errors():
        # A warehouse that is held now does not matter: runs wait for the lock.
        refuse_early(settings.model_copy(update={"wait_seconds": 1.0}))
        plan = ServicePlan(
            settings, every=span, cron=cron, timezone=timezone, watch=watch, notify=notify,
            keep_days=keep_days, name=name, host=host, port=port,
        )  # fmt: skip
        with stopped_by_signals(), suppress(KeyboardInterrupt):
            serve_plan(plan, say)


def alarms(
    notify: NotifyOption = None,
    name: Annotated[
        str | None, typer.Option(help="Name of the deployments, if it is not that of the flow.")
    ] = None,
) -> None:
    """Set up alarms for deployments that a worker runs, on the server at PREFECT_API_URL.

    A run without heartbeat is marked as crashed, the event newshouse.files.arrived starts a run,
    and --notify names who is notified of failed, crashed and late runs. `newshouse serve` does all
    this itself.

    Example: newshouse alarms --notify slack-webhook/desk
    """
    import asyncio

    from flows.service.alarms import set_alarms

    with friendly_errors():
        asyncio.run(set_alarms(name, notify, say))
