"""Checks of `ops.file`: every outcome has its article, its reason or the file it duplicates."""

# ruff: noqa: S608 (names come from contracts, values are literals of this project)

from __future__ import annotations

from expectations.check import Check
from expectations.sql_text import row_check, rows_of
from warehouse.tables import FILE

_NOT_PURGED = "t.file_id not in (select file_id from known.tombstone)"
"""A purged article has no record any more; its file keeps the row with its outcome."""

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
        "A quarantined file has its reason here and in ops.quarantine.",
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
        "Only a duplicate names another file: the one with the same bytes, or the one that has all "
        "its records.",
        source=rows_of(FILE),
        bad="t.duplicate_of is not null and (t.outcome <> 'duplicate' or "
        "t.duplicate_of = t.source_uri or not exists (select 1 from known.file as f "
        "where f.source_uri = t.duplicate_of))",
        observed="t.outcome || ' of ' || t.duplicate_of",
    ),
    row_check(
        FILE,
        "outcome",
        "duplicate_of_something",
        "critical",
        "A duplicate names the file with the same bytes, or has records in ops.record that repeat "
        "those of other files; else it is not known what it repeats.",
        source=rows_of(FILE),
        bad="t.outcome = 'duplicate' and t.duplicate_of is null and not exists "
        f"(select 1 from known.record as r where r.file_uri = t.source_uri) and {_NOT_PURGED}",
        observed="t.outcome || ' of nothing'",
    ),
    row_check(
        FILE,
        "outcome",
        "loaded_with_record",
        "critical",
        "A file that was loaded or revised has at least one record in the warehouse.",
        source=rows_of(FILE),
        bad="t.outcome in ('loaded', 'revised') and not exists (select 1 from known.record as r "
        f"where r.file_uri = t.source_uri) and {_NOT_PURGED}",
        observed="t.outcome",
    ),
)
