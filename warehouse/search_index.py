"""The full-text index of story blocks: sorted tables of stems, as DuckDB's `fts` makes them.

The extension's own index stems every word where it stands, which takes twice as long, and cannot be
read in an order that skips what a query does not need. The macro `search` does the querying.
"""

from __future__ import annotations

import re

import duckdb

from warehouse.ddl import insert_statement, quote
from warehouse.mart import load_macros
from warehouse.tables import DOCUMENT, POSTING, TERM
from warehouse.tables.block import STORY_KINDS

_MOST_UNREAD = 0.1
"""The share of the story blocks that may be missing from the index, so that `search` reads them
directly. Making the index again takes time for all blocks, which pays off only for that many."""

_STORY = (
    "SELECT block.article_id, block.block_no FROM main.block AS block "  # noqa: S608
    "SEMI JOIN (FROM main.article WHERE removed_at IS NULL) AS article USING (article_id) "
    f"WHERE block.kind IN ({', '.join(map(quote, STORY_KINDS))})"
)


def stand_in(con: duckdb.DuckDBPyConnection) -> None:
    """Let every word be its own stem, in this connection, as a fallback without the extension."""
    con.execute("CREATE OR REPLACE TEMP MACRO stem(word, language) AS word")


def forget(con: duckdb.DuckDBPyConnection, article_id: str) -> None:
    """Take blocks out of the index: of the articles in the temporary table of that name."""
    con.execute(f"DELETE FROM search.document WHERE article_id IN (FROM {article_id})")  # noqa: S608


def refresh(con: duckdb.DuckDBPyConnection, *, can_index: bool) -> bool:
    """List the story blocks that the index lacks; make it again if they are more than a tenth.

    True if it was made again. Call it outside a transaction; ``can_index`` is true if the extension
    is loaded.
    """
    con.execute("BEGIN TRANSACTION")
    con.execute("DELETE FROM search.unread")
    con.execute(
        "INSERT INTO search.unread SELECT article_id, block_no "  # noqa: S608
        f"FROM ({_STORY}) AS story ANTI JOIN search.document AS document "
        "USING (article_id, block_no) ORDER BY ALL"
    )
    is_anew = can_index and _is_worth_while(con)
    if is_anew:
        con.execute("DELETE FROM search.unread")
        for contract in (DOCUMENT, TERM, POSTING):
            con.execute(f"DELETE FROM {contract.qualified_name}")  # noqa: S608
        for statement in _MAKE:
            con.execute(statement)
    con.execute("COMMIT")
    return is_anew


def _is_worth_while(con: duckdb.DuckDBPyConnection) -> bool:
    counts = con.execute(
        "SELECT (SELECT count(*) FROM search.unread), (SELECT count(*) FROM search.document)"
    ).fetchone()
    unread, read = (0, 0) if counts is None else counts
    return bool(unread > _MOST_UNREAD * (unread + read))


_MAKE = (
    # Texts are not sorted with their keys: they would be most of the work.
    "CREATE TEMP TABLE story_key AS SELECT (row_number() OVER () - 1)::INTEGER AS document_no, * "  # noqa: S608
    f"FROM ({_STORY} ORDER BY ALL)",
    "CREATE TEMP TABLE story AS SELECT document_no, plain_words(text) AS words "
    "FROM story_key JOIN main.block USING (article_id, block_no)",
    insert_statement(
        DOCUMENT,
        "(SELECT document_no, article_id, block_no, "
        "CASE WHEN words = '' THEN 0 ELSE len(string_split(words, ' ')) END AS word_count "
        "FROM story_key JOIN story USING (document_no))",
    ),
    # Each word is stemmed once, wherever it stands.
    "CREATE TEMP TABLE story_word AS SELECT word, stem(word, 'porter') AS term "
    "FROM (SELECT DISTINCT unnest(string_split(words, ' ')) AS word FROM story WHERE words <> '')",
    insert_statement(
        TERM,
        "(SELECT term, (row_number() OVER (ORDER BY term) - 1)::INTEGER AS term_no "
        "FROM (SELECT DISTINCT term FROM story_word))",
    ),
    insert_statement(
        POSTING,
        "(SELECT term_no, document_no, count(*) AS occurrences "
        "FROM (SELECT document_no, unnest(string_split(words, ' ')) AS word FROM story) "
        "JOIN (FROM story_word JOIN search.term USING (term)) USING (word) GROUP BY ALL)",
    ),
    *(f"DROP TABLE temp.main.{name}" for name in ("story_key", "story", "story_word")),
)
"""Statements that make the index of all story blocks, in order."""


def without_index(con: duckdb.DuckDBPyConnection) -> str | None:
    """Why a reader cannot use the index; null where it can. What to do is part of the answer."""
    if not _has_function(con, "stem"):
        return (
            "DuckDB's extension fts cannot be loaded here, so every story block is read, and words "
            "are found only in the form in which they are printed. Install it with: pip install "
            f"duckdb-extension-fts=={duckdb.__version__}"
        )
    if not _has_function(con, "search"):
        return (
            "This warehouse is of an earlier release and has no search index, so every story block "
            "is read. The next run that publishes makes one."
        )
    return None


def make_scan(con: duckdb.DuckDBPyConnection) -> None:
    """The macro `scan` in this connection: as `search`, but nothing is in its index."""
    if not _has_function(con, "stem"):
        stand_in(con)
    for contract in (DOCUMENT, TERM, POSTING):
        columns = ", ".join(f"{c.name} {c.duckdb_type}" for c in contract.columns)
        con.execute(f"CREATE TEMP TABLE {contract.name} ({columns})")
    con.execute(f"CREATE TEMP VIEW unread AS SELECT article_id, block_no FROM ({_STORY})")  # noqa: S608
    macros = {macro.name: macro for macro in load_macros()}
    plain_words, search = macros["plain_words"], macros["search"]
    con.execute(f"CREATE TEMP MACRO {plain_words.call} AS {plain_words.body}")
    body = re.sub(r"\bsearch\.(?=\w)", "temp.main.", search.body)
    body = body.replace("main.plain_words(", "temp.main.plain_words(")
    con.execute(f"CREATE TEMP MACRO scan(query) AS TABLE {body}")


def _has_function(con: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether a call of that name finds anything on the connection's search path."""
    return con.execute(
        "SELECT 1 FROM duckdb_functions() WHERE function_name = ? "
        "AND database_name IN (current_database(), 'system') LIMIT 1",
        [name],
    ).fetchone() is not None  # fmt: skip
