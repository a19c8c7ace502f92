"""Builds the table `entity_alias`: what articles and corrections call things. Joins nothing."""

from __future__ import annotations

import polars as pl

from transforms.entity_override import Corrections
from transforms.entity_register import EntityRegister
from transforms.name import block_key
from transforms.name_form import fold, is_acronym
from warehouse.tables import ENTITY_ALIAS

# The kind that stands where articles use one name in several ways.
_RANK = {kind: i for i, kind in enumerate(
    ("override", "canonical", "demonym", "acronym", "short", "full", "variant")
)}  # fmt: skip
_SOURCES = {
    "override": "entity_overrides.csv",
    "canonical": "canonical name",
    "demonym": "demonyms.csv",
    "acronym": "article: capitals of the full name",
    "short": "article: beside the full name",
    "full": "article: fullest form in it",
    "variant": "article: other spelling",
}


def build_entity_alias(
    named: pl.DataFrame,
    register: EntityRegister,
    corrections: Corrections,
    known_alias: pl.DataFrame,
) -> pl.DataFrame:
    """Names not known yet, of `named` mentions (entity_id, cluster_name, text) and corrections."""
    printed = named.drop_nulls("entity_id").select("entity_id", "cluster_name", "text").unique()
    kinds: dict[tuple[str, str], str] = {}

    def note(entity_id: str, alias: str, kind: str) -> None:
        key = (entity_id, alias)
        if key not in kinds or _RANK[kind] < _RANK[kinds[key]]:
            kinds[key] = kind

    for entity_id, cluster_name, text in printed.iter_rows():
        name, entity_type = register.rows[entity_id].name, register.rows[entity_id].entity_type
        note(entity_id, name, "canonical")
        for alias in (cluster_name, text):
            note(entity_id, alias, _kind(alias, entity_type, name, cluster_name))
    for entity_id in corrections.touched:
        note(entity_id, register.rows[entity_id].name, "canonical")
    for entity_id, alias in corrections.names:
        note(register.current(entity_id), alias, "override")
    for entity_id, alias in known_alias.select("entity_id", "alias").iter_rows():
        if corrections.is_merged(entity_id):
            kinds.setdefault((register.current(entity_id), alias), "override")
    rows = [
        (entity_id, alias, kind, _SOURCES[kind], _block(register, entity_id, alias))
        for (entity_id, alias), kind in sorted(kinds.items())
    ]
    frame = pl.DataFrame(rows, schema=ENTITY_ALIAS.polars_schema, orient="row")
    return ENTITY_ALIAS.conform(frame.join(known_alias, on=ENTITY_ALIAS.key, how="anti"))


def _block(register: EntityRegister, entity_id: str, alias: str) -> str:
    return block_key(alias, register.rows[entity_id].entity_type, register.vocabulary)


def _kind(alias: str, entity_type: str, name: str, cluster_name: str) -> str:
    if alias == name:
        return "canonical"
    if entity_type == "group":
        return "demonym"
    if is_acronym(alias, name) or is_acronym(alias, cluster_name):
        return "acronym"
    words = set(fold(alias).split())
    if any(words < set(fold(full).split()) for full in (name, cluster_name)):
        return "short"
    return "full" if alias == cluster_name else "variant"
