"""Builds the rows of `entity_alias`: the names that articles and corrections give entities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

import polars as pl

from transforms.entity.override import Corrections
from transforms.entity.register import EntityRegister
from transforms.name.compare import block_key
from transforms.name.form import fold, is_acronym
from warehouse.tables import ENTITY_ALIAS

# The kind that stands where articles use one name in several ways.
_RANK = {kind: i for i, kind in enumerate(
    ("override", "canonical", "demonym", "acronym", "short", "full", "variant")
)}  # fmt: skip
PRINTED = dict.fromkeys(("entity_id", "cluster_name", "text"), pl.String())
_SOURCES = {
    "override": "entity_overrides.csv",
    "canonical": "canonical name",
    "demonym": "demonyms.csv",
    "acronym": "article: capitals of the full name",
    "short": "article: beside the full name",
    "full": "article: fullest form in it",
    "variant": "article: other spelling",
}


_AT_ONCE = 20_000
"""Rows held as Python objects."""

Kinds = dict[str, str]
"""The kind of each name of one entity."""


def build_entity_alias(
    printed: Sequence[pl.DataFrame],
    register: EntityRegister,
    corrections: Corrections,
    known_alias: pl.DataFrame,
) -> pl.DataFrame:
    """Names not known yet: printed ones (frames of PRINTED, one at least) and those of corrections.

    A name that is printed in several ways has the kind that ranks first.
    """
    corrected = _corrected(register, corrections)
    inherited = _inherited(register, corrections, known_alias)
    distinct = pl.concat(printed).unique()
    frames = [ENTITY_ALIAS.empty()]
    rows: list[tuple[str, ...]] = []
    for entity_id, names in _by_entity(distinct):
        kinds = corrected.pop(entity_id, {})
        row = register.rows[entity_id]
        for cluster_name, text in names:
            for alias in (cluster_name, text):
                _note(kinds, alias, _kind(alias, row.entity_type, row.name, cluster_name))
        rows += _rows(entity_id, kinds, inherited.pop(entity_id, ()), register)
        if len(rows) >= _AT_ONCE:
            frames.append(_frame(rows))
            rows = []
    for entity_id in {**corrected, **inherited}:
        kinds = corrected.get(entity_id, {})
        rows += _rows(entity_id, kinds, inherited.get(entity_id, ()), register)
    every = pl.concat([*frames, _frame(rows)]).sort(ENTITY_ALIAS.key)
    return ENTITY_ALIAS.conform(every.join(known_alias, on=ENTITY_ALIAS.key, how="anti"))


def _by_entity(printed: pl.DataFrame) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    rows = printed.sort("entity_id").iter_rows()
    for entity_id, names in groupby(rows, key=itemgetter(0)):
        yield entity_id, [(cluster_name, text) for _, cluster_name, text in names]


def _corrected(register: EntityRegister, corrections: Corrections) -> dict[str, Kinds]:
    """Names that corrections give, by entity."""
    found: dict[str, Kinds] = defaultdict(dict)
    for entity_id in corrections.touched:
        _note(found[entity_id], register.rows[entity_id].name, "canonical")
    for entity_id, alias in corrections.names:
        _note(found[register.current(entity_id)], alias, "override")
    return found


def _inherited(
    register: EntityRegister, corrections: Corrections, known_alias: pl.DataFrame
) -> dict[str, list[str]]:
    """Names of known entities that are others now, by those."""
    found: dict[str, list[str]] = defaultdict(list)
    for entity_id, alias in known_alias.select("entity_id", "alias").iter_rows():
        if corrections.is_merged(entity_id):
            found[register.current(entity_id)].append(alias)
    return found


def _note(kinds: Kinds, alias: str, kind: str) -> None:
    if alias not in kinds or _RANK[kind] < _RANK[kinds[alias]]:
        kinds[alias] = kind


def _rows(
    entity_id: str, kinds: Kinds, inherited: Iterable[str], register: EntityRegister
) -> list[tuple[str, ...]]:
    """Rows of an entity; its own name is one of its names."""
    _note(kinds, register.rows[entity_id].name, "canonical")
    for alias in inherited:
        kinds.setdefault(alias, "override")
    return [
        (entity_id, alias, kind, _SOURCES[kind], _block(register, entity_id, alias))
        for alias, kind in kinds.items()
    ]


def _frame(rows: list[tuple[str, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=ENTITY_ALIAS.polars_schema, orient="row")


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
