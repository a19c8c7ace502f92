"""Checks of `entity_alias` that its contract cannot state: the name is written as names are."""

from __future__ import annotations

from expectations.check import Check
from expectations.sql_text import is_blank, is_unnormalised, row_check
from warehouse.tables import ENTITY_ALIAS

CHECKS: tuple[Check, ...] = (
    row_check(
        ENTITY_ALIAS,
        "alias",
        "trimmed",
        "warning",
        "Names are looked up as written; one with odd white space or an invisible character is "
        "never found. The entity does not need it.",
        bad=f"{is_unnormalised('alias')} or {is_blank('alias')} or alias = ''",
        observed="alias",
    ),
)
