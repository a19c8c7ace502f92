"""One fault for every check: SQL that breaks one good row so that the check must see it."""

from __future__ import annotations

from dataclasses import dataclass

from expectations.check import Check
from tests.expectations.good_rows import ANNA, BRIDGE, RIVER, RUN_ID
from warehouse.contract import HEX_16, HEX_64, Column, Contract
from warehouse.tables import BY_NAME


@dataclass(frozen=True)
class Fault:
    """What breaks a row, and which other checks it cannot help breaking too."""

    sql: str
    also: frozenset[str] = frozenset()


def fault_of(check: Check) -> Fault:
    """The fault that a check must see."""
    if check.check_id in WRITTEN:
        return WRITTEN[check.check_id]
    contract = BY_NAME[check.table]
    if check.column is None:
        return Fault(_of_rows(contract, check.rule))
    return Fault(_of_column(contract, contract.column(check.column), check.rule))


def _of_rows(contract: Contract, rule: str) -> str:
    table = contract.qualified_name
    match rule:
        case "columns" | "types":
            return f"alter table {table} add column surplus integer"
        case "unique_key":
            return f"insert into {table} select * from {table} limit 1"
    raise KeyError(f"{contract.name}.rows.{rule} has no fault: add one to WRITTEN")


def _of_column(contract: Contract, column: Column, rule: str) -> str:
    match rule:
        case "not_null":
            value = "null"
        case "pattern" | "allowed":
            value = "'?!'"
        case "bounds" if column.minimum is not None:
            value = f"{column.minimum} - 1"
        case "bounds":
            value = f"{column.maximum} + 1"
        case "without_gaps":
            value = f"{column.name} + 1"
        case "after_start":
            value = "start_char"
        case "is_slice_of_article":
            value = "text || '?'"
        case "in_order":  # the last row once more, behind itself
            number = contract.key[-1]
            return (
                f"insert into {contract.qualified_name} select * replace ({number} + 1 as {number})"
                f" from {contract.qualified_name} order by rowid desc limit 1"
            )
        case _ if rule.startswith("inside_"):
            return set_last(contract.qualified_name, "end_char = end_char + 1000")
        case _ if rule.startswith("in_"):
            value = _stranger(column)
        case _:
            raise KeyError(f"{contract.name}.{column.name}.{rule} has no fault: add one to WRITTEN")
    return set_last(contract.qualified_name, f"{column.name} = {value}")


def _stranger(column: Column) -> str:
    if column.duckdb_type != "VARCHAR":
        return "9999"
    if column.pattern == HEX_16:
        return f"'{'f' * 16}'"
    if column.pattern == HEX_64:
        return f"'{'f' * 64}'"
    return "'20990101T000000Z-ffffff'" if column.name == "run_id" else "'stranger'"


def set_last(table: str, assignment: str) -> str:
    """Changes the last row of a table."""
    return f"update {table} set {assignment} where rowid = (select max(rowid) from {table})"


def _where(table: str, assignment: str, condition: str) -> str:
    return f"update {table} set {assignment} where {condition}"


def _past(check_id: str, value: float, runs: int = 6) -> str:
    """Results of earlier runs that measured about this value."""
    return (
        "insert into known.check_result select '20260201T06000' || i || 'Z-aaaaaa', 'x', "
        f"'{check_id}', 'x', null, 'warning', true, '{value:.4f} (earlier)', 1, 0, null, 'none' "
        f"from range({runs}) as t(i);"
    )


_MANY_ARTICLES = (
    "insert into main.article select a.* replace ("
    "lower(lpad(to_hex(i + 4096), 16, '0')) as article_id, {changed}) "
    "from (from main.article limit 1) as a, range({count}) as t(i);"
)

_EARLIER_ARTICLES = (
    "insert into known.article select a.* replace ("
    "lower(lpad(to_hex(i + 65536), 16, '0')) as article_id, {changed}) "
    "from (from main.article limit 1) as a, range({count}) as t(i);"
)

