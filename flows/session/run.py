"""One run from start to end, as a list of named steps. Knows no Prefect: whoever calls says how a
step is carried out, so that the same run goes in a flow, in a test and in a benchmark."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

from expectations.check import CheckReport
from expectations.user_sql import refuse_unanswerable
from flows.session import conclude
from flows.session.hold import hold_warehouse
from flows.session.pipelines import pipeline_names
from flows.session.preload import Warm
from flows.session.progress import progress
from flows.session.run_state import RunState
from flows.session.summary import Summary, failed_checks
from flows.settings import Settings, without_credentials
from flows.stages import steps as stages
from flows.stages.words import UNITS, stage_words
from flows.withholding.rounds import withhold_what_fails
from flows.workers.batch import Outfit
from flows.workers.pool import Crew, SoloCrew, Step, process_crew, worker_count
from transforms.withholding import Withheld
from warehouse.staging import open_check_database
from warehouse.tables import CHECK_FAILURE, CHECK_RESULT, QUARANTINE

T = TypeVar("T")


def directly(name: str, work: Callable[[], T]) -> T:  # noqa: ARG001
    """Carry out a step at once, in this process."""
    return work()


def run_once(
    settings: Settings,
    *,
    step: Step = directly,
    warm: Warm | None = None,
    again: frozenset[str] = frozenset(),
    flow_run_id: str | None = None,
) -> Summary:
    """Bring the warehouse up to date with a source. One run at a time holds the warehouse.

    Raises WarehouseLocked, ChecksFailed, AccountingError, PlaceError and the other errors of the
    stages; the run's own record is kept in every case.
    """
    refuse_broken_checks()
    with hold_warehouse(settings, warm, again=again, flow_run_id=flow_run_id) as run:
        timed(run, step, "discover files", "discover", partial(stages.discover, run))
        assert run.plan is not None
        count = len(run.plan.candidates)
        extract = partial(stages.extract, run)
        timed(run, step, f"extract {count:,} files", "extract", extract, count)
        timed(run, step, "compare with the warehouse", "compare", partial(stages.compare, run))
        with crew_of(run, step, run.extracted.char_count) as crew:
            if run.parts:
                articles = sum(run.extracted.articles.values())
                typed = partial(stages.type_parts, run, crew)
                timed(run, step, "type blocks", "blocks", typed, articles)
                retype = partial(stages.type_rederived, run)
                timed(run, step, "retype published articles", "blocks", retype)
            name_things(run, step, crew)
        derive_rows(run, step)
        stages.stage_known_articles(run)
        stages.stage_reference(run)
        return finish(run, step)


def refuse_broken_checks() -> None:
    """Raises CheckError for a user's SQL check that could not be answered when the run ends."""
    with tempfile.TemporaryDirectory() as folder:
        con = open_check_database(Path(folder), None)
        try:
            refuse_unanswerable(con)
        finally:
            con.close()


@contextmanager
def crew_of(run: RunState, step: Step, chars: int) -> Iterator[Crew]:
    """Who carries out the batches of a run with so many characters of text."""
    workers = worker_count(run.settings.workers, chars)
    if workers == 1:
        yield SoloCrew(Outfit(run.pipelines, lambda: run.reference), step)
    else:
        names = pipeline_names(run.settings)
        with process_crew(workers, names, run.settings.reference, step) as crew:
            yield crew


@contextmanager
def readers_of(run: RunState, crew: Crew) -> Iterator[Crew]:
    """Who reads the language: the crew that does all else, or a cluster."""
    address = run.settings.runner_address
    if run.settings.runner == "local" or address is None:
        yield crew
        return
    from flows.workers.dask_cluster import cluster_crew

    here = str(run.work.scratch.resolve())
    given = run.settings.runner_shared
    shared = f"{given.rstrip('/')}/{run.clock.run_id}" if given else f"{here}/shared"
    components = {language: p.component for language, p in run.pipelines().items()}
    with cluster_crew(address, shared, pipeline_names(run.settings), components) as readers:
        yield readers


