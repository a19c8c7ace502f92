"""Checks of `ops.run`: its sums add up. The outcome of each file is checked in `file.py`."""

# ruff: noqa: S608 (names come from contracts, values are literals of this project)

from __future__ import annotations

from expectations.check import Check
from expectations.sql_text import literal, row_check, utc
from warehouse.tables import RUN
from warehouse.tables.run import OUTCOMES

_COUNTED = "status not in ('crashed', 'failed')"
"""A run that failed or crashed may have seen files that got no outcome."""

_RECORD_OUTCOMES = tuple(outcome for outcome in OUTCOMES if outcome != "removed")


def _sum(prefix: str, outcomes: tuple[str, ...]) -> str:
    return "(" + " + ".join(f"{prefix}_{outcome}" for outcome in outcomes) + ")"


def _listed(prefix: str, outcomes: tuple[str, ...]) -> str:
    parts = " || ', ' || ".join(f"'{outcome} ' || {prefix}_{outcome}" for outcome in outcomes)
    return f"' = ' || {parts}"


def _file_rows() -> str:
    sums = ", ".join(f"({literal(o)}, t.files_{o})" for o in OUTCOMES if o != "unchanged")
    return (
        "(select t.run_id, o.outcome, o.files, count(f.run_id) as listed from ops.run as t "
        f"cross join lateral (values {sums}) as o(outcome, files) "
        "left join ops.file as f on f.run_id = t.run_id and f.outcome = o.outcome "
        f"where t.{_COUNTED} and t.run_id in (select run_id from ops.file) "
        "group by t.run_id, o.outcome, o.files) as t"
    )


CHECKS: tuple[Check, ...] = (
    row_check(
        RUN,
        "files_seen",
        "closes",
        "critical",
        "Files seen and files gone are loaded, unchanged, revised, duplicate, quarantined or "
        "removed; there is no other outcome.",
        bad=f"{_COUNTED} and files_seen + files_gone <> {_sum('files', OUTCOMES)}",
        observed="'seen ' || files_seen || ' + gone ' || files_gone || "
        + _listed("files", OUTCOMES),
    ),
    row_check(
        RUN,
        "records_seen",
        "closes",
        "critical",
        "Records read are loaded, unchanged, revised, duplicate or quarantined.",
        bad=f"{_COUNTED} and records_seen <> {_sum('records', _RECORD_OUTCOMES)}",
        observed=f"'seen ' || records_seen || {_listed('records', _RECORD_OUTCOMES)}",
    ),
    row_check(
        RUN,
        None,
        "counts_its_files",
        "critical",
        "The sums of a run are those of its rows in ops.file, unchanged files apart, which have "
        "no row. Runs whose file rows were removed by age are left out.",
        source=_file_rows(),
        bad="t.files <> t.listed",
        observed="t.outcome || ' ' || t.files || ', rows in ops.file: ' || t.listed",
    ),
    row_check(
        RUN,
        "ended_at",
        "not_before_start",
        "critical",
        "A run cannot end before it starts; one that does had its clock or time zone changed.",
        bad="ended_at < started_at",
        observed="started_at || ' to ' || ended_at",
    ),
    row_check(
        RUN,
        "run_id",
        "says_its_start",
        "critical",
        "A run's name is its start in UTC to the second.",
        bad=f"left(run_id, 16) <> strftime({utc('started_at')}, '%Y%m%dT%H%M%SZ')",
        observed="started_at",
    ),
    row_check(
        RUN,
        "source_uri",
        "without_credentials",
        "critical",
        "A warehouse may be passed on, so it must not hold user and password of a source.",
        bad="regexp_matches(source_uri, '^[A-Za-z][A-Za-z0-9+.-]*://[^/]*@')",
        observed="regexp_replace(source_uri, '//[^/]*@', '//…@')",
    ),
    row_check(
        RUN,
        None,
        "json_readable",
        "critical",
        "config, row_counts and stage_seconds are JSON objects that people query.",
        bad=" or ".join(
            f"not json_valid({column})" for column in ("config", "row_counts", "stage_seconds")
        ),
        observed="concat_ws(' ', config, row_counts, stage_seconds)",
    ),
)
