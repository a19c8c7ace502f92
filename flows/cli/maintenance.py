"""Commands that maintain a warehouse: `rebuild`, `purge`, `snapshots`."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import polars as pl
import typer

from flows.cli.console import (
    WRONG_USE,
    broken_stages,
    err,
    friendly_errors,
    out,
    say,
    settings_of,
)
from flows.cli.run import WarehouseOption
from flows.cli.run_report import show
from flows.cli.serve import duration
from flows.cli.stopping import stopped_by_signals
from flows.cli.table import ReportForm, ReportOption, print_json, print_table
from flows.session.pipelines import pipeline_names
from flows.session.preload import Preload
from flows.session.reference import read_reference
from warehouse.snapshot import list_snapshots

snapshots = typer.Typer(no_args_is_help=True, help="Earlier published files.")


def rebuild(
    warehouse: WarehouseOption = None,
    changed: Annotated[
        bool, typer.Option("--changed", help="Only articles made by components of other versions.")
    ] = False,
) -> None:
    """Derive all tables again from the kept texts, with the current components.

    Texts, versions and the record of runs are kept. Use it after a change of pipeline, rules or
    reference tables.

    Examples: newshouse rebuild; newshouse rebuild --changed
    """
    settings = settings_of(warehouse=warehouse)
    with (
        friendly_errors(),
        broken_stages(),
        stopped_by_signals(),
        err.status("rebuilding"),
    ):
        from flows.rebuild import rebuild_warehouse

        reference = read_reference(settings.reference)
        with Preload(pipeline_names(settings), reference, own_process=True) as preload:
            summary = rebuild_warehouse(settings, only_changed=changed, preload=preload)
    show(summary, has_source=False)


def purge(
    warehouse: WarehouseOption = None,
    article: Annotated[list[str] | None, typer.Option(help="Article id; may be repeated.")] = None,
    source: Annotated[str | None, typer.Option(help="All articles of this outlet.")] = None,
    older_than: Annotated[
        str | None,
        typer.Option(
            help="All published (if undated: first collected) longer ago than this: 365d."
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete articles permanently: rows, versions, snapshots, payloads, staging.

    Only a tombstone of hashes is kept, so that they are not loaded again.

    Examples: newshouse purge --article 3fa9c0d2e1b45678; newshouse purge --older-than 365d --yes
    """
    settings = settings_of(warehouse=warehouse)
    try:
        before = datetime.now(UTC) - duration(older_than) if older_than else None
    except ValueError as problem:
        say(str(problem))
        raise typer.Exit(WRONG_USE) from None
    except OverflowError:
        say(f"{older_than} ago is before the year 1. Write for example 365d.")
        raise typer.Exit(WRONG_USE) from None
    from flows.session.manual_changes import chosen_articles, purge_articles

    with friendly_errors():
        chosen = chosen_articles(
            settings, article_id=article or [], source_id=source, published_before=before
        )
        if not chosen:
            say("No article matches. Choose some with --article, --source or --older-than.")
            raise typer.Exit(WRONG_USE)
        if not yes:
            typer.confirm(f"Delete {len(chosen):,} articles permanently?", abort=True)
        purged = purge_articles(settings, chosen)
    out.print(
        f"{len(chosen):,} articles purged; {purged.snapshots:,} snapshots rewritten. Rows: "
        f"{json.dumps(dict(purged.rows))}",
        markup=False,
    )


@snapshots.command("list")
def list_all(
    warehouse: WarehouseOption = None,
    format: ReportOption = ReportForm.table,  # noqa: A002 - the flag's name
) -> None:
    """List earlier published files, oldest first.

    Example: newshouse snapshots list
    """
    file = settings_of(warehouse=warehouse).warehouse
    found = list_snapshots(file)
    if not found and not file.exists():
        say(f"{file}: there is no warehouse, and no snapshot of one.")
        raise typer.Exit(WRONG_USE)
    if format is ReportForm.json:
        print_json({"snapshots": [asdict(snapshot) for snapshot in found]})
        return
    rows = [(s.name, s.published_at.isoformat("T", "seconds"), s.byte_count) for s in found]
    print_table(pl.DataFrame(rows, ["name", "published_at", "bytes"], orient="row"))


@snapshots.command("restore")
def restore(
    name: Annotated[str, typer.Argument(help="Name, or beginning of a name.")],
    warehouse: WarehouseOption = None,
) -> None:
    """Publish a snapshot again; what is published now becomes a snapshot.

    Example: newshouse snapshots restore 20260301T070000Z
    """
    from flows.session.manual_changes import restore as restore_snapshot

    with friendly_errors():
        restore_snapshot(settings_of(warehouse=warehouse), name)
    out.print(f"Restored {name}.", markup=False)
