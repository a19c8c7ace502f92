"""`newshouse run`: the main job, in the terminal."""

from __future__ import annotations

import glob
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.console import (
    Bars,
    broken_stages,
    err,
    friendly_errors,
    say,
    settings_of,
)
from flows.cli.run_report import RunStopped, show, stopped_report, summary_report
from flows.cli.stopping import Stopping, stopped_by_signals
from flows.cli.table import ReportForm, ReportOption, print_json
from flows.orchestration.embedded_server import (
    refuse_damaged_profiles,
    server_of_this_command,
    start_ahead,
)
from flows.orchestration.outcome import run_reported
from flows.orchestration.reporting import reporting_to
from flows.session.pipelines import pipeline_names, refuse_missing_pipelines
from flows.session.preload import Preload
from flows.session.quick_import import quick_imports
from flows.session.reference import read_reference
from flows.session.summary import RunFailed, Summary
from flows.settings import Settings
from flows.sources.location import PlaceError, is_remote, refuse_credentials
from flows.sources.location import address as address_of
from warehouse.lock import WarehouseLocked, current_holder

SourceArgument = Annotated[
    str | None, typer.Argument(help="File, folder, glob or bucket. Default: seeds/articles.")
]
WarehouseOption = Annotated[
    Path | None, typer.Option(help="The DuckDB file. Default: news.duckdb.")
]

MappingOption = Annotated[
    Path | None,
    typer.Option(help='JSON file that maps our fields to yours: {"body": "payload.text"}.'),
]
LimitOption = Annotated[
    int | None, typer.Option(help="See Limits in docs/operate.md.", rich_help_panel="Limits")
]


def run(
    source: SourceArgument = None,
    warehouse: WarehouseOption = None,
    collection: Annotated[
        str | None, typer.Option(help="Name of the collection. Default: the folder's address.")
    ] = None,
    pipeline: Annotated[
        str | None, typer.Option(help="spaCy pipeline for English: package name or path.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(help="Processes for the language pass. Default: by amount of text."),
    ] = None,
    runner: Annotated[
        str | None,
        typer.Option(
            help="Where the language pass runs: local or dask.", rich_help_panel="Cluster"
        ),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(help="The Dask scheduler, tcp://host:8786.", rich_help_panel="Cluster"),
    ] = None,
    shared: Annotated[
        str | None,
        typer.Option(
            help="Folder or bucket that all workers can read. Default: beside the warehouse.",
            rich_help_panel="Cluster",
        ),
    ] = None,
    wait: Annotated[
        float | None, typer.Option(help="Seconds to wait for a run that holds the warehouse.")
    ] = None,
    allow_empty: Annotated[
        bool | None,
        typer.Option(
            "--allow-empty", help="Accept an empty SOURCE: mark all its files as removed."
        ),
    ] = None,
    mapping: MappingOption = None,
    repair_mojibake: Annotated[
        bool | None,
        typer.Option(
            "--repair-mojibake",
            help="Repair text decoded with the wrong charset. Offsets are those of repaired text.",
        ),
    ] = None,
    max_record_mb: LimitOption = None,
    max_file_mb: LimitOption = None,
    max_records: LimitOption = None,
    max_unpack_ratio: LimitOption = None,
    max_pack_depth: LimitOption = None,
    max_markup_mb: LimitOption = None,
    max_withheld_share: Annotated[
        float | None,
        typer.Option(
            help="Share of the articles, from 20 on, that one failing check may withhold.",
            rich_help_panel="Limits",
        ),
    ] = None,
    format: ReportOption = ReportForm.table,  # noqa: A002 - the flag's name
) -> None:
    """Bring the warehouse up to date with SOURCE.

    Examples: newshouse run; newshouse run ~/scraped --warehouse news.duckdb;
    newshouse run s3://bucket/news --format json

    Exit codes: 0 published or nothing new, 1 checks or accounting failed, 2 wrong use, 3 another
    run holds the warehouse, 130 stopped by Ctrl-C or SIGTERM (the next run continues from there).
    """
    settings = settings_of(
        source=source,
        warehouse=warehouse,
        collection=collection,
        pipeline=pipeline,
        workers=workers,
        runner=runner,
        runner_address=address,
        runner_shared=shared,
        wait_seconds=wait,
        allow_empty=allow_empty,
        mapping=mapping,
        repair_mojibake=repair_mojibake,
        max_record_mb=max_record_mb,
        max_file_mb=max_file_mb,
        max_records=max_records,
        max_unpack_ratio=max_unpack_ratio,
        max_pack_depth=max_pack_depth,
        max_markup_mb=max_markup_mb,
        max_withheld_share=max_withheld_share,
    )
    try:
        summary = run_flow(settings)
    except RunStopped as stopped:
        if format is ReportForm.json:
            print_json(stopped_report(stopped.problem))
        raise
    if format is ReportForm.json:
        print_json(summary_report(summary))
    else:
        show(summary)


def run_flow(settings: Settings, again: list[str] | None = None) -> Summary:
    """The flow in this process, with progress bars; its summary. Errors end the command.

    Raises RunStopped where checks, accounts or a time limit ended the run.
    """

    with (
        friendly_errors(),
        broken_stages(),
        stopped_by_signals() as stopping,
    ):
        refuse_early(settings)
        refuse_damaged_profiles()
        start_ahead()
        return _flow(settings, again, stopping)


def refuse_early(settings: Settings) -> None:
    """Refuse what is sure to fail before Prefect is started: no such SOURCE, a held lock."""
    refuse_credentials(settings.source)
    place = address_of(settings.source)
    if not is_remote(place) and not glob.has_magic(place) and not Path(place).exists():
        raise PlaceError(
            f"{place} does not exist. Name a file, a folder, a glob or a bucket, as in: "
            "newshouse run ~/scraped"
        )
    refuse_missing_pipelines(settings)
    if settings.runner == "dask":
        from flows.workers.dask_cluster import refuse_missing_library

        refuse_missing_library()
    holder = current_holder(settings.warehouse)
    if holder is not None and not settings.wait_seconds:
        raise WarehouseLocked(settings.warehouse, holder)


def _flow(settings: Settings, again: list[str] | None, stopping: Stopping) -> Summary:
    from flows.session.progress import progress

    # Prefect first: loading more at the same time slows both, and its server takes longer.
    starting = err.status("starting Prefect") if err.is_terminal else nullcontext()
    with starting, quick_imports():
        server = server_of_this_command()
        from flows import ingest as flow_module
    stopping.raise_if_asked()
    reference = read_reference(settings.reference)
    with (
        Preload(pipeline_names(settings), reference, own_process=True) as preload,
        Bars(stopping.raise_if_asked) as bars,
    ):

        def as_flow() -> None:
            with reporting_to(server), flow_module.without_default_heartbeat():
                flow_module.preload_of_caller.set(preload)
                stopping.raise_if_asked()
                flow_module.ingest(settings, again)

        def directly() -> Summary:
            return flow_module.ingest_source(
                settings, preload=preload, again=frozenset(again or ())
            )

        before = progress.set(bars)
        try:
            stopping.raise_if_asked()
            return run_reported(as_flow, directly, say)
        except RunFailed as problem:
            say(str(problem))
            raise RunStopped(problem) from None
        finally:
            progress.reset(before)
