"""Checks of when articles arrive: an outlet that falls silent, a day that brings too few or too
many. Time is measured by the starts of runs, not by the clock, and the checks run also when a run
brings no article."""

# ruff: noqa: S608 (names come from contracts, values are literals of this project)

from __future__ import annotations

from expectations.check import Check
from expectations.sql_text import utc

_NOW = f"(select {utc('max(started_at)')} from ops.run)"

_GAPS = f"""
    with arrival as (
        select distinct a.source_id, {utc("v.valid_from")}::date as day
        from known.article_version as v join known.article as a using (article_id)
        where v.version_no = 1 and {utc("v.valid_from")} <= {_NOW}
    ),
    gap as (
        select source_id, day,
               day - lag(day) over (partition by source_id order by day) as days
        from arrival
    ),
    outlet as (
        select source_id, max(day) as last_day, count(*) as day_count,
               coalesce(quantile_disc(days, 0.95), 0) as usual_gap,
               {_NOW}::date - max(day) as silent_days
        from gap group by source_id
    )
"""

_SILENT = Check(
    "source",
    "source_id",
    "still_publishing",
    "warning",
    "An outlet is silent after three times its usual longest pause (95 of 100 of its pauses are "
    "shorter) and no less than three days, a long weekend. Judged from five days with articles.",
    f"""{_GAPS}
    select source_id as row_key,
           'last article ' || last_day || ', ' || silent_days || ' days ago; usual pause at most '
               || usual_gap || ' days' as observed,
           null::varchar as article_id
    from outlet
    where day_count >= 5 and silent_days > greatest(3, 3 * usual_gap)
    """,
    observed_sql=f"""{_GAPS}
    select count(*) filter (day_count >= 5) || ' of ' || count(*) || ' outlets judged'
           || case when count(*) filter (day_count >= 5) = 0
               then '; too little history: no outlet with 5 days of articles' else '' end
    from outlet
    """,
    corpus=True,
)

_DAYS = f"""
    with moment as (select {_NOW} as instant),
    day as (
        select distinct started::date as day
        from (select {utc("started_at")} as started from known.run), moment
        where started <= instant and started::date > instant::date - 57
          and dayofweek(started) = dayofweek(instant)
    ),
    arrived as (
        select day.day, count(v.article_id) as article_count
        from day cross join moment left join (
            select article_id, {utc("valid_from")} as seen from known.article_version
            where version_no = 1
        ) as v on v.seen::date = day.day and v.seen::time <= instant::time
        group by day.day
    ),
    verdict as (
        select count(*) filter (day < instant::date) as past_days,
               avg(article_count) filter (day < instant::date) as mean,
               coalesce(sum(article_count) filter (day = instant::date), 0) as today,
               greatest(4 * sqrt(mean), 0.5 * mean) as slack
        from arrived, moment
    )
"""

_OBSERVED = (
    "today || ' new articles so far; ' || case when past_days < 3 then 'too little history: ' "
    "|| past_days || ' of 3 such weekdays' else printf('usual %.0f, at most %.0f away, on %d such "
    "weekdays', mean, slack, past_days) end"
)

_VOLUME = Check(
    "run",
    "started_at",
    "usual_volume_for_weekday",
    "warning",
    "New articles up to this hour against the same weekday of the last eight weeks, since weekends "
    "differ. Half of the usual, or four times the spread that chance gives a count, is odd.",
    f"""{_DAYS}
    select 'corpus' as row_key, {_OBSERVED} as observed, null::varchar as article_id
    from verdict where past_days >= 3 and abs(today - mean) > slack
    """,
    observed_sql=f"{_DAYS} select {_OBSERVED} from verdict",
    corpus=True,
)

CHECKS: tuple[Check, ...] = (_SILENT, _VOLUME)
