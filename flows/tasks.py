"""The stages of a run as Prefect tasks, in order, and the last steps that all flows share.

Every stage can also be called outside a flow.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from expectations.user_sql import refuse_unanswerable
from flows.orchestration.artifacts.asset import Lineage
from flows.orchestration.stage_task import StageTask
from flows.session.delivery import Delivery
from flows.session.session import Session
from flows.session.summary import ChecksFailed, Summary
from flows.stages.blocks import Typed, type_blocks
from flows.stages.checks import check_and_withhold
from flows.stages.compare import compare as compare_records
from flows.stages.components import Components
from flows.stages.declared import (
    BLOCKS,
    CHECKS,
    COMPARE,
    DISCOVER,
    ENTITIES,
    EXTRACT,
    LANGUAGE,
    LINKS,
    MENTIONS,
    PUBLISH,
)
from flows.stages.discover import discover as discover_files
from flows.stages.entities import KnownEntities, Resolved, corrections_changed, resolve_entities
from flows.stages.extract import extract as extract_files
from flows.stages.kept_articles import stage_kept_articles, stage_reference
from flows.stages.language import LanguageRead, read_language
from flows.stages.links import Linked, point_links
from flows.stages.mentions import find_mentions
from flows.stages.publish import Published, changes_rows, publish_staged
from flows.workers.choice import readers_for
from flows.workers.pool import Workers
from warehouse.staging import open_check_database

discover = StageTask(DISCOVER, discover_files)
extract = StageTask(EXTRACT, extract_files, total=lambda _, found: len(found.plan.candidates))
compare = StageTask(COMPARE, compare_records)
blocks = StageTask(
    BLOCKS, type_blocks, total=lambda _, delivery, *__: delivery.extracted.article_count
)
language = StageTask(LANGUAGE, read_language, total=lambda _, typed, *__: typed.article_count)
mentions = StageTask(MENTIONS, find_mentions, total=lambda _, typed, *__: typed.article_count)
entities = StageTask(ENTITIES, resolve_entities)
corrections = StageTask(ENTITIES, resolve_entities, title="correct entities")
links = StageTask(LINKS, point_links)
checks = StageTask(CHECKS, check_and_withhold)
publish = StageTask(
    PUBLISH,
    publish_staged,
    lineage=lambda session: Lineage(session.settings.source, session.settings.warehouse),
)
publish_rebuilt = StageTask(
    PUBLISH, publish_staged, lineage=lambda session: Lineage(None, session.settings.warehouse)
)


def find_names(session: Session, typed: Typed, workers: Workers) -> LanguageRead | None:
    """Sentences and mentions of the parts whose blocks are typed; null where there is none."""
    if not typed.parts:
        return None
    with readers_for(session, workers) as readers:
        # Dask would send its workers the task that calls them, with the whole session.
        read = language if readers is workers else language.without_task
        done = read(session, typed, readers)
    mentions(session, typed, done, workers)
    return done


def relate(
    session: Session,
    delivery: Delivery,
    typed: Typed,
    read: LanguageRead | None,
    known_entities: KnownEntities | None = None,
) -> Resolved:
    """Entities and links of the parts, and what they change of published articles, staged."""
    resolved, linked = Resolved(), Linked()
    components: Components | None = None if read is None else read.components
    if typed.parts:
        resolved = entities(session, typed, known_entities)
        linked = links(session, typed)
    elif (components := corrections_changed(session)) is not None:
        resolved = corrections(session, typed, known_entities)
    stage_kept_articles(session, delivery, resolved, linked)
    stage_reference(session, components)
    return resolved


def check_and_publish(
    session: Session,
    delivery: Delivery,
    resolved: Resolved,
    read: LanguageRead | None,
    *,
    all_entities_replaced: bool = False,
    publish: StageTask[[bool], Published] = publish,
) -> Summary:
    """Check, withhold and publish what is staged; the summary of the run.

    Raises ChecksFailed and AccountingError, with nothing published but the run's own record.
    ``all_entities_replaced``: all entities were rebuilt, so the published ones are removed.
    """
    record = session.record
    paragraphs = (0, 0) if read is None else (read.reading.fresh, read.reading.reused)
    try:
        checked = checks(session, delivery, resolved, all_entities_replaced)
    except ChecksFailed as problem:
        problem.summary = record.summary(problem.report, "failed_checks", {}, paragraphs)
        record.publish_failure(str(problem))
        raise
    if changes_rows(session):
        rows, status = dict(publish(session, all_entities_replaced).rows), "published"
    else:
        rows, status = {}, "nothing_new"
        record.keep(status)
    summary = record.summary(checked.report, status, rows, paragraphs)
    if read is not None:
        read.store(session.staging).trim(session.settings.nlp_store_mb * 1024 * 1024)
    shutil.rmtree(session.staging.folder, ignore_errors=True)
    return summary


def refuse_broken_checks() -> None:
    """Raises CheckError, before any work, for a user's SQL check that cannot be executed."""
    with tempfile.TemporaryDirectory() as folder:
        con = open_check_database(Path(folder), None)
        try:
            refuse_unanswerable(con)
        finally:
            con.close()
