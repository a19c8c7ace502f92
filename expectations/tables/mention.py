"""Checks of `mention`: its text has clean ends, and its type is that of its entity."""

from __future__ import annotations

from expectations.check import Check
from expectations.sql_text import is_invisible_at_edge, row_check, visible
from warehouse.tables import MENTION

CHECKS: tuple[Check, ...] = (
    row_check(
        MENTION,
        "text",
        "trimmed",
        "quarantine",
        "A name neither starts nor ends with white space or an invisible character, and has a "
        "letter or digit.",
        bad=rf"{is_invisible_at_edge('text')} or not regexp_matches({visible('text')}, '[\pL\pN]')",
        observed="text",
    ),
    row_check(
        MENTION,
        "entity_type",
        "is_type_of_entity",
        "quarantine",
        "A mention has the type of its entity.",
        source="main.mention as t join known.entity as e using (entity_id)",
        bad="e.entity_type <> t.entity_type",
        observed="t.text || ': ' || t.entity_type || ', entity: ' || e.entity_type",
    ),
    row_check(
        MENTION,
        "confidence",
        "a_number",
        "quarantine",
        "NaN passes every comparison and spoils every mean.",
        bad="isnan(confidence)",
        observed="text",
    ),
)
