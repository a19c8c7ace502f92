"""Checks of `article` that its contract cannot state: how its columns follow from its blocks and
sentences. Shares and volumes of the corpus live in `corpus.py`."""

# ruff: noqa: S608 (names come from contracts, values are literals of this project)

from __future__ import annotations

from expectations.check import Check
from expectations.iso_codes import LANGUAGES
from expectations.sql_text import collapsed, is_blank, literal, row_check, slice_of, utc, word_count
from warehouse.tables import ARTICLE

_NAMED = ("title", "standfirst", "byline", "dateline", "section", "url")
_VERSION = "article_id, version_no, title, content_hash, sha256(text) as text_hash"
_LANGUAGES = ", ".join(literal(code) for code in (*LANGUAGES.split(), "und"))

_LONG = 8_192
"""Characters from which a text is long: cutting every block out of it walks it again and again."""

_BODY_SOURCE = f"""
    main.article as t
    left join (select article_id,
                      list({{'skip': start_char, 'chars': end_char - start_char}} order by block_no)
                          as spans
               from main.block where is_body group by article_id having count(*) > 0)
        as b using (article_id)
    left join (select article_id, string_agg(text, e'\\n\\n' order by block_no) as body
               from main.block semi join
                   (from main.article where length(text) > {_LONG}) using (article_id)
               where is_body group by article_id)
        as l using (article_id)
"""
"""Articles with their body blocks: as offsets, so that no more than those stand in memory, and of
long texts as text. `having` holds for every group; for the planner it leaves so few that the
offsets are what the join keeps and the articles are what streams by."""

_BODY_CUT = f"list_transform(b.spans, lambda s: {slice_of('t.text', 's.skip', 's.chars')})"
_BODY_OF_BLOCKS = (
    f"case when length(t.text) > {_LONG} then coalesce(l.body, '') "
    f"else coalesce(array_to_string({_BODY_CUT}, e'\\n\\n'), '') end"
)

