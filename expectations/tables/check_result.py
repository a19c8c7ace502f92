"""Checks of `ops.check_result` that its contract cannot state: the outcome agrees with the
count."""

from __future__ import annotations

from expectations.check import Check
from expectations.sql_text import row_check
from warehouse.tables import CHECK_RESULT

CHECKS: tuple[Check, ...] = (
    row_check(
        CHECK_RESULT,
        "success",
        "agrees_with_count",
        "critical",
        "A check held exactly when no row failed.",
        bad="success <> (failed_count = 0)",
        observed="success || ', failed: ' || failed_count",
    ),
)
