"""Checks of `entity_merge` that its contract cannot state: it leads to another entity."""

from __future__ import annotations

from expectations.check import Check
from expectations.sql_text import row_check, rows_of
from warehouse.tables import ENTITY_MERGE

CHECKS: tuple[Check, ...] = (
    row_check(
        ENTITY_MERGE,
        "into_entity_id",
        "another_entity",
        "critical",
        "A merge or a split leads to another entity; into itself it would never end.",
        bad="kind in ('merge', 'split') and into_entity_id = entity_id",
        observed="kind",
    ),
    row_check(
        ENTITY_MERGE,
        "into_entity_id",
        "in_entity",
        "critical",
        "What an entity became can be looked up.",
        source=rows_of(ENTITY_MERGE),
        bad="not exists (select 1 from known.entity as e where e.entity_id = t.into_entity_id)",
        observed="t.into_entity_id",
    ),
)
