"""Checks of `article_version`: one current version and no gap in time."""

# ruff: noqa: S608 (names come from contracts, values are literals of this project)

from __future__ import annotations

from expectations.check import Check
from expectations.sql_text import row_check
from warehouse.tables import ARTICLE_VERSION

_OF_STAGED = "where article_id in (select article_id from main.article_version)"

CHECKS: tuple[Check, ...] = (
    row_check(
        ARTICLE_VERSION,
        "valid_to",
        "not_before_valid_from",
        "critical",
        "A version cannot end before it starts.",
        bad="valid_to < valid_from",
        observed="valid_from || ' to ' || valid_to",
    ),
    row_check(
        ARTICLE_VERSION,
        "is_current",
        "is_open_ended",
        "critical",
        "A version is current exactly while it has no end.",
        bad="is_current is distinct from (valid_to is null)",
        observed="concat_ws(' ', is_current, valid_to)",
    ),
    row_check(
        ARTICLE_VERSION,
        "is_current",
        "once_an_article",
        "critical",
        "Exactly one version of an article is current once this run is published.",
        source="(select article_id, 'all' as version_no, count(*) filter (is_current) as current "
        f"from known.article_version {_OF_STAGED} group by article_id) as t",
        bad="t.current <> 1",
        observed="t.current || ' current versions'",
    ),
    row_check(
        ARTICLE_VERSION,
        "version_no",
        "without_gaps",
        "critical",
        "Versions are numbered from 1 without gaps; a gap is a lost text.",
        source="(select article_id, version_no, row_number() over (partition by article_id "
        f"order by version_no) as position from known.article_version {_OF_STAGED}) as t",
        bad="t.version_no is distinct from t.position",
        observed="'stands at place ' || t.position",
    ),
    row_check(
        ARTICLE_VERSION,
        "valid_to",
        "meets_next_version",
        "critical",
        "A version ends where the next one starts, so that every instant has one text.",
        source="(select article_id, version_no, valid_to, lead(valid_from) over ("
        "partition by article_id order by version_no) as next_from "
        f"from known.article_version {_OF_STAGED}) as t",
        bad="t.valid_to is distinct from t.next_from",
        observed="coalesce(t.valid_to::varchar, 'open') || ', next starts ' "
        "|| coalesce(t.next_from::varchar, 'never')",
    ),
    row_check(
        ARTICLE_VERSION,
        "valid_from",
        "is_start_of_run",
        "critical",
        "Time of a version is the start of the run that wrote it, in UTC; hours between them are a "
        "time zone applied twice.",
        source="main.article_version as t join known.run as r using (run_id)",
        bad="t.valid_from <> r.started_at",
        observed="t.valid_from || ', run started ' || r.started_at",
    ),
    row_check(
        ARTICLE_VERSION,
        "content_hash",
        "is_sha256_of_text",
        "quarantine",
        "The hash says whether a text changed; a wrong one hides a revision.",
        bad="content_hash is distinct from sha256(text)",
        observed="content_hash",
    ),
)