_SPREAD = frozenset({
    # Articles made up to fill a run have no blocks, versions, mentions or address of their own.
    "article.url.names_one_article", "article.rows.made_by_component",
    "article.text.not_blank", "article.title.is_title_block", "article.body_text.is_body_blocks",
    "article.sentence_count.counts_sentences", "article.version_no.is_current_version",
    "article.version_no.in_article_version", "block.text.covers_article",
    "mention.rows.usual_per_hundred_words",
})  # fmt: skip


def _share(entity_type: str) -> tuple[str, Fault]:
    check_id = f"mention.entity_type.usual_share_{entity_type}"
    value = 0.9 if entity_type not in ("person", "place") else 0.1
    grown = (
        "insert into main.mention select m.* replace (i + 100 as mention_no) "
        "from main.mention as m, range(100) as t(i);"
    )
    also = {"mention.mention_no.without_gaps", "mention.start_char.in_order",
            "mention.rows.unique_key"}  # fmt: skip
    return check_id, Fault(_past(check_id, value) + grown, frozenset(also))


def _lost(check_id: str, changed: str) -> tuple[str, Fault]:
    """A run of articles that all lost something, after runs that had it."""
    return check_id, Fault(
        _past(check_id, 0.01) + _MANY_ARTICLES.format(count=30, changed=changed),
        _SPREAD | {"article.rows.sources_named"},
    )


