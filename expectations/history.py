"""Checks that compare a measure of this run with earlier runs, as `ops.check_result` records them.
With too few rows or runs to compare, the check passes and its result states why."""

# ruff: noqa: S608 (names come from contracts, values are literals of this project)

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from expectations.check import Check
from expectations.sql_text import literal
from warehouse.contract import Contract

ENOUGH_RUNS = 5
"""The spread of fewer values says nothing."""

_REMEMBERED_RUNS = 50
"""Long enough to smooth a week of hourly runs, short enough to follow a change of the news."""


@dataclass(frozen=True)
class Measure:
    """One number a run is measured by.

    Attributes:
        sql: a query giving one row: `value` (double), the `row_count` it was computed from, and
            `basis`, a text on what that was.
        tolerance: a distance from the mean of earlier runs that is never odd; a value is odd if it
            lies beyond this and beyond three standard deviations.
        enough_rows: rows below which mere chance moves the value further than that.
        side: whether too high, too low or both are odd.
    """

    sql: str
    tolerance: float
    enough_rows: int
    side: Literal["above", "below", "both"] = "both"


def measured_check(
    contract: Contract,
    column: str | None,
    rule: str,
    notes: str,
    measure: Measure,
    *,
    rows_sql: str | None = None,
) -> Check:
    """A warning when a measure leaves the range of earlier runs.

    `rows_sql` gives the rows to name (`row_key`, `observed`, `article_id`) when it does; without
    it the measure itself is the one failing row.
    """
    check_id = f"{contract.name}.{column or 'rows'}.{rule}"
    verdict = _verdict(check_id, measure)
    if rows_sql is None:
        failing = (
            f"{verdict} select 'corpus' as row_key, {_OBSERVED} as observed, "
            "null::varchar as article_id from verdict where is_odd"
        )
    else:
        failing = f"{verdict} select r.* from ({rows_sql}) as r, verdict where is_odd"
    return Check(
        contract.name,
        column,
        rule,
        "warning",
        notes,
        failing,
        observed_sql=f"{verdict} select {_OBSERVED} from verdict",
    )


_OBSERVED = (
    "case when value is null then 'nothing to measure' else "
    "printf('%.4f', value) || ' (' || basis || '; ' || case "
    "when row_count < enough_rows then 'too few rows to judge: ' || row_count || ' of ' "
    "|| enough_rows "
    f"when run_count < {ENOUGH_RUNS} then 'too little history: ' || run_count || ' of "
    f"{ENOUGH_RUNS} runs' "
    "else printf('%.4f to %.4f in %d earlier runs', mean - slack, mean + slack, run_count) end "
    "|| ')' end"
)

_TOO_FAR = {
    "above": "value - mean > slack",
    "below": "mean - value > slack",
    "both": "abs(value - mean) > slack",
}


def _verdict(check_id: str, measure: Measure) -> str:
    return f"""
    with measured as ({measure.sql}),
    past as (
        select try_cast(regexp_extract(observed, '^-?[0-9]+[.][0-9]+') as double) as value
        from known.check_result
        where check_id = {literal(check_id)} and observed not like '%too few rows%'
        order by run_id desc limit {_REMEMBERED_RUNS}
    ),
    usual as (
        select count(value) as run_count, avg(value) as mean,
               greatest(3 * coalesce(stddev_samp(value), 0), {measure.tolerance}) as slack
        from past
    ),
    verdict as (
        select measured.value, measured.row_count, measured.basis, usual.*,
               {measure.enough_rows} as enough_rows,
               coalesce(row_count >= {measure.enough_rows} and run_count >= {ENOUGH_RUNS}
                        and {_TOO_FAR[measure.side]}, false) as is_odd
        from measured, usual
    )
    """
