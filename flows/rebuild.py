"""Makes derived tables anew out of the kept texts, with the components of today."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import polars as pl

from flows.session.components import describe_components
from flows.session.hold import hold_warehouse
from flows.session.preload import Warm
from flows.session.run import crew_of, derive_rows, directly, finish, name_things, timed
from flows.session.run_state import RunState
from flows.session.summary import Summary
from flows.settings import Settings
from flows.stages import steps as stages
from flows.stages.discovery import KNOWN_FILE, Plan
from flows.version import CODE_VERSION
from flows.workers.pool import Step
from transforms.article.version import nothing_assigned
from transforms.block.boilerplate import LINE_COUNT_SCHEMA, build_boilerplate_line
from warehouse.layout import WarehouseError
from warehouse.tables import ENTITY, ENTITY_ALIAS


def rebuild(
    settings: Settings,
    *,
    only_changed: bool = False,
    step: Step = directly,
    warm: Warm | None = None,
    flow_run_id: str | None = None,
) -> Summary:
    """Make blocks, sentences, mentions, entities and links of the published articles anew.

    With ``only_changed``, only those of articles that some component of another version made;
    entities then keep what is known of them. Otherwise everything derived is replaced, entities
    included, and equals a fresh load of the same texts. Texts and versions are never touched.
    """
    if not settings.warehouse.exists():
        raise WarehouseError(
            f"{settings.warehouse}: there is no warehouse to rebuild. Make one with: newshouse run"
        )
    with hold_warehouse(settings, warm, flow_run_id=flow_run_id) as run:
        run.plan = Plan(0, 0, (), pl.DataFrame(schema=KNOWN_FILE))
        run.version = nothing_assigned()
        chosen = _chosen(run, only_changed=only_changed)
        if not only_changed:
            run.known_entity, run.known_alias = ENTITY.empty(), ENTITY_ALIAS.empty()
        timed(run, step, "learn boilerplate", "compare", partial(_learn, run, chosen))
        for number, ids in enumerate(_chunks(chosen, settings.batch_chars)):
            _rederive(run, step, f"{number:05}", ids)
        with crew_of(run, step, int(chosen["chars"].sum())) as crew:
            name_things(run, step, crew)
        derive_rows(run, step)
        stages.stage_known_articles(run)
        stages.stage_reference(run)
        return finish(run, step, entities_anew=not only_changed)


def _chosen(run: RunState, *, only_changed: bool) -> pl.DataFrame:
    sizes = run.known.article_sizes()
    if not only_changed:
        return sizes
    languages = run.known.languages()
    components = describe_components(run.pipelines(), languages, run.reference, CODE_VERSION)
    stale = run.known.articles_of_other_components(components.component["component_id"].to_list())
    return sizes.filter(pl.col("article_id").is_in(stale.implode()))


def _learn(run: RunState, chosen: pl.DataFrame) -> int:
    chunks = _chunks(chosen, run.settings.batch_chars)
    counts = [
        stages.count_lines_of(run, f"{number:05}", run.known.staged_records(ids))
        for number, ids in enumerate(chunks)
    ]
    line_count = (
        pl.concat([pl.DataFrame(schema=LINE_COUNT_SCHEMA), *counts])
        .group_by("source_id", "line")
        .agg(pl.col("article_count").sum())
    )
    published = run.known.line_counts(
        line_count["source_id"].unique().to_list(), line_count["line"], chosen["article_id"]
    )
    run.boilerplate_line = build_boilerplate_line(line_count, published)
    return run.boilerplate_line.height


def _rederive(run: RunState, step: Step, part: str, ids: pl.Series) -> None:
    name = f"type blocks, batch {int(part) + 1}"
    timed(run, step, name, "blocks", partial(stages.rederive, run, part, ids))


def _chunks(chosen: pl.DataFrame, batch_chars: int) -> Iterator[pl.Series]:
    numbered = chosen.with_columns((pl.col("chars").cum_sum() // batch_chars).alias("chunk_no"))
    for _, chunk in numbered.group_by("chunk_no", maintain_order=True):
        yield chunk["article_id"]
