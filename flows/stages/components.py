"""Describes the versioned components of the program that produce rows, as `ops.component`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

import polars as pl

from flows.session.reference import Reference
from flows.stages.table_builders import BUILDERS
from transforms.article.identity import short_hash
from transforms.block.weights import BLOCK_COMPONENT_VERSION, block_component_config
from transforms.entity.resolve import ENTITY_COMPONENT_VERSION
from transforms.mention.build import MENTION_COMPONENT_VERSION
from transforms.nlp.annotation import annotation_versions
from transforms.nlp.pipeline import Component, Pipeline
from transforms.nlp.read import blank_pipeline
from transforms.sentence.split import SENTENCE_COMPONENT_VERSION
from warehouse.tables import COMPONENT


class Components(NamedTuple):
    """Rows of COMPONENT, the component of each stage, and that of stage nlp by language."""

    component: pl.DataFrame
    by_stage: Mapping[str, str]
    nlp_by_language: Mapping[str, str]

    @property
    def store_id(self) -> str:
        """Names the language results these components make, and the annotations they are."""
        made_by = [self.by_stage["sentence"], *sorted(self.nlp_by_language.values())]
        return short_hash([*made_by, *annotation_versions()])


def describe_components(
    pipelines: Mapping[str, Pipeline], languages: list[str], reference: Reference, code: str
) -> Components:
    """The components a run uses. ``languages`` are those of its articles."""
    rows: dict[str, tuple[str, Component]] = {}
    places = ("place_names", "demonyms")
    by_stage = {}
    for stage, version, config in (
        ("extract", code, "{}"),
        ("block", BLOCK_COMPONENT_VERSION, block_component_config(reference.block_model)),
        ("sentence", SENTENCE_COMPONENT_VERSION, "{}"),
        ("mention", MENTION_COMPONENT_VERSION, _mention_config(reference, "name_words", *places)),
        (
            "entity",
            ENTITY_COMPONENT_VERSION,
            _tables(reference, "nicknames", "legal_forms", "entity_overrides", *places),
        ),
    ):
        component = Component(f"newshouse.{stage}", version, config)
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


def _tables(reference: Reference, *names: str) -> str:
    return json.dumps({"tables": reference.hash_of(*names)})


def _mention_config(reference: Reference, *names: str) -> str:
    """Reference tables, and versions of the builders that make further tables at that stage."""
    config: dict[str, object] = {"tables": reference.hash_of(*names)}
    builders = {b.contract.name: b.version for b in BUILDERS if b.version is not None}
    if builders:
        config["builders"] = builders
    return json.dumps(config)


def _component_id(stage: str, component: Component) -> str:
    return short_hash((stage, *component))
