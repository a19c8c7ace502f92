"""Describes the versioned components of the program that produce rows, as `ops.component`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import polars as pl

from flows.session.reference import Reference
from flows.stages.table_builders import BUILDERS
from transforms.article.identity import short_hash
from transforms.article.related_link import RELATED_LINK_COMPONENT_VERSION
from transforms.block.weights import BLOCK_COMPONENT_VERSION, block_component_config
from transforms.entity.resolve import ENTITY_COMPONENT_VERSION
from transforms.nlp.annotation import annotation_versions, version_of
from transforms.nlp.pipeline import Component, Pipeline
from transforms.nlp.read import blank_pipeline
from transforms.sentence.split import SENTENCE_COMPONENT_VERSION
from warehouse.contract import Contract
from warehouse.tables import ANNOTATIONS, BLOCK, COMPONENT, ENTITY, RELATED_LINK


class Components(NamedTuple):
    """Rows of COMPONENT, the component of each stage, and that of stage nlp by language."""

    component: pl.DataFrame
    by_stage: Mapping[str, str]
    nlp_by_language: Mapping[str, str]

    @property
    def stage_count(self) -> int:
        """How many components made one article's rows."""
        return len(self.by_stage) + 1

    @property
    def store_id(self) -> str:
        """Names the language results these components make, and the annotations they are."""
        pipelines = sorted(self.nlp_by_language.values())
        return short_hash([SENTENCE_COMPONENT_VERSION, *pipelines, *annotation_versions()])


def describe_components(
    pipelines: Mapping[str, Pipeline], languages: list[str], reference: Reference, code: str
) -> Components:
    """The components a run uses. ``languages`` are those of its articles."""
    rows: dict[str, tuple[str, Component]] = {}
    by_stage = {}
    for stage, version, config in _made_by_rules(reference, code):
        component = Component(f"newshouse.{stage}", version, json.dumps(config, sort_keys=True))
        by_stage[stage] = _component_id(stage, component)
        rows[by_stage[stage]] = (stage, component)
    nlp_by_language = {}
    for language in languages:
        component = (pipelines.get(language) or blank_pipeline(language)).component
        nlp_by_language[language] = _component_id("nlp", component)
        rows[nlp_by_language[language]] = ("nlp", component)
    frame = pl.DataFrame(
        [(key, stage, *component) for key, (stage, component) in rows.items()],
        COMPONENT.polars_schema,
        orient="row",
    )
    return Components(COMPONENT.conform(frame), by_stage, nlp_by_language)


def _made_by_rules(
    reference: Reference, code: str
) -> Iterator[tuple[str, str, Mapping[str, object]]]:
    """Stage, version and configuration of all that the program's own rules make.

    The columns of an article's table are among its configuration: one that is added makes the rows
    that lack it those of another component.
    """
    yield "extract", code, {}
    kinds = block_component_config(reference.block_model)
    yield BLOCK.name, BLOCK_COMPONENT_VERSION, kinds | _columns(BLOCK)
    for contract in ANNOTATIONS:
        if (version := version_of(contract)) is not None:
            yield contract.name, version, _columns(contract)
    for builder in BUILDERS:
        read = {"tables": reference.hash_of(*builder.reads)} if builder.reads else {}
        yield builder.stage, builder.version, read | _columns(builder.contract)
    yield RELATED_LINK.name, RELATED_LINK_COMPONENT_VERSION, _columns(RELATED_LINK)
    names = ("nicknames", "legal_forms", "entity_overrides", "place_names", "demonyms")
    yield ENTITY.name, ENTITY_COMPONENT_VERSION, {"tables": reference.hash_of(*names)}


def _columns(contract: Contract) -> dict[str, object]:
    return {"columns": contract.column_names}


def _component_id(stage: str, component: Component) -> str:
    return short_hash((stage, *component))
