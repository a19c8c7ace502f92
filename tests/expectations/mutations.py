"""Faults as they happen, made to the staged Parquet of a right run, and which checks catch them.

    python -m tests.expectations.mutations

prints one line a fault: its name and the checks that caught it.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from expectations.suite import all_checks
from tests.expectations.failing import failing_ids
from tests.expectations.good_rows import ANNA, RIVER, good_rows
from warehouse.staging import open_check_database

Change = Callable[[pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True)
class Mutation:
    """One fault: what went wrong, in which table, and how its rows change."""

    name: str
    table: str
    change: Change


def caught_by(mutation: Mutation | None, folder: Path) -> set[str]:
    """Ids of the checks that see the fault in staged Parquet; of a right run where it is None."""
    rows = good_rows()
    if mutation is not None:
        right = rows[mutation.table]
        rows[mutation.table] = mutation.change(right)
        assert not rows[mutation.table].equals(right), mutation.name
    _write(rows, folder)
    con = open_check_database(folder, None)
    read = re.compile(r"\b(main|ops|known)\." + (mutation.table if mutation else r"\w+") + r"\b")
    try:
        # The others read right rows only, of which they find none to fail.
        return failing_ids(con, [check for check in all_checks() if read.search(check.failing_sql)])
    finally:
        con.close()


def _write(rows: Mapping[str, pl.DataFrame], folder: Path) -> None:
    for table, frame in rows.items():
        (folder / table).mkdir(parents=True)
        frame.write_parquet(folder / table / "part.parquet")


def _set(row: int, **values: pl.Expr) -> Change:
    """Changes columns of one row."""

    def change(frame: pl.DataFrame) -> pl.DataFrame:
        at = pl.int_range(pl.len()) == row
        return frame.with_columns(
            pl.when(at).then(value).otherwise(pl.col(name)).cast(frame.schema[name]).alias(name)
            for name, value in values.items()
        )

    return change


def _drop(row: int) -> Change:
    return lambda frame: frame.filter(pl.int_range(pl.len()) != row)


def _twice(row: int) -> Change:
    return lambda frame: pl.concat([frame, frame.slice(row, 1)])


def _none(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.clear()


_AT, _TO, _TEXT = pl.col("start_char"), pl.col("end_char"), pl.col("text")
_STRANGER = pl.lit("f" * 16)

MUTATIONS = tuple(
    Mutation(name, table, change)
    for name, table, change in (
        # Offsets
        ("block offset one to the right", "block", _set(1, start_char=_AT + 1, end_char=_TO + 1)),
        ("block offsets in bytes", "block", _set(1, start_char=_AT + 4, end_char=_TO + 4)),
        ("block offsets in UTF-16", "block", _set(2, start_char=_AT + 1, end_char=_TO + 1)),
        ("block offsets in graphemes", "block", _set(2, start_char=_AT - 1, end_char=_TO - 1)),
        ("block ends before it starts", "block", _set(1, end_char=_AT)),
        ("block starts below zero", "block", _set(0, start_char=pl.lit(-1))),
        ("block end past the text", "block", _set(7, end_char=_TO + 50)),
        ("block swaps start and end", "block", _set(1, start_char=_TO, end_char=_AT)),
        ("sentence offset one to the left", "sentence", _set(1, start_char=_AT - 1)),
        ("sentence end one short", "sentence", _set(2, end_char=_TO - 1)),
        ("sentence offsets of its block", "sentence",
         _set(2, start_char=pl.lit(0), end_char=pl.lit(20))),
        ("mention offsets of its sentence", "mention",
         _set(0, start_char=pl.lit(0), end_char=pl.lit(9))),
        ("mention offset one to the right", "mention",
         _set(1, start_char=_AT + 1, end_char=_TO + 1)),
        ("mention text in another case", "mention", _set(0, text=_TEXT.str.to_uppercase())),
        ("mention with its space", "mention", _set(0, text=_TEXT + " ", end_char=_TO + 1)),
        # Text
        ("article text truncated", "article", _set(0, text=_TEXT.str.head(40))),
        ("article text decoded twice", "article",
         _set(0, text=_TEXT.str.replace("\u0301", "Ì\u0081"))),
        ("article text with CRLF", "article", _set(1, text=_TEXT.str.replace_all("\n", "\r\n"))),
        ("article text blank", "article", _set(1, text=pl.lit("\n"))),
        ("version text truncated", "article_version", _set(0, text=_TEXT.str.head(40))),
        ("block text truncated", "block", _set(1, text=_TEXT.str.head(10))),
        ("block text stripped of an accent", "block",
         _set(0, text=_TEXT.str.replace("\u0301", ""))),
        ("sentence text of another row", "sentence", _set(1, text=_TEXT.shift(1))),
        ("body with promo in it", "article",
         _set(0, body_text=pl.col("body_text") + "\n\nSign up for our letter")),
        ("body cut", "article", _set(0, body_text=pl.col("body_text").str.head(20))),
        ("title of another article", "article", _set(0, title=pl.col("title").shift(-1))),
        ("title empty, not null", "article", _set(0, title=pl.lit(""))),
        ("title and byline swapped", "article",
         _set(0, title=pl.col("byline"), byline=pl.col("title"))),
        # Tiles and rows
        ("block lost in the middle", "block", _drop(2)),
        ("last block lost", "block", _drop(7)),
        ("all blocks lost", "block", _none),
        ("block twice", "block", _twice(1)),
        ("blocks in another order", "block", _set(1, block_no=pl.lit(2))),
        ("blocks overlap", "block", _set(1, end_char=_TO + 10)),
        ("sentence lost", "sentence", _drop(2)),
        ("all sentences lost", "sentence", _none),
        ("sentence twice", "sentence", _twice(0)),
        ("sentence of a promo block", "sentence", _set(3, block_no=pl.lit(3))),
        ("sentence in the wrong block", "sentence", _set(1, block_no=pl.lit(2))),
        ("mention lost", "mention", _drop(0)),
        ("mention twice", "mention", _twice(0)),
        ("mention in the wrong sentence", "mention", _set(0, sentence_no=pl.lit(3))),
        ("promo made body", "block", _set(3, is_body=pl.lit(True))),
        ("paragraph made promo", "block", _set(1, kind=pl.lit("promo"))),
        ("second title", "block", _set(1, kind=pl.lit("title"))),
        ("kind misspelt", "block", _set(1, kind=pl.lit("paragaph"))),
        # Keys
        ("article twice", "article", _twice(0)),
        ("article id in capitals", "article",
         _set(0, article_id=pl.col("article_id").str.to_uppercase())),
        ("article id null", "block", _set(1, article_id=pl.lit(None))),
        ("orphan sentence", "sentence", _set(1, article_id=_STRANGER)),
        ("orphan mention", "mention", _set(0, sentence_no=pl.lit(77))),
        ("orphan entity", "mention", _set(0, entity_id=_STRANGER)),
        ("orphan source", "article", _set(0, source_id=pl.lit("gazette"))),
        ("orphan run", "article", _set(0, run_id=pl.lit("20300101T000000Z-000000"))),
        ("orphan target of a link", "related_link", _set(0, target_article_id=_STRANGER)),
        ("link to itself", "related_link", _set(0, target_article_id=pl.lit(RIVER))),
        ("link in a story block", "related_link", _set(0, block_no=pl.lit(1))),
        ("alias of nobody", "entity_alias", _set(0, entity_id=_STRANGER)),
        ("entity lost", "entity", _drop(0)),
        ("mention means a person, says place", "mention", _set(1, entity_id=pl.lit(ANNA))),
        ("merge into itself", "entity_merge", _set(0, entity_id=pl.lit(ANNA))),
        # Codes and dates
        ("dead language code", "article", _set(0, language=pl.lit("iw"))),
        ("language in words", "article", _set(0, language=pl.lit("English"))),
        ("dead country code", "entity", _set(1, country_iso2=pl.lit("YU"))),
        ("latitude and longitude swapped", "entity",
         _set(1, latitude=pl.lit(112.0), longitude=pl.lit(57.7))),
        ("half a coordinate", "entity", _set(1, latitude=pl.lit(None))),
        ("day shifted by a time zone", "article",
         _set(0, published_at=pl.col("published_at") - timedelta(hours=5))),
        ("collection shifted by a time zone", "article_version",
         _set(0, valid_from=pl.col("valid_from") + timedelta(hours=1))),
        ("published in the future", "article",
         _set(0, published_at=pl.col("published_at") + timedelta(days=365))),
        ("date lost, status kept", "article", _set(0, published_at=pl.lit(None))),
        ("date invented", "article", _set(0, published_status=pl.lit("undateable"))),
        # Versions, hashes, counts, books
        ("two current versions", "article_version", _set(0, version_no=pl.lit(2))),
        ("no current version", "article_version", _set(0, is_current=pl.lit(False))),
        ("version ends before it starts", "article_version",
         _set(0, valid_to=pl.col("valid_from") - timedelta(days=1))),
        ("hash of another text", "article",
         _set(0, content_hash=pl.col("content_hash").reverse())),
        ("body hash cut", "article", _set(0, body_hash=pl.col("body_hash").str.head(40))),
        ("word count of the whole text", "article", _set(0, word_count=pl.lit(34))),
        ("confidence in percent", "mention", _set(0, confidence=pl.lit(93.0))),
        ("confidence not a number", "mention", _set(0, confidence=pl.lit(float("nan")))),
        ("file forgotten in the sums", "run", _set(0, files_loaded=pl.lit(1))),
        ("record forgotten in the sums", "run", _set(0, records_seen=pl.lit(4))),
        ("file row lost", "file", _drop(0)),
        ("quarantine row lost", "quarantine", _none),
        ("duplicate of nothing", "file",
         _set(2, duplicate_of=pl.lit(None), outcome=pl.lit("duplicate"))),
        ("record lost", "record", _drop(0)),
        ("repeated record lost", "record", _drop(1)),
        ("two records made one version", "record",
         _set(1, made_version=pl.lit(True), first_file_uri=pl.col("file_uri"))),
        ("record repeats one of a file that has none", "record",
         _set(1, first_file_uri=pl.lit("file:///in/empty.txt"))),
        ("hints cut off", "record", _set(0, hints=pl.lit("[[0, 4"))),
        ("record in the wrong charset", "record",
         _set(0, mojibake=pl.lit("as delivered: 1 line; first: cafÃ© for café"))),
        ("component of another station", "article_component", _set(0, stage=pl.lit("nlp"))),
        ("hint past the text", "record", _set(0, hints=pl.lit('[[0,4000,"title","x",null]]'))),
        ("hint swaps start and end", "record", _set(0, hints=pl.lit('[[9,4,"title","x",null]]'))),
        ("hint of an unknown kind", "record", _set(0, hints=pl.lit('[[0,4,"titel","x",null]]'))),
        ("hints without brackets", "record", _set(0, hints=pl.lit('[0,4]'))),
        ("run twice", "run", _twice(0)),
        ("outcomes of two files swapped", "run",
         _set(0, files_loaded=pl.lit(1), files_duplicate=pl.lit(3))),
        ("status misspelt", "run", _set(0, status=pl.lit("done"))),
        ("password in the address", "run", _set(0, source_uri=pl.lit("s3://key:secret@bucket"))),
        ("verdict against its count", "check_result", _set(0, failed_count=pl.lit(0))),
        ("file row of negative size", "file", _set(0, byte_count=pl.lit(-1))),
        ("hash that is none", "file", _set(0, file_id=pl.lit("z" * 64))),
        # Mandatory, missing
        ("text null", "article", _set(0, text=pl.lit(None))),
        ("kind null", "block", _set(0, kind=pl.lit(None))),
        ("start of validity null", "article_version", _set(0, valid_from=pl.lit(None))),
        ("all versions lost", "article_version", _none),
        ("all makers lost", "article_component", _none),
        # Time
        ("local times taken for UTC", "article_version",
         lambda frame: frame.with_columns(
             pl.col("valid_from").dt.convert_time_zone("America/New_York")
             .dt.replace_time_zone(None).dt.replace_time_zone("UTC"))),
        ("version of the future", "article_version",
         _set(0, valid_from=pl.lit(datetime(2036, 1, 1, tzinfo=UTC)))),
        ("removed in the future", "article",
         _set(0, removed_at=pl.lit(datetime(2036, 1, 1, tzinfo=UTC)))),
        ("published at the epoch", "article",
         _set(0, published_at=pl.lit(datetime(1970, 1, 1, tzinfo=UTC)))),
        # Spans across their bounds
        ("mention across two sentences", "mention", _set(0, end_char=_TO + 40)),
        ("mention swaps start and end", "mention", _set(0, start_char=_TO, end_char=_AT)),
        ("mentions in another order", "mention", _set(0, mention_no=pl.lit(1))),
        ("no tokens", "sentence", _set(0, token_count=pl.lit(0))),
        ("more tokens than characters", "sentence", _set(0, token_count=pl.lit(900))),
        ("body block not body", "block", _set(2, is_body=pl.lit(False))),
        ("sentence count one more", "article",
         _set(0, sentence_count=pl.col("sentence_count") + 1)),
        ("body hash of another article", "article",
         _set(0, body_hash=pl.col("body_hash").shift(-1))),
        # Addresses, names and their sources
        ("address without host", "article", _set(0, url=pl.lit("/news/1"))),
        ("address of another article", "article", _set(0, url=pl.col("url").shift(-1))),
        ("source of the title lost", "article", _set(0, title_source=pl.lit(None))),
        ("byline lost, its source kept", "article", _set(0, byline=pl.lit(None))),
        ("title with two spaces", "article", _set(0, title=pl.col("title").str.replace(" ", "  "))),
        ("title of its version differs", "article_version", _set(0, title=pl.lit("Another"))),
        ("line ends of an old Mac", "article", _set(0, text=_TEXT.str.replace_all("\n", "\r"))),
        ("entity name with its space", "entity", _set(0, name=pl.lit("Anna Berg "))),
        ("entity name with an invisible character", "entity",
         _set(0, name=pl.lit("Anna\u200b Berg"))),
        ("alias with a no-break space", "entity_alias", _set(0, alias=pl.lit("Anna\u00a0Berg"))),
        ("entity that nothing mentions", "mention",
         lambda frame: frame.filter(pl.col("entity_id") != ANNA)),
        ("entity of another type", "entity", _set(1, entity_type=pl.lit("organization"))),
        ("entity twice", "entity", _twice(0)),
        ("alias lost", "entity_alias", _drop(0)),
        ("alias twice", "entity_alias", _twice(0)),
        ("latitude not a number", "entity", _set(1, latitude=pl.lit(float("nan")))),
        ("country of an outlet made up", "source", _set(0, country_iso2=pl.lit("EN?"))),
        ("headline of a link not in its block", "related_link", _set(0, title=pl.lit("Else"))),
    )
)  # fmt: skip


def main() -> None:
    for mutation in MUTATIONS:
        with tempfile.TemporaryDirectory() as folder:
            caught = sorted(caught_by(mutation, Path(folder)))
        print(f"{mutation.name} ({mutation.table}): {', '.join(caught) or 'GOT THROUGH'}")


if __name__ == "__main__":
    main()
