"""Checks of `ops.record` that its contract cannot state: its hints, and its place in the text."""

from __future__ import annotations

from expectations.check import Check
from expectations.sql_text import row_check
from warehouse.tables import RECORD

CHECKS: tuple[Check, ...] = (
    row_check(
        RECORD,
        "hints",
        "a_json_list",
        "quarantine",
        "Derived tables are made anew from the hints, so they must be readable: a list of lists.",
        bad="coalesce(json_type(case when json_valid(hints) then hints end), '') <> 'ARRAY'",
        observed="left(hints, 120)",
    ),
    row_check(
        RECORD,
        "file_id",
        "is_file_of_version",
        "critical",
        "The record and the version it made come from the same bytes.",
        source="ops.record as t join known.article_version as v using (article_id, version_no)",
        bad="v.file_id <> t.file_id",
        observed="t.file_id || ', version: ' || v.file_id",
    ),
    row_check(
        RECORD,
        "mojibake",
        "none_as_delivered",
        "warning",
        "Text decoded with the wrong charset before it was delivered stays as it is, as offsets "
        "point into it; fetch it again, or load it with repair_mojibake.",
        bad="starts_with(mojibake, 'as delivered')",
        observed="mojibake",
    ),
)
