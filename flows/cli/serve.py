"""`newshouse serve`: the scheduled deployment and, where none is configured, its server."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

import typer

from flows.cli.console import WRONG_USE, friendly_errors, say, settings_of
from flows.cli.run import SourceArgument, WarehouseOption, refuse_early

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def duration(text: str) -> timedelta:
    """``90s``, ``15m``, ``6h`` or ``1d`` as a time span; ValueError for anything else."""
    found = re.fullmatch(r"([1-9]\d{0,5})([smhd])", text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no time span: write 90s, 15m, 6h or 1d.")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def serve(
    source: SourceArgument = None,
    warehouse: WarehouseOption = None,
    every: Annotated[
        str | None, typer.Option(help="Time between runs: 90s, 15m, 6h, 1d. Default: 15m.")
    ] = None,
    cron: Annotated[str | None, typer.Option(help='A cron line instead, as "0 6 * * *".')] = None,
    timezone: Annotated[str, typer.Option(help="Time zone of the schedule.")] = "UTC",
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="Port of the server and its UI on 127.0.0.1.")
    ] = 4200,
) -> None:
    """Run on a schedule, with the Prefect UI on loopback, until Ctrl-C.

    Uses the server at PREFECT_API_URL where that is set. With --every the first run starts at once.

    Example: newshouse serve ~/scraped --every 15m
    """
    if every is not None and cron is not None:
        say("Give --every or --cron, not both.")
        raise typer.Exit(WRONG_USE)
    try:
        span = None if every is None else duration(every)
    except ValueError as problem:
        say(str(problem))
        raise typer.Exit(WRONG_USE) from None
    settings = settings_of(source=source, warehouse=warehouse)
    from flows import service

    with friendly_errors():
        refuse_early(settings)
        try:
            service.serve(settings, every=span, cron=cron, timezone=timezone, port=port, say=say)
        except OSError as problem:
            say(str(problem))
            raise typer.Exit(WRONG_USE) from None
