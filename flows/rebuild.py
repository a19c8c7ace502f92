"""The Prefect flow that rebuilds derived tables from the kept texts with the current components."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from prefect import flow, runtime
from prefect.client.schemas.objects import State

from flows.orchestration.artifacts.asset import Lineage
from flows.orchestration.flow_state import run_as_flow, run_name
from flows.orchestration.stage_task import StageTask, run_batch
from flows.session.delivery import Delivery
from flows.session.preload import Preload
from flows.session.session import Session, open_session
from flows.session.summary import Summary
from flows.settings import Settings
from flows.stages.blocks import Typed, retype
from flows.stages.compare import count_lines_of, learn_boilerplate
from flows.stages.components import describe_components
from flows.stages.declared import BLOCKS, COMPARE
from flows.stages.entities import KnownEntities
from flows.tasks import check_and_publish, find_names, publish_rebuilt, relate
from flows.version import CODE_VERSION
from flows.workers.choice import workers_for
from warehouse.layout import WarehouseError


@flow(name="rebuild", flow_run_name=run_name, persist_result=False)
def rebuild(warehouse: Path = Path("news.duckdb"), only_changed: bool = False) -> State[Any]:
    """Derive all tables again from the kept texts, with the current components.

    Texts, versions and the record of runs are kept. Use it after a change of pipeline, rules or
    reference tables.

    Args:
        warehouse: The published DuckDB file.
        only_changed: Only articles made by components of other versions; quicker, and known
            entities are kept.
    """
    settings = Settings(warehouse=warehouse)
    return run_as_flow(
        Lineage(None, warehouse),
        lambda: rebuild_warehouse(
            settings, only_changed=only_changed, flow_run_id=str(runtime.flow_run.id)
        ),
    )


def rebuild_warehouse(
    settings: Settings,
    *,
    only_changed: bool = False,
    preload: Preload | None = None,
    flow_run_id: str | None = None,
) -> Summary:
    """Make blocks, sentences, mentions, entities and links of published articles again.

    With ``only_changed``, only those of articles made by components of other versions; known
    entities are then kept. Otherwise everything derived is replaced, entities included, and equals
    a fresh load of the same texts. Texts and versions are never changed.
    """
    if not settings.warehouse.exists():
        raise WarehouseError(
            f"{settings.warehouse}: there is no warehouse to rebuild. Make one with: newshouse run"
        )
    with open_session(settings, preload, flow_run_id=flow_run_id) as session:
        delivery = Delivery()
        chosen = _chosen(session, only_changed=only_changed)
        lines = learn(session, chosen)
        parts: list[str] = []
        for number, ids in enumerate(_chunks(chosen, settings.batch_chars)):
            part = f"{number:05}"
            if retype_part(session, delivery, part, ids, lines.boilerplate_line).count:
                parts.append(part)
        typed = Typed(tuple(parts))
        with workers_for(session, int(chosen["chars"].sum()), run_batch) as workers:
            read = find_names(session, typed, workers)
        resolved = relate(session, delivery, typed, read, None if only_changed else KnownEntities())
        return check_and_publish(
            session, delivery, resolved, read, all_entities_replaced=not only_changed,
            publish=publish_rebuilt,
        )  # fmt: skip


def _chosen(session: Session, *, only_changed: bool) -> pl.DataFrame:
    """`article_id, chars` of the articles to make again."""
    sizes = session.known.article_sizes()
    if not only_changed:
        return sizes
    languages = session.known.languages()
    components = describe_components(
        session.pipelines(), languages, session.reference, CODE_VERSION
    )
    stale = session.known.articles_of_other_components(
        components.component["component_id"].to_list(), components.stage_count
    )
    return sizes.filter(pl.col("article_id").is_in(stale.implode()))


@dataclass(frozen=True)
class Learned:
    """`source_id, line` of what outlets repeat."""

    boilerplate_line: pl.DataFrame

    def describe(self) -> str:
        """How many lines, in words."""
        return f"{self.boilerplate_line.height:,} lines that outlets repeat"


def _learn(session: Session, chosen: pl.DataFrame) -> Learned:
    """Which lines outlets repeat, by all published articles."""
    chunks = _chunks(chosen, session.settings.batch_chars)
    counts = [
        count_lines_of(session, f"{number:05}", session.known.staged_records(ids))
        for number, ids in enumerate(chunks)
    ]
    return Learned(learn_boilerplate(session, counts, chosen["article_id"]))


@dataclass(frozen=True)
class Retyped:
    """How many articles were typed again."""

    count: int

    def describe(self) -> str:
        """The number, in words."""
        return f"{self.count:,} articles typed"


def _retype(
    session: Session, delivery: Delivery, part: str, ids: pl.Series, boilerplate_line: pl.DataFrame
) -> Retyped:
    """Blocks and article rows of published articles, made again."""
    return Retyped(retype(session, delivery, part, ids, boilerplate_line))


learn = StageTask(COMPARE, _learn, title="learn boilerplate")
retype_part = StageTask(BLOCKS, _retype)


def _chunks(chosen: pl.DataFrame, batch_chars: int) -> Iterator[pl.Series]:
    numbered = chosen.with_columns((pl.col("chars").cum_sum() // batch_chars).alias("chunk_no"))
    for _, chunk in numbered.group_by("chunk_no", maintain_order=True):
        yield chunk["article_id"]