WRITTEN: dict[str, Fault] = {
    # Read where it lies: dropping the promo block leaves its line in no tile.
    "block.text.covers_article": Fault(
        f"delete from main.block where article_id = '{BRIDGE}' and block_no = 1",
        frozenset({"article.body_text.is_body_blocks", "sentence.text.is_slice_of_article"}),
    ),
    # The first paragraph reaches into the second one.
    "block.start_char.in_order": Fault(
        _where("main.block", "end_char = end_char + 5", f"article_id = '{RIVER}' and block_no = 1"),
        frozenset({"block.text.is_slice_of_article", "article.body_text.is_body_blocks"}),
    ),
    "sentence.start_char.in_order": Fault(
        _where("main.sentence", "end_char = end_char + 3",
               f"article_id = '{RIVER}' and sentence_no = 1"),
        frozenset({"sentence.text.is_slice_of_article"}),
    ),
    "mention.start_char.in_order": Fault(
        f"insert into main.mention select * replace (3 as mention_no) from main.mention "
        f"where article_id = '{RIVER}' and mention_no = 2"
    ),
    "sentence.block_no.inside_block": Fault(
        _where("main.sentence", "block_no = 2", f"article_id = '{RIVER}' and sentence_no = 1"),
        frozenset({"sentence.text.is_slice_of_article"}),
    ),
    "mention.sentence_no.inside_sentence": Fault(
        _where("main.mention", "sentence_no = 2", f"article_id = '{RIVER}' and mention_no = 1"),
        frozenset({"mention.text.is_slice_of_article"}),
    ),
    "article.text.not_blank": Fault(
        set_last("main.article", "text = ' ' || chr(160)"),
        frozenset({
            "article.version_no.is_current_version", "article.body_text.is_body_blocks",
            "block.text.is_slice_of_article", "sentence.text.is_slice_of_article",
            "mention.text.is_slice_of_article",
        }),
    ),
    "article.rows.absent_is_null": Fault(set_last("main.article", "byline = ' '")),
    "article.title.is_title_block": Fault(
        set_last("main.article", "title = 'Another headline'"),
        frozenset({"article.version_no.is_current_version"}),
    ),
    "article.body_text.is_body_blocks": Fault(
        set_last("main.article", "body_text = replace(body_text, 'town', 'city')"),
        frozenset({"article.body_hash.is_sha256_of_body"}),
    ),
    "article.word_count.counts_body_text": Fault(
        set_last("main.article", "word_count = word_count + 1")
    ),
    "article.sentence_count.counts_sentences": Fault(
        set_last("main.article", "sentence_count = sentence_count - 1")
    ),
    "article.body_hash.is_sha256_of_body": Fault(
        set_last("main.article", f"body_hash = '{'0' * 64}'")
    ),
    "article.published_at.agrees_with_status": Fault(
        set_last("main.article", "published_status = 'undateable'")
    ),
    "article.published_at.starts_its_period": Fault(
        set_last("main.article", "published_at = published_at + interval 1 hour")
    ),
    "article.language.in_force": Fault(set_last("main.article", "language = 'iw'")),
    "article.version_no.is_current_version": Fault(
        "update known.article_version set title = 'Older headline' where rowid = 0"
    ),
    "article.published_at.not_after_collection": Fault(
        set_last("main.article", "published_at = '2026-04-01'")
    ),
    "article.published_at.not_a_default": Fault(
        set_last("main.article", "published_at = '1970-01-01 00:00:00+00'")
    ),
    "article.rows.names_somebody": Fault(
        set_last("main.article", "word_count = 300")
        + f"; delete from main.mention where article_id = '{BRIDGE}'",
        frozenset({"article.word_count.counts_body_text"}),
    ),
    "article.title.not_in_capitals": Fault(
        set_last("main.article", "title = upper(title)"),
        frozenset({"article.title.is_title_block", "article.version_no.is_current_version"}),
    ),
    **dict([
        _lost("article.title.usual_share_missing", "null as title"),
        _lost("article.published_at.usual_share_missing",
              "null as published_at, null as published_precision, null as published_source, "
              "'undateable' as published_status"),
    ]),
    "article.published_at.usual_lag": Fault(
        _past("article.published_at.usual_lag", 2)
        + _MANY_ARTICLES.format(
            count=30,
            changed="'instant' as published_precision, "
            "timestamptz '2026-02-20 12:00:00+00' as published_at",
        ),
        _SPREAD,
    ),
    "article.word_count.usual_for_outlet": Fault(
        _MANY_ARTICLES.format(count=20, changed="1 as version_no")
        + _EARLIER_ARTICLES.format(count=60, changed="400 as word_count"),
        _SPREAD,
    ),
    "article.language.usual_mix": Fault(
        _MANY_ARTICLES.format(count=60, changed="1 as version_no")
        + _EARLIER_ARTICLES.format(count=210, changed="'sv' as language, 9 as word_count"),
        _SPREAD,
    ),
    "article_version.valid_to.not_before_valid_from": Fault(
        set_last("main.article_version", "valid_to = valid_from - interval 1 day"),
        frozenset({"article_version.is_current.is_open_ended"}),
    ),
    "article_version.is_current.is_open_ended": Fault(
        set_last("main.article_version", "valid_to = valid_from")
    ),
    "article_version.is_current.once_an_article": Fault(
        f"update known.article_version set is_current = false where article_id = '{RIVER}'",
        frozenset({"article.version_no.is_current_version"}),
    ),
    "article_version.version_no.without_gaps": Fault(
        f"update known.article_version set version_no = 3 where article_id = '{RIVER}'",
        frozenset({
            "article.version_no.in_article_version", "article.version_no.is_current_version",
            "record.version_no.in_article_version",
        }),
    ),
    "article_version.valid_to.meets_next_version": Fault(
        f"update known.article_version set valid_to = valid_from where article_id = '{RIVER}'"
    ),
    "article_version.valid_from.is_start_of_run": Fault(
        set_last("main.article_version", "valid_from = valid_from + interval 2 hour")
    ),
    "article_version.content_hash.is_sha256_of_text": Fault(
        set_last("main.article_version", "text = left(text, 10)")
    ),
    "block.is_body.only_body_kinds": Fault(
        _where("main.block", "is_body = true", "kind = 'promo'"),
        frozenset({"article.body_text.is_body_blocks"}),
    ),
    "block.kind.one_title": Fault(
        _where("main.block", "kind = 'title'", "kind = 'promo'"),
        frozenset({"block.rows.has_sentence"}),
    ),
    "block.text.not_blank": Fault(
        _where("main.block", "text = ' '", "kind = 'promo'"),
        frozenset({"block.text.is_slice_of_article"}),
    ),
    "block.rows.has_sentence": Fault(
        f"delete from main.sentence where article_id = '{RIVER}' and sentence_no = 3",
        frozenset({"article.sentence_count.counts_sentences", "mention.text.is_slice_of_article"}),
    ),
    "sentence.block_no.of_story_block": Fault(
        "insert into main.sentence select article_id, 4, block_no, start_char, end_char, text, 5 "
        "from main.block where kind = 'promo'",
        frozenset({"article.sentence_count.counts_sentences"}),
    ),
    "sentence.text.not_blank": Fault(
        set_last("main.sentence", "text = ' '"),
        frozenset({"sentence.text.is_slice_of_article", "mention.text.is_slice_of_article"}),
    ),
    "sentence.token_count.at_most_characters": Fault(
        set_last("main.sentence", "token_count = 999")
    ),
    "mention.text.trimmed": Fault(
        set_last("main.mention", "text = text || ' '"),
        frozenset({"mention.text.is_slice_of_article"}),
    ),
    "mention.entity_type.is_type_of_entity": Fault(
        set_last("main.mention", f"entity_id = '{ANNA}'")
    ),
    "mention.confidence.a_number": Fault(
        set_last("main.mention", "confidence = 'nan'::double"),
        frozenset({"mention.confidence.bounds"}),
    ),
    "mention.rows.usual_per_hundred_words": Fault(
        _past("mention.rows.usual_per_hundred_words", 5)
        + _MANY_ARTICLES.format(count=30, changed="1 as version_no"),
        _SPREAD,
    ),
    **dict(
        _share(entity_type)
        for entity_type in BY_NAME["entity"].column("entity_type").allowed
    ),
    "related_link.block_no.of_related_block": Fault(
        set_last("main.related_link", "block_no = 4"),
        frozenset({"related_link.title.is_in_block"}),
    ),
    "related_link.title.is_in_block": Fault(set_last("main.related_link", "title = 'Other news'")),
    "related_link.target_article_id.not_itself": Fault(
        set_last("main.related_link", f"target_article_id = '{RIVER}'")
    ),
    "run.files_seen.closes": Fault(set_last("ops.run", "files_seen = 6")),
    "run.records_seen.closes": Fault(set_last("ops.run", "records_seen = 4")),
    "run.rows.counts_its_files": Fault("delete from ops.file where outcome = 'duplicate'"),
    "run.ended_at.not_before_start": Fault(
        set_last("ops.run", "ended_at = started_at - interval 1 hour")
    ),
    "run.run_id.says_its_start": Fault(
        set_last("ops.run", "started_at = started_at - interval 1 hour")
    ),
    "run.rows.json_readable": Fault(set_last("ops.run", "config = '{'")),
    "run.started_at.usual_volume_for_weekday": Fault(
        "insert into known.run select r.* replace ('2026020' || i || 'T050000Z-aaaaaa' as run_id, "
        "r.started_at - interval 1 hour - to_weeks(i::int) as started_at) "
        "from ops.run as r, range(1, 5) as t(i);"
        "insert into known.article_version select v.* replace ("
        "lower(lpad(to_hex(i * 1000 + j), 16, '0')) as article_id, "
        "v.valid_from - interval 1 hour - to_weeks(i::int) as valid_from) "
        "from (from main.article_version limit 1) as v, range(1, 5) as t(i), range(100) as u(j)"
    ),
    "source.source_id.still_publishing": Fault(
        _EARLIER_ARTICLES.format(count=10, changed="'gazette' as source_id")
        + "insert into known.article_version select v.* replace ("
        "lower(lpad(to_hex(i + 65536), 16, '0')) as article_id, "
        "v.valid_from - interval 20 day - to_days(i::int) as valid_from) "
        "from (from main.article_version limit 1) as v, range(10) as t(i)"
    ),
    "file.outcome.never_unchanged": Fault(
        "insert into ops.file select * replace ('file:///in/old.txt' as source_uri, "
        "'unchanged' as outcome) from ops.file limit 1"
    ),
    "file.outcome.quarantined_with_reason": Fault(
        _where("ops.file", "reason = null", "outcome = 'quarantined'")
    ),
    "file.duplicate_of.names_the_first": Fault(
        _where("ops.file", "duplicate_of = source_uri", "duplicate_of is not null")
    ),
    "file.outcome.duplicate_of_something": Fault(
        "delete from known.record where file_uri = 'file:///in/sent_again.csv'"
    ),
    "file.outcome.loaded_with_record": Fault(
        f"delete from known.record where article_id = '{BRIDGE}'",
        frozenset({"record.made_version.once_a_version", "record.first_file_uri.made_the_version"}),
    ),
    "record.made_version.once_a_version": Fault(
        "update known.record set made_version = true where not made_version"
    ),
    "record.first_file_uri.made_the_version": Fault(
        _where("ops.record", "first_file_uri = 'file:///in/bridge.txt'", "not made_version")
    ),
    "record.hints.a_json_list": Fault(
        set_last("ops.record", "hints = '{\"kind\": 1}'"), frozenset({"record.hints.well_formed"})
    ),
    "record.hints.well_formed": Fault(
        set_last("ops.record", "hints = '[[0,4,\"headline\",\"x\",null]]'")
    ),
    "record.hints.inside_text": Fault(
        set_last("ops.record", "hints = '[[4,4,\"title\",\"x\",null]]'")
    ),
    "run.source_uri.without_credentials": Fault(
        set_last("ops.run", "source_uri = 's3://key:secret@bucket'")
    ),
    "article.rows.made_by_component": Fault(
        f"delete from known.article_component where article_id = '{BRIDGE}'"
    ),
    "article.rows.sources_named": Fault(set_last("main.article", "section_source = null")),
    "article.url.absolute": Fault(set_last("main.article", "url = 'herald'")),
    "article.url.names_one_article": Fault(
        "update main.article set url = 'https://herald.example/1'"
    ),
    "article.removed_at.not_in_future": Fault(
        set_last("main.article", "removed_at = timestamptz '2036-01-01 00:00:00+00'")
    ),
    "entity.name.trimmed": Fault(
        set_last("main.entity", "name = ' Lind'"), frozenset({"entity.name.is_an_alias"})
    ),
    "entity_alias.alias.trimmed": Fault(
        set_last("main.entity_alias", "alias = chr(8203) || 'Lind'"),
        frozenset({"entity.name.is_an_alias"}),
    ),
    "entity.name.is_an_alias": Fault(set_last("main.entity", "name = 'Lindt'")),
    "entity.entity_id.mentioned": Fault(
        f"delete from known.mention where entity_id = '{ANNA}'"
    ),
    "record.file_id.is_file_of_version": Fault(set_last("ops.record", f"file_id = '{'0' * 64}'")),
    "record.mojibake.none_as_delivered": Fault(
        set_last("ops.record", "mojibake = 'as delivered: 1 line; first: cafÃ© for café'")
    ),
    "quarantine.resolved_run_id.agrees_with_status": Fault(
        set_last("ops.quarantine", "status = 'replayed'")
    ),
    "quarantine.message.not_blank": Fault(set_last("ops.quarantine", "message = ' '")),
    "entity.name.not_blank": Fault(
        set_last("main.entity", "name = ''"), frozenset({"entity.name.is_an_alias"})
    ),
    "entity.country_iso2.in_force": Fault(set_last("main.entity", "country_iso2 = 'YU'")),
    "entity.latitude.with_longitude": Fault(set_last("main.entity", "longitude = null")),
    "entity_merge.into_entity_id.another_entity": Fault(
        set_last("main.entity_merge", f"entity_id = '{ANNA}'")
    ),
    "entity_merge.into_entity_id.in_entity": Fault(
        set_last("main.entity_merge", f"into_entity_id = '{'f' * 16}'")
    ),
    "article_component.stage.is_stage_of_component": Fault(
        set_last("ops.article_component", "stage = 'nlp'")
    ),
    "check_result.success.agrees_with_count": Fault(
        set_last("ops.check_result", f"success = true, run_id = '{RUN_ID}'")
    ),
}  # fmt: skip