def name_things(run: RunState, step: Step, crew: Crew) -> None:
    """Sentences and mentions of the articles whose blocks are typed."""
    if run.parts:
        articles = sum(run.extracted.articles.values())
        with readers_of(run, crew) as readers:
            plan = partial(stages.plan_language, run, readers)
            timed(run, step, "find paragraphs not read before", "language", plan)
            read = partial(stages.read_language, run, readers)
            # A cluster is sent the task it is called from, and this one holds the whole run.
            around = step if readers is crew else directly
            timed(run, around, "read the language", "language", read, articles)
        find = partial(stages.find_mentions, run, crew)
        timed(run, step, "find mentions", "mentions", find, articles)


def derive_rows(run: RunState, step: Step) -> None:
    """Entities and links of the articles whose mentions are found."""
    if run.parts:
        timed(run, step, "resolve entities", "entities", partial(stages.resolve_entities, run))
        timed(run, step, "point related links", "links", partial(stages.point_links, run))
    elif stages.corrections_changed(run):
        timed(run, step, "correct entities", "entities", partial(stages.resolve_entities, run))


def finish(run: RunState, step: Step, *, entities_anew: bool = False) -> Summary:
    """Account, check, withhold and publish what is staged.

    Raises ChecksFailed and AccountingError, with nothing published but the run's own record.
    ``entities_anew`` says that all entities were made anew, so that the published ones go.
    """
    conclude.settle_accounts(run, Withheld())
    conclude.stage_quarantine(run)
    try:
        check = partial(withhold_what_fails, run, entities_anew=entities_anew)
        report = timed(run, step, "check the staged rows", "checks", check)
    except conclude.ChecksFailed as problem:
        problem.summary = _summarise(run, problem.report, "failed_checks", {})
        conclude.publish_failure(run, str(problem))
        raise
    if conclude.changes_rows(run):
        publish = partial(conclude.publish_run, run, entities_anew=entities_anew)
        rows, status = dict(timed(run, step, "publish", "publish", publish)), "published"
    else:
        rows, status = {}, "nothing_new"
        conclude.keep_record(run, status)
    summary = _summarise(run, report, status, rows)
    stages.trim_store(run)
    shutil.rmtree(run.work.staging, ignore_errors=True)
    return summary


def timed(
    run: RunState, step: Step, name: str, stage: str, work: Callable[[], T],
    total: int | None = None,
) -> T:  # fmt: skip
    """Carry out a step as part of a stage, whose seconds are counted and whose counts are told."""

    def told() -> T:
        result = work()
        words = stage_words(run, stage, result)
        if words:
            progress.get().tell(words)
        return result

    with run.stage(stage, total, UNITS.get(stage, "articles")):
        return step(name, told)


def _summarise(run: RunState, report: CheckReport, status: str, rows: dict[str, int]) -> Summary:
    assert run.accounts is not None
    result, failure = run.work.staged(CHECK_RESULT), run.work.staged(CHECK_FAILURE)
    quarantine = run.work.staged(QUARANTINE)
    opened = quarantine.filter(quarantine["status"] == "open")
    return Summary(
        run_id=run.clock.run_id,
        status=status,
        source=without_credentials(run.address),
        warehouse=str(run.settings.warehouse),
        files_seen=run.accounts.files_seen,
        files_gone=run.accounts.files_gone,
        files=run.accounts.files,
        records=run.accounts.records,
        rows=rows,
        seconds=dict(run.seconds),
        checks_run=report.result.height,
        failed_checks=failed_checks(result, failure),
        quarantine=tuple(opened.select("source_uri", "rule", "message").iter_rows()),
        paragraphs_read=run.paragraphs_read,
        paragraphs_reused=run.paragraphs_reused,
        notices=tuple(run.notices),
    )
