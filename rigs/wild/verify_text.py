"""Whether offsets, blocks, names and hashes agree with the articles' texts, in plain Python."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import duckdb

from rigs.wild.verify import Wrong, faults

_FIRST_NEWSPAPER = datetime(1605, 1, 1, tzinfo=UTC)
_FASTEST_CLOCK = timedelta(hours=14)


def span_tables(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str, str]]:
    """Table, text, start and end of every span of an article's text that any table has.

    Found by the columns' names, so that tables that come later are among them.
    """
    tables: dict[str, set[str]] = defaultdict(set)
    for schema, table, column in con.execute(
        "select table_schema, table_name, column_name from information_schema.columns "
        "join information_schema.tables using (table_schema, table_name) "
        "where table_type = 'BASE TABLE'"
    ).fetchall():
        tables[f'"{schema}"."{table}"'].add(column)
    found = []
    for table, columns in sorted(tables.items()):
        for start in sorted(columns):
            prefix = start.removesuffix("start_char")
            text = prefix.removesuffix("_") or "text"
            if (
                start.endswith("start_char")
                and {f"{prefix}end_char", text, "article_id"} <= columns
            ):
                found.append((table, text, start, f"{prefix}end_char"))
    return found


def verify_text(con: duckdb.DuckDBPyConnection) -> Iterator[Wrong]:
    """Spans are the slices they say; blocks tile; names and titles are collapsed; hashes agree."""
    texts = dict(con.execute("select article_id, text from article").fetchall())
    for table, text, start, end in span_tables(con):
        rows = con.execute(
            f'select article_id, "{start}", "{end}", "{text}" from {table} '
            f'where "{start}" is not null'
        ).fetchall()
        yield from faults(table, f"{text} that is not the slice of article.text", (
            row for row in rows if row[0] not in texts or texts[row[0]][row[1] : row[2]] != row[3]
            or not 0 <= row[1] < row[2]))  # fmt: skip
    yield from _verify_tiles(con, texts)
    yield from _verify_names(con)
    yield from faults("article", "content_hash that is not the text's", (
        article for article, text, digest in con.execute(
            "select article_id, text, content_hash from article").fetchall()
        if hashlib.sha256(text.encode()).hexdigest() != digest))  # fmt: skip
    yield from faults("article", "text with a carriage return or NUL", (
        article for article, text in texts.items() if "\r" in text or "\0" in text))  # fmt: skip
    latest = datetime.now(UTC) + _FASTEST_CLOCK
    yield from faults("article", "published_at before 1605 or in the future", con.execute(
        "select article_id, published_raw, published_at::varchar from article "
        "where published_at < ? or published_at > ?", [_FIRST_NEWSPAPER, latest]
    ).fetchall())  # fmt: skip


def _verify_tiles(con: duckdb.DuckDBPyConnection, texts: dict[str, str]) -> Iterator[Wrong]:
    """Each character that is not white space lies in exactly one block, and blocks are in order."""
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for article, start, end in con.execute(
        "select article_id, start_char, end_char from block order by article_id, block_no"
    ).fetchall():
        spans[article].append((start, end))
    between, overlapping = [], []
    for article, text in texts.items():
        position = 0
        for start, end in [*spans[article], (len(text), len(text))]:
            if start < position:
                overlapping.append((article, start, position))
            if text[position:start].strip():
                between.append((article, position, text[position:start].strip()))
            position = max(position, end)
    yield from faults("block", "stretch of an article's text in no block", between)
    yield from faults("block", "block that begins before the one before it ends", overlapping)


def _verify_names(con: duckdb.DuckDBPyConnection) -> Iterator[Wrong]:
    """Names and titles have text, and single spaces as their only white space."""
    for table, column in (("entity", "name"), ("entity_alias", "alias"), ("article", "title")):
        yield from faults(table, f"{column} that is empty or has odd white space", (
            value for (value,) in con.execute(
                f"select distinct {column} from {table} where {column} is not null").fetchall()
            if not value.strip() or " ".join(value.split()) != value))  # fmt: skip
