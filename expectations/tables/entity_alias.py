"""Checks of `entity_alias` that its contract cannot state: the name is written as names are."""

from __future__ import annotations

from expectations.check import Check
from expectations.sql_text import is_blank, is_unkempt, row_check
from warehouse.tables import ENTITY_ALIAS

CHECKS: tuple[Check, ...] = (
    row_check(
        ENTITY_ALIAS,
        "alias",
        "trimmed",
        "warning",
        "Names are looked up as they are written; one with odd white space, or with what nobody "
        "sees, is found by no one. The entity is whole without it.",
        bad=f"{is_unkempt('alias')} or {is_blank('alias')} or alias = ''",
        observed="alias",
    ),
)
