"""Checks of `ops.record` that its contract cannot state: its hints, and its place in the text."""

from __future__ import annotations

from expectations.check import Check
from expectations.sql_text import literal, row_check, rows_of
from warehouse.tables import RECORD
from warehouse.tables.block import BLOCK_KINDS

_HINT = rf'\[[0-9]+,[0-9]+,"({"|".join(BLOCK_KINDS)})","[a-z0-9_]+",(null|"(\\.|[^"\\])*")\]'
_HINTS = rf"\[{_HINT}(,{_HINT})*\]"
"""RE2 for a whole list of hints."""

CHECKS: tuple[Check, ...] = (
    row_check(
        RECORD,
        "hints",
        "a_json_list",
        "quarantine",
        "Derived tables are made again from the hints, so they must be readable: a list of lists.",
        bad="coalesce(json_type(case when json_valid(hints) then hints end), '') <> 'ARRAY'",
        observed="left(hints, 120)",
    ),
    row_check(
        RECORD,
        "hints",
        "well_formed",
        "quarantine",
        "Each hint is [start, end, kind of block, rule, address or null]; blocks get their kinds "
        "from them.",
        bad=f"hints <> '[]' and not regexp_full_match(hints, {literal(_HINTS)})",
        observed="left(hints, 120)",
    ),
    row_check(
        RECORD,
        "hints",
        "inside_text",
        "quarantine",
        "A hint that ends beyond the text, or before it starts, was taken from another text.",
        source="(select r.article_id, r.version_no, r.file_uri, r.locator, a.text, "
        "try_cast(json_extract(case when json_valid(r.hints) then r.hints end, '$[*][0]') "
        "as bigint[]) as starts, "
        "try_cast(json_extract(case when json_valid(r.hints) then r.hints end, '$[*][1]') "
        "as bigint[]) as ends "
        "from ops.record as r join main.article as a using (article_id, version_no) "
        "where r.hints <> '[]') as t",
        bad="list_max(t.ends) > length(t.text) "
        "or len(list_filter(list_zip(t.starts, t.ends), lambda span: span[1] >= span[2])) > 0",
        observed="'hints end at ' || list_max(t.ends) || ', the text at ' || length(t.text)",
    ),
    row_check(
        RECORD,
        "file_id",
        "is_file_of_version",
        "critical",
        "The record and the version it made come from the same bytes.",
        source="ops.record as t join known.article_version as v using (article_id, version_no)",
        bad="t.made_version and v.file_id <> t.file_id",
        observed="t.file_id || ', version: ' || v.file_id",
    ),
    row_check(
        RECORD,
        "made_version",
        "once_a_version",
        "critical",
        "One record made each version; all other records of it repeat that one.",
        source="(select r.article_id, r.version_no, 'all' as file_uri, 'records' as locator, "
        "count(*) filter (r.made_version) as makers from known.record as r "
        "semi join ops.record as staged using (article_id, version_no) group by all) as t",
        bad="t.makers <> 1",
        observed="t.makers || ' records made the version'",
    ),
    row_check(
        RECORD,
        "first_file_uri",
        "made_the_version",
        "critical",
        "The file that is named has the record that made the version; of the maker it is its own.",
        source=rows_of(RECORD),
        bad="not exists (select 1 from known.record as r where r.made_version "
        "and r.article_id = t.article_id and r.version_no = t.version_no "
        "and r.file_uri = t.first_file_uri) or (t.made_version and t.first_file_uri <> t.file_uri)",
        observed="t.file_uri || ' of ' || t.first_file_uri",
    ),
    row_check(
        RECORD,
        "mojibake",
        "none_as_delivered",
        "warning",
        "Text decoded with the wrong charset before it was delivered is not changed, as offsets "
        "point into it; fetch it again, or load it with repair_mojibake.",
        bad="starts_with(mojibake, 'as delivered')",
        observed="mojibake",
    ),
)
