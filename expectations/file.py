"""Checks of `ops.file`: every outcome has what belongs to it, an article, a reason or a twin."""

from __future__ import annotations

from expectations.check import Check
from expectations.sql_text import row_check, rows_of
from warehouse.tables import FILE

CHECKS: tuple[Check, ...] = (
    row_check(
        FILE,
        "outcome",
        "never_unchanged",
        "critical",
        "An unchanged file has no row; ops.run counts it.",
        bad="outcome = 'unchanged'",
        observed="source_uri",
    ),
    row_check(
        FILE,
        "outcome",
        "quarantined_with_reason",
        "critical",
        "A file that is turned away says why, here and in ops.quarantine.",
        source=rows_of(FILE),
        bad="t.outcome = 'quarantined' and (t.reason is null or not exists "
        "(select 1 from known.quarantine as q where q.source_uri = t.source_uri))",
        observed="coalesce(t.reason, 'no reason')",
    ),
    row_check(
        FILE,
        "duplicate_of",
        "names_the_first",
        "critical",
        "A duplicate names the file with the same bytes, and only a duplicate does.",
        bad="(outcome = 'duplicate') <> (duplicate_of is not null) or duplicate_of = source_uri",
        observed="outcome || ' of ' || coalesce(duplicate_of, 'nothing')",
    ),
    row_check(
        FILE,
        "outcome",
        "loaded_with_record",
        "critical",
        "A file that was loaded or revised has at least one record in the warehouse.",
        source=rows_of(FILE),
        bad="t.outcome in ('loaded', 'revised') and not exists (select 1 from known.record as r "
        "where r.file_uri = t.source_uri)",
        observed="t.outcome",
    ),
)
