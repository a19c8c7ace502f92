"""`newshouse search`: full-text search over current articles, for people and for programs."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated

import duckdb
import polars as pl
import typer
from rich.text import Text

from flows.cli.console import WRONG_USE, friendly_errors, out, say, settings_of
from flows.cli.query import Format, quiet_pipe, write_rows
from flows.cli.run import WarehouseOption
from flows.cli.snippet import Snippet, cut_snippets, on_one_line
from warehouse.connect import open_reader
from warehouse.search_index import make_scan, without_index

_BEST = """
    SELECT *, count(*) OVER () AS articles FROM (
    SELECT article_id, title, source_id, published_at, score, block_no, start_char, text,
        count(*) OVER (PARTITION BY article_id) AS passages
    FROM {macro}($1) AS hit
    WHERE ($2::VARCHAR IS NULL OR source_id = $2::VARCHAR)
        AND ($3::TIMESTAMPTZ IS NULL OR published_at >= $3::TIMESTAMPTZ)
        AND ($4::TIMESTAMPTZ IS NULL OR published_at < $4::TIMESTAMPTZ)
    QUALIFY row_number() OVER (PARTITION BY article_id ORDER BY score DESC, block_no) = 1)
    ORDER BY score DESC, article_id LIMIT $5
"""


def search(
    words: Annotated[
        str, typer.Argument(help='Words that must all be in an article; "in quotes": a phrase.')
    ],
    warehouse: WarehouseOption = None,
    limit: Annotated[int, typer.Option(min=1, help="Most articles to show.")] = 20,
    source: Annotated[str | None, typer.Option(help="Only this outlet (its source_id).")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Published on this day or later.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Published on this day or before.")
    ] = None,
    at: Annotated[str | None, typer.Option(help="Snapshot to search instead.")] = None,
    format: Annotated[  # noqa: A002 - the flag's name
        Format, typer.Option(help="table, csv, json (one object a line) or parquet.")
    ] = Format.table,
) -> None:
    """Search the text of current articles: titles and story, not promo lines, menus or captions.

    Best first (BM25), each article once with its best passage. Case, accents and English endings
    do not matter.

    Examples: newshouse search "harbour strike"; newshouse search '"prime minister" budget'
    --since 2024-01-01 --format csv
    """
    words = words.encode("utf-8", "replace").decode()  # bytes of an argument that are no UTF-8
    with friendly_errors():
        con = open_reader(settings_of(warehouse=warehouse).warehouse, at=at, with_search=True)
        try:
            macro = _ready(con, words, source)
            found = _found(con, macro, words, source, since, until, limit)
            snippets = cut_snippets(con, words, found["text"].to_list())
        finally:
            con.close()
    if found.is_empty():
        say(f"No article contains: {' '.join(words.split())[:200]}")
    with quiet_pipe():
        _show(found, snippets, format)
        sys.stdout.flush()


def _ready(con: duckdb.DuckDBPyConnection, words: str, source: str | None) -> str:
    """The search macro to call; wrong use ends the command, and a missing index is reported."""
    if not any(character.isalnum() for character in words):
        say('There is no word to search for. Try: newshouse search "harbour strike"')
        raise typer.Exit(WRONG_USE)
    if source is not None:
        known = [
            row[0] for row in con.execute("SELECT source_id FROM source ORDER BY 1").fetchall()
        ]
        if source not in known:
            say(f"No outlet is called {source}. There are: {', '.join(known) or 'none'}.")
            raise typer.Exit(WRONG_USE)
    reason = without_index(con)
    if reason is None:
        return "search"
    say(reason)
    make_scan(con)
    return "scan"


def _found(
    con: duckdb.DuckDBPyConnection, macro: str, words: str, source: str | None,
    since: datetime | None, until: datetime | None, limit: int,
) -> pl.DataFrame:  # fmt: skip
    first = since.replace(tzinfo=UTC) if since else None
    after = until.replace(tzinfo=UTC) + timedelta(days=1) if until else None
    values = [words, source, first, after, limit]
    frame: pl.DataFrame = con.execute(_BEST.format(macro=macro), values).pl()
    return frame


def _show(found: pl.DataFrame, snippets: list[Snippet], form: Format) -> None:
    if form is not Format.table:
        column = pl.Series("snippet", [snippet.plain for snippet in snippets], dtype=pl.String())
        write_rows(found.drop("articles").with_columns(column), form)
        return
    for number, (row, snippet) in enumerate(
        zip(found.iter_rows(named=True), snippets, strict=True), start=1
    ):
        day = "undated" if row["published_at"] is None else f"{row['published_at']:%Y-%m-%d}"
        title = on_one_line(row["title"] or "(no title)")
        if not out.is_terminal:
            cells = (title, row["source_id"], day, row["article_id"], snippet.plain)
            sys.stdout.write("\t".join(cells) + "\n")
            continue
        more = f" · {row['passages']:,} passages" if row["passages"] > 1 else ""
        out.print(Text(title, style="bold"))
        out.print(Text(f"  {row['source_id']} · {day} · {row['article_id']}{more}", style="dim"))
        out.print(Text("  ") + snippet.highlighted())
        if number == found.height and row["articles"] > number:
            say(f"{number:,} of {row['articles']:,} articles. More: --limit {row['articles']}")
