"""Checks of articles against earlier runs: shares, lengths, dates, languages.
All are warnings, because unusual news may still be correct."""

# ruff: noqa: S608 (names come from contracts, values are literals of this project)

from __future__ import annotations

from expectations.check import Check
from expectations.history import Measure, measured_check
from expectations.sql_text import row_check, utc
from warehouse.tables import ARTICLE

_EARLIER = "known.article anti join main.article using (article_id)"

_WITHOUT_TITLE = measured_check(
    ARTICLE,
    "title",
    "usual_share_missing",
    "Outlets print headlines; a jump of the share without one means that a layout changed. Five "
    "points are what a single odd outlet adds to a run.",
    Measure(
        "select avg((title is null)::int) as value, count(*) as row_count, "
        "count(*) filter (title is null) || ' of ' || count(*) || ' articles' as basis "
        "from main.article",
        tolerance=0.05,
        enough_rows=20,
        side="above",
    ),
    rows_sql="select article_id as row_key, source_uri as observed, article_id "
    "from main.article where title is null",
)

_UNDATEABLE = measured_check(
    ARTICLE,
    "published_at",
    "usual_share_missing",
    "Dates vanish from a run when a page moves them; the share is stable otherwise. Ten points "
    "are what one feed without dates adds.",
    Measure(
        "select avg((published_at is null)::int) as value, count(*) as row_count, "
        "count(*) filter (published_at is null) || ' of ' || count(*) || ' articles' as basis "
        "from main.article",
        tolerance=0.1,
        enough_rows=20,
        side="above",
    ),
    rows_sql="select article_id as row_key, source_uri as observed, article_id "
    "from main.article where published_at is null",
)

_LAG = measured_check(
    ARTICLE,
    "published_at",
    "usual_lag",
    "Hours from publication to collection, the median. It moves by hours when a time zone is "
    "misread and by days when a feed stalls. Six hours either way are a late run.",
    Measure(
        "select median(date_diff('minute', a.published_at, r.started_at)) / 60.0 as value, "
        "count(*) as row_count, 'hours, median of ' || count(*) || ' articles' as basis "
        "from main.article as a join known.run as r using (run_id) "
        "where a.published_precision = 'instant'",
        tolerance=6,
        enough_rows=20,
    ),
)

_AFTER_COLLECTION = row_check(
    ARTICLE,
    "published_at",
    "not_after_collection",
    "warning",
    "Nothing is collected before it is published. A day is left for time zones and embargoes.",
    source="main.article as t join known.run as r using (run_id)",
    bad="t.published_at > r.started_at + interval 1 day",
    observed="t.published_at || ', collected ' || r.started_at",
)

_EPOCH = row_check(
    ARTICLE,
    "published_at",
    "not_a_default",
    "warning",
    "1 January 1970 is what an empty date becomes, 1 January 1900 what a spreadsheet writes.",
    bad=f"strftime({utc('published_at')}, '%Y-%m-%d %H:%M:%S') in "
    "('1970-01-01 00:00:00', '1900-01-01 00:00:00', '0001-01-01 00:00:00')",
    observed="published_at",
)

_NO_NAMES = row_check(
    ARTICLE,
    None,
    "names_somebody",
    "warning",
    "A story of 200 English words names a person, a place or an organization; of the development "
    "texts all do. One that does not was lost on the way through the language pipeline.",
    source="main.article as t anti join main.mention as m using (article_id)",
    bad="t.language = 'en' and t.word_count >= 200",
    observed="t.word_count || ' words'",
)

_LENGTH = Check(
    "article",
    "word_count",
    "usual_for_outlet",
    "warning",
    "Half or twice the outlet's usual median length means that bodies were cut, or that menus "
    "came in. Judged from 10 new and 50 earlier articles of an outlet.",
    f"""
    with fresh as (
        select source_id, median(word_count) as words, count(*) as fresh_count
        from main.article group by source_id
    ),
    usual as (
        select source_id, median(word_count) as usual_words, count(*) as past_count
        from {_EARLIER} semi join fresh using (source_id) group by source_id
    )
    select source_id as row_key, words || ' words, usual ' || usual_words as observed,
           null::varchar as article_id
    from fresh join usual using (source_id)
    where fresh_count >= 10 and past_count >= 50
      and (words * 2 < usual_words or words > 2 * usual_words)
    """,
    observed_sql=f"""
    with fresh as (select source_id, count(*) as n from main.article group by source_id),
    past as (select source_id, count(*) as n from {_EARLIER} group by source_id)
    select count(*) filter (fresh.n >= 10 and past.n >= 50) || ' of ' || count(*)
           || ' outlets judged' || case when count(*) filter (past.n >= 50) = 0
               then '; too little history: no outlet with 50 earlier articles' else '' end
    from fresh left join past using (source_id)
    """,
)

_MIX = f"""
    with fresh as (
        select language, count(*) / sum(count(*)) over () as share from main.article
        group by language
    ),
    usual as (
        select language, count(*) / sum(count(*)) over () as share from {_EARLIER}
        group by language
    ),
    counted as (
        select (select count(*) from main.article) as fresh_count,
               (select count(*) from {_EARLIER}) as past_count
    ),
    moved as (
        select language, coalesce(fresh.share, 0) as share, coalesce(usual.share, 0) as usual_share
        from fresh full join usual using (language)
    )
"""

_LANGUAGES = Check(
    "article",
    "language",
    "usual_mix",
    "warning",
    "A language's share moves by 20 points when texts are decoded wrongly or when the language is "
    "guessed from menus. Judged from 50 new and 200 earlier articles.",
    f"""{_MIX}
    select language as row_key,
           printf('%.2f of the articles, usual %.2f', share, usual_share) as observed,
           null::varchar as article_id
    from moved, counted
    where fresh_count >= 50 and past_count >= 200 and abs(share - usual_share) > 0.2
    """,
    observed_sql=f"""{_MIX}
    select coalesce((select string_agg(printf('%s %.2f', language, share), ', '
                                       order by share desc, language) from fresh), 'no articles')
           || case when past_count < 200
               then '; too little history: ' || past_count || ' of 200 articles' else '' end
    from counted
    """,
)

CHECKS: tuple[Check, ...] = (
    _WITHOUT_TITLE,
    _UNDATEABLE,
    _LAG,
    _AFTER_COLLECTION,
    _EPOCH,
    _NO_NAMES,
    _LENGTH,
    _LANGUAGES,
)
