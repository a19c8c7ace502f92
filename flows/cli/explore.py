"""`newshouse explore`: the web page on the warehouse, served on loopback or as a static copy."""

from __future__ import annotations

import threading
import webbrowser
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.console import WRONG_USE, friendly_errors, out, say, settings_of
from flows.cli.run import WarehouseOption
from flows.cli.stopping import stopped_by_signals


def explore(
    warehouse: WarehouseOption = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help="Port on 127.0.0.1; 0 is any free one. Default: the first free one from 2718 on.",
        ),
    ] = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", "--headless", help="Do not open a browser.")
    ] = False,
    export: Annotated[
        Path | None,
        typer.Option(metavar="FILE.html", help="Write a static copy to this file instead."),
    ] = None,
) -> None:
    """Look at the warehouse in a browser: corpus, outlets, entities, articles, quality, quarantine.

    Serves a page on 127.0.0.1, for your user only, until Ctrl-C. It reads the published warehouse,
    delays no run, and shows a newer publication after a reload.

    Example: newshouse explore --export news.html
    """
    path = settings_of(warehouse=warehouse).warehouse
    if export is not None:
        _export(path, export)
        return
    from flows.explore.server import serve_page

    def ready(address: str) -> None:
        out.print(f"{path} is shown at {address} (stop with Ctrl-C)", markup=False)
        if not no_browser:
            threading.Thread(target=webbrowser.open, args=[address], daemon=True).start()

    with friendly_errors():
        try:
            with stopped_by_signals():
                serve_page(path, port=port, ready=ready)
        except KeyboardInterrupt:
            say("Ended.")


def _export(warehouse: Path, to: Path) -> None:
    from flows.explore.still_page import write_still_page

    with friendly_errors():
        try:
            write_still_page(warehouse, to, now=datetime.now(UTC))
        except OSError as problem:
            say(f"{to}: cannot be written ({problem.strerror}).")
            raise typer.Exit(WRONG_USE) from None
    out.print(str(to), markup=False)
