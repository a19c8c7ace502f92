"""The full-text index of story blocks: made by DuckDB's extension `fts`, kept as sorted tables.

The extension makes its index in a file aside; what is kept of it is narrower and in an order that
lets a query skip what it does not need. Asking is the business of the macro `search`.
"""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from warehouse.ddl import column_list, quote
from warehouse.mart import load_macros
from warehouse.tables import DOCUMENT, POSTING, TERM
from warehouse.tables.block import STORY_KINDS

_MOST_UNREAD = 0.1
"""The share of the story blocks that `search` may have to read as they stand. Making the index anew
costs as much as all blocks, so that a tenth of them must be new before it is worth while."""

_STORY = (
    "SELECT block.article_id, block.block_no, block.text FROM main.block AS block "  # noqa: S608
    "SEMI JOIN (FROM main.article WHERE removed_at IS NULL) AS article USING (article_id) "
    f"WHERE block.kind IN ({', '.join(map(quote, STORY_KINDS))})"
)


def stand_in(con: duckdb.DuckDBPyConnection) -> None:
    """Let every word be its own stem, in this connection: what there is without the extension."""
    con.execute("CREATE OR REPLACE TEMP MACRO stem(word, language) AS word")


def forget(con: duckdb.DuckDBPyConnection, article_id: str) -> None:
    """Take blocks out of the index: of the articles in the temporary table of that name."""
    con.execute(f"DELETE FROM search.document WHERE article_id IN (FROM {article_id})")  # noqa: S608


def refresh(con: duckdb.DuckDBPyConnection, aside: Path, *, can_index: bool) -> bool:
    """List the story blocks that the index has not; make it anew if they are more than a tenth.

    True if it was made anew. Outside a transaction; ``can_index`` says that the extension is
    loaded, ``aside`` is a file for what the extension makes, gone afterwards.
    """
    con.execute("BEGIN TRANSACTION")
    con.execute("DELETE FROM search.unread")
    con.execute(
        "INSERT INTO search.unread SELECT article_id, block_no "  # noqa: S608
        f"FROM ({_STORY}) AS story ANTI JOIN search.document AS document "
        "USING (article_id, block_no) ORDER BY ALL"
    )
    con.execute("COMMIT")
    if not can_index or not _is_worth_while(con):
        return False
    aside.unlink(missing_ok=True)
    con.execute(f"ATTACH {quote(str(aside))} AS aside")
    try:
        _let_extension_index(con)
        _take_over(con)
    finally:
        con.execute("DETACH aside")
        aside.unlink(missing_ok=True)
    return True


def _is_worth_while(con: duckdb.DuckDBPyConnection) -> bool:
    counts = con.execute(
        "SELECT (SELECT count(*) FROM search.unread), (SELECT count(*) FROM search.document)"
    ).fetchone()
    unread, read = (0, 0) if counts is None else counts
    return bool(unread > _MOST_UNREAD * (unread + read))


def _let_extension_index(con: duckdb.DuckDBPyConnection) -> None:
    here = con.execute("SELECT current_database()").fetchone()
    con.execute(
        "CREATE TABLE aside.main.story AS "  # noqa: S608
        "SELECT (row_number() OVER () - 1)::INTEGER AS document_no, article_id, block_no, "
        f"plain_words(text) AS words FROM ({_STORY} ORDER BY ALL)"
    )
    con.execute("USE aside")
    con.execute(
        "PRAGMA create_fts_index('story', 'document_no', 'words', stemmer = 'porter', "
        "stopwords = 'none', ignore = '\\s+', strip_accents = 0, lower = 0)"
    )
    con.execute(f'USE "{here[0] if here else ""}"')


def _take_over(con: duckdb.DuckDBPyConnection) -> None:
    selects = {
        DOCUMENT: "SELECT docs.name AS document_no, article_id, block_no, docs.len AS word_count "
        "FROM aside.fts_main_story.docs AS docs "
        "JOIN aside.main.story AS story ON story.document_no = docs.name",
        TERM: "SELECT term, termid AS term_no FROM aside.fts_main_story.dict",
        POSTING: "SELECT termid AS term_no, docs.name AS document_no, count(*) AS occurrences "
        "FROM aside.fts_main_story.terms AS terms "
        "JOIN aside.fts_main_story.docs AS docs USING (docid) GROUP BY ALL",
    }
    con.execute("BEGIN TRANSACTION")
    con.execute("DELETE FROM search.unread")
    for contract in selects:
        con.execute(f"DELETE FROM {contract.qualified_name}")  # noqa: S608
        con.execute(
            f"INSERT INTO {contract.qualified_name} BY NAME SELECT {column_list(contract)} "  # noqa: S608
            f"FROM ({selects[contract]}) ORDER BY {', '.join(contract.order)}"
        )
    con.execute("COMMIT")


def without_index(con: duckdb.DuckDBPyConnection) -> str | None:
    """Why a reader cannot use the index; null where it can. What to do is part of the answer."""
    if not _has_function(con, "stem"):
        return (
            "DuckDB's extension fts cannot be loaded here, so every story block is read, and words "
            "are found as they are printed only. Install it with: pip install "
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
