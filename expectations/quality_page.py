"""The quality page: one HTML file with checks, trend and failing rows, that needs no internet.
Shows what runs recorded in `ops`; no check is run again."""

# ruff: noqa: S608 (names come from contracts)

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path

import duckdb

from expectations.sql_text import row_key
from warehouse.tables import BY_NAME

_RUNS_SHOWN = 30
_ROWS_SHOWN = 200
"""More rows of one check are in ops.check_failure; a page of thousands is not read."""

_ORDER = "case severity when 'critical' then 0 when 'quarantine' then 1 else 2 end"

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem}
h1{font-size:1.6rem;margin-bottom:.2rem}h2{font-size:1.15rem;margin-top:2.2rem}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd;vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums}code{font-size:.85rem;overflow-wrap:anywhere}
.critical{color:#a4001d}.quarantine{color:#8a5300}.warning{color:#5b5b00}.held{color:#1c6b2d}
.past{white-space:nowrap;letter-spacing:1px}.past .f{color:#a4001d}.past .h{color:#b9d9bf}
.note{color:#555}details{margin:.4rem 0 1rem}summary{cursor:pointer}
@media(prefers-color-scheme:dark){body{background:#161616;color:#e8e8e8}th,td{border-color:#383838}
.note{color:#aaa}.critical,.past .f{color:#ff8093}.quarantine{color:#f0b35a}.warning{color:#d6d35a}
.held{color:#7fd492}.past .h{color:#3d6b47}}
"""


@dataclass(frozen=True)
class _CheckRow:
    check_id: str
    table: str
    severity: str
    success: bool
    observed: str | None
    checked: int
    failed: int
    notes: str | None
    past: list[bool]


def write_quality_page(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Writes the page on the newest run that was checked. `con` has `main`, `ops` and `known`."""
    run = con.execute(
        "select run_id, started_at, status from known.run "
        "where run_id in (select run_id from known.check_result) order by started_at desc limit 1"
    ).fetchone()
    body = "<p>No run has been checked yet.</p>"
    if run is not None:
        run_id, started_at, status = run
        checks = _checks(con, run_id)
        body = (
            f"<p class=note>Run {escape(run_id)}, {started_at:%d %B %Y %H:%M} UTC, "
            f"{escape(status)}. {sum(c.success for c in checks):,} of {len(checks):,} checks "
            "passed.</p>"
            + _failures(con, run_id, [c for c in checks if not c.success])
            + _trend(con)
            + _all_checks(checks)
        )
    path.write_text(
        "<!doctype html><html lang=en><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width,initial-scale=1'>"
        f"<title>Data quality</title><style>{_STYLE}</style><h1>Data quality</h1>{body}</html>\n",
        encoding="utf-8",
    )


def _checks(con: duckdb.DuckDBPyConnection, run_id: str) -> list[_CheckRow]:
    rows = con.execute(
        f"""
        with recent as (
            select run_id, started_at from known.run
            where run_id in (select run_id from known.check_result)
            order by started_at desc limit {_RUNS_SHOWN}
        ),
        past as (
            select check_id, list(success order by started_at) as successes
            from known.check_result join recent using (run_id) group by check_id
        )
        select check_id, table_name, severity, success, observed, checked_count, failed_count,
               notes, successes
        from known.check_result join past using (check_id)
        where run_id = ? order by success, {_ORDER}, check_id
        """,
        [run_id],
    ).fetchall()
    return [_CheckRow(*row) for row in rows]


def _failures(con: duckdb.DuckDBPyConnection, run_id: str, failed: list[_CheckRow]) -> str:
    if not failed:
        return "<h2>Failing checks</h2><p class=held>None.</p>"
    parts = ["<h2>Failing checks</h2>"]
    for check in failed:
        rows = _failing_rows(con, run_id, check)
        more = f"; the first {len(rows):,}" if len(rows) < check.failed else ""
        parts.append(
            f"<details open><summary><b class={check.severity}>{escape(check.severity)}</b> "
            f"<code>{escape(check.check_id)}</code>: {check.failed:,} of {check.checked:,} rows"
            f"{more}</summary><p class=note>{escape(check.notes or '')}</p>"
            + _table(("row", "observed", "text"), rows)
            + "</details>"
        )
    return "".join(parts)


def _failing_rows(
    con: duckdb.DuckDBPyConnection, run_id: str, check: _CheckRow
) -> list[tuple[str, ...]]:
    """Key, value and the row's own text, where the warehouse has the row."""
    contract = BY_NAME[check.table]
    texts = "select null::varchar as row_key, null::varchar as text where false"
    if "text" in contract.column_names:
        texts = f"select {row_key(contract)} as row_key, left(t.text, 300) as text " + (
            f"from {contract.qualified_name} as t"
        )
    rows = con.execute(
        f"""
        with failing as (
            select row_key, observed from known.check_failure
            where run_id = ? and check_id = ? order by row_key limit {_ROWS_SHOWN}
        ),
        printed as (select * from ({texts}) semi join failing using (row_key))
        select row_key, coalesce(observed, ''), coalesce(printed.text, '')
        from failing left join printed using (row_key) order by row_key
        """,
        [run_id, check.check_id],
    ).fetchall()
    return [tuple(str(value) for value in row) for row in rows]


def _trend(con: duckdb.DuckDBPyConnection) -> str:
    rows = con.execute(
        f"""
        select strftime(make_timestamp(epoch_us(started_at)), '%Y-%m-%d %H:%M'), status,
               count(*),
               count(*) filter (not success and severity = 'critical'),
               count(*) filter (not success and severity = 'quarantine'),
               count(*) filter (not success and severity = 'warning'),
               sum(failed_count)::bigint
        from known.check_result join known.run using (run_id)
        group by run_id, started_at, status order by started_at desc limit {_RUNS_SHOWN}
        """
    ).fetchall()
    head = ("run (UTC)", "ended", "checks", "critical", "quarantine", "warning", "failing rows")
    body = [tuple(str(value) for value in row) for row in rows]
    return "<h2>Trend</h2>" + _bars([sum(row[3:6]) for row in reversed(rows)]) + _table(head, body)


def _bars(failed: list[int]) -> str:
    """Failing checks a run as bars, oldest first."""
    highest = max([*failed, 1])
    bars = "".join(
        f"<rect x={n * 16} y={60 - 56 * count / highest - 4:.0f} width=12 "
        f"height={56 * count / highest + 4:.0f} fill='{'#a4001d' if count else '#5a9c68'}'>"
        f"<title>{count} failing</title></rect>"
        for n, count in enumerate(failed)
    )
    return (
        f"<svg role=img aria-label='Failing checks a run, oldest first' width={len(failed) * 16} "
        f"height=60>{bars}</svg>"
    )


def _all_checks(checks: list[_CheckRow]) -> str:
    head = "".join(
        f"<th>{name}" for name in ("check", "severity", "rows", "failed", "last runs", "observed")
    )
    rows = "".join(
        f"<tr><td><code>{escape(check.check_id)}</code><br><span class=note>"
        f"{escape(check.notes or '')}</span><td class={check.severity}>{check.severity}"
        f"<td class=n>{check.checked:,}<td class=n>{check.failed:,}"
        f"<td class=past>{_past(check.past)}<td>{escape(check.observed or '')}"
        for check in checks
    )
    return f"<h2>All checks</h2><table><tr>{head}{rows}</table>"


def _past(successes: list[bool]) -> str:
    marks = "".join(
        "<span class=h>▪</span>" if held else "<span class=f>▪</span>" for held in successes
    )
    failed = len(successes) - sum(successes)
    return f"<span title='failed in {failed} of {len(successes)} runs'>{marks}</span>"


def _table(head: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    titles = "".join(f"<th>{escape(name)}" for name in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(value)}" for value in row) for row in rows)
    return f"<table><tr>{titles}{body}</table>"
