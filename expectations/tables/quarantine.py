"""Checks of `ops.quarantine` that its contract cannot state: who resolved a row, and when."""

from __future__ import annotations

from expectations.check import Check
from expectations.sql_text import is_blank, row_check
from warehouse.tables import QUARANTINE

CHECKS: tuple[Check, ...] = (
    row_check(
        QUARANTINE,
        "resolved_run_id",
        "agrees_with_status",
        "critical",
        "A replayed row names the run that resolved it; an open row names none.",
        bad="(status = 'open' and resolved_run_id is not null) "
        "or (status = 'replayed' and resolved_run_id is null)",
        observed="status || ' ' || coalesce(resolved_run_id, 'by no run')",
    ),
    row_check(
        QUARANTINE,
        "message",
        "not_blank",
        "critical",
        "The message says what is wrong and what to do; a row without one cannot be resolved.",
        bad=f"{is_blank('message')} or {is_blank('rule')}",
        observed="rule",
    ),
)