CHECKS: tuple[Check, ...] = (
    row_check(
        ARTICLE,
        "text",
        "not_blank",
        "quarantine",
        "A record without text is rejected by extraction; an article without text lost it later.",
        bad=is_blank("text"),
        observed="length(text) || ' characters of white space'",
    ),
    row_check(
        ARTICLE,
        None,
        "absent_is_null",
        "quarantine",
        "What an article does not have is null, never an empty text, so that counts are right.",
        bad=" or ".join(is_blank(column) for column in _NAMED),
        observed="concat_ws(', ', "
        + ", ".join(f"case when {is_blank(c)} then '{c}' end" for c in _NAMED)
        + ")",
    ),
    row_check(
        ARTICLE,
        "title",
        "is_title_block",
        "quarantine",
        "The title is the title block with white space collapsed, so that it has offsets; only a "
        "page that prints no title may have that of its metadata.",
        source="main.article as t left join (select article_id, "
        f"{collapsed('first(text order by block_no)')} as title from main.block "
        "where kind = 'title' group by article_id) as b using (article_id)",
        bad="t.title is distinct from b.title "
        "and not (b.title is null and t.title_source is not distinct from 'metadata')",
        observed="coalesce(left(t.title, 120), 'no title') || ' / block: ' "
        "|| coalesce(left(b.title, 120), 'none')",
    ),
    row_check(
        ARTICLE,
        None,
        "sources_named",
        "quarantine",
        "A value names its source; a source without a value means that the value was lost.",
        bad=" or ".join(
            f"({column} is null) <> ({column}_source is null)"
            for column in ("title", "byline", "section")
        ),
        observed="concat_ws(', ', 'title ' || title_source, 'byline ' || byline_source, "
        "'section ' || section_source)",
    ),
    row_check(
        ARTICLE,
        None,
        "made_by_component",
        "quarantine",
        "Every article says which version of which component made its rows.",
        source="main.article as t anti join known.article_component as c using (article_id)",
        bad="true",
        observed="t.source_uri",
    ),
    row_check(
        ARTICLE,
        "url",
        "absolute",
        "quarantine",
        "An address without its host leads nowhere and names no article.",
        bad=r"not regexp_matches(url, '^https?://[^/\s]+/')",
        observed="left(url, 200)",
    ),
    row_check(
        ARTICLE,
        "url",
        "names_one_article",
        "quarantine",
        "An article is identified by its address, so two of one address are one article twice.",
        source="(select article_id, url, count(*) over (partition by url) as owners "
        "from main.article where url is not null) as t",
        bad="t.owners > 1",
        observed="t.owners || ' articles at ' || left(t.url, 200)",
    ),
    row_check(
        ARTICLE,
        "removed_at",
        "not_in_future",
        "quarantine",
        "An article is removed by a run, so not after the last run's start; an hour is allowed for "
        "a clock that was set back.",
        bad="removed_at > (select max(started_at) from known.run) + interval 1 hour",
        observed="removed_at",
    ),
    row_check(
        ARTICLE,
        "body_text",
        "is_body_blocks",
        "quarantine",
        "The body is the body blocks joined by blank lines; anything else hides lost or foreign "
        "text.",
        source=_BODY_SOURCE,
        bad=f"t.body_text is distinct from {_BODY_OF_BLOCKS}",
        observed="length(t.body_text) || ' characters, body blocks have ' || "
        f"length({_BODY_OF_BLOCKS})",
    ),
    row_check(
        ARTICLE,
        "word_count",
        "counts_body_text",
        "quarantine",
        "A word is a run of characters that are not white space.",
        bad=f"word_count is distinct from {word_count('body_text')}",
        observed="word_count",
    ),
    row_check(
        ARTICLE,
        "sentence_count",
        "counts_sentences",
        "quarantine",
        "The count and the rows come from one pass; where they differ, rows were lost.",
        source="main.article as t left join (select article_id, count(*) as counted "
        "from main.sentence group by article_id) as s using (article_id)",
        bad="t.sentence_count is distinct from coalesce(s.counted, 0)",
        observed="t.sentence_count || ', rows: ' || coalesce(s.counted, 0)",
    ),
    row_check(
        ARTICLE,
        "body_hash",
        "is_sha256_of_body",
        "quarantine",
        "Copies are found by this hash of the body with white space collapsed.",
        bad=f"body_hash is distinct from sha256({collapsed('body_text')})",
        observed="body_hash",
    ),
    row_check(
        ARTICLE,
        "published_at",
        "agrees_with_status",
        "quarantine",
        "Undateable means no date, no precision and no source of one; anything else has all three.",
        bad="(published_status = 'undateable') <> (published_at is null) "
        "or (published_at is null) <> (published_precision is null) "
        "or (published_at is null) <> (published_source is null)",
        observed="concat_ws(' ', published_status, published_at, published_precision, "
        "published_source)",
    ),
    row_check(
        ARTICLE,
        "published_at",
        "starts_its_period",
        "quarantine",
        "A date known to the day, month or year is that period's first instant in UTC; an hour "
        "beside it means a time zone was applied to a date.",
        bad=f"{utc('published_at')} <> case published_precision "
        + " ".join(
            f"when '{period}' then date_trunc('{period}', {utc('published_at')})"
            for period in ("day", "month", "year")
        )
        + " end",
        observed="published_precision || ' ' || published_at",
    ),
    row_check(
        ARTICLE,
        "language",
        "in_force",
        "quarantine",
        "A current ISO 639-1 code, or und. Filters on language miss articles with other codes.",
        bad=f"language not in ({_LANGUAGES})",
        observed="language",
    ),
    row_check(
        ARTICLE,
        "version_no",
        "is_current_version",
        "critical",
        "article shows its newest version: number, text, title and hash are those of the one "
        "current row of article_version. Texts are compared by hash, which takes no memory.",
        source=f"(select {_VERSION} from main.article) as t left join (select {_VERSION}, "
        "is_current from known.article_version semi join main.article "
        "using (article_id, version_no)) as v using (article_id, version_no)",
        bad="v.is_current is distinct from true or v.text_hash is distinct from t.text_hash "
        "or v.title is distinct from t.title or v.content_hash is distinct from t.content_hash",
        observed="'version ' || t.version_no || coalesce(case when v.is_current "
        "then ' differs from article_version' else ' is not current' end, ' is unknown')",
    ),
)
