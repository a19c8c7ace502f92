"""Two small articles with every table filled, all of it right: what the tests of checks break."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import duckdb
import polars as pl

from warehouse.connect import open_private
from warehouse.contract import TIMESTAMP, Column, Contract, Lifecycle
from warehouse.tables import BY_NAME, CONTRACTS

RUN_ID = "20260301T060000Z-0a1b2c"
STARTED = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
RIVER, BRIDGE = "00000000000000aa", "00000000000000bb"
ANNA, LIND = "00000000000000e1", "00000000000000e2"
COMPONENT = "00000000000000c1"

# The cafe\u0301 has a combining accent and the boat is outside the basic plane, so that offsets
# taken in bytes, in UTF-16 units or in graphemes are wrong.
RIVER_TEXT = (
    "Cafe\u0301 on the river reopens \U0001f6a4 today\n"
    "\n"
    "Anna Berg opened it in Lind. Guests came by boat.\n"
    "\u00a0\n"
    "Anna Berg was pleased.\n"
    "Sign up for our letter\n"
    "Read more\n"
    "Bridge closes for a week\n"
)
BRIDGE_TEXT = "Bridge closes for a week\n\nThe town of Lind closes its bridge.\n"

# (kind, is_body, text, rule)
RIVER_BLOCKS = (
    ("title", False, "Cafe\u0301 on the river reopens \U0001f6a4 today", "first_line"),
    ("paragraph", True, "Anna Berg opened it in Lind. Guests came by boat.", "prose"),
    ("paragraph", True, "Anna Berg was pleased.", "prose"),
    ("promo", False, "Sign up for our letter", "invitation"),
    ("related_heading", False, "Read more", "heading_of_links"),
    ("related_link", False, "Bridge closes for a week", "headline_after_heading"),
)
BRIDGE_BLOCKS = (
    ("title", False, "Bridge closes for a week", "first_line"),
    ("paragraph", True, "The town of Lind closes its bridge.", "prose"),
)
# (block_no, text, token_count)
RIVER_SENTENCES = (
    (0, "Cafe\u0301 on the river reopens \U0001f6a4 today", 7),
    (1, "Anna Berg opened it in Lind.", 7),
    (1, "Guests came by boat.", 5),
    (2, "Anna Berg was pleased.", 5),
)
BRIDGE_SENTENCES = (
    (0, "Bridge closes for a week", 5),
    (1, "The town of Lind closes its bridge.", 8),
)
# (sentence_no, entity_id, entity_type, text)
RIVER_MENTIONS = (
    (1, ANNA, "person", "Anna Berg"),
    (1, LIND, "place", "Lind"),
    (3, ANNA, "person", "Anna Berg"),
)
BRIDGE_MENTIONS = ((1, LIND, "place", "Lind"),)

Row = dict[str, object]


def good_rows() -> dict[str, pl.DataFrame]:
    """Every table by name, conforming to its contract."""
    rows: dict[str, list[Row]] = {contract.name: [] for contract in CONTRACTS}
    for table, row in (*_reference(), *_operations(), *_river(), *_bridge()):
        rows[table].append(row)
    for contract in CONTRACTS:
        if contract.lifecycle is Lifecycle.ARTICLE and not rows[contract.name]:
            rows[contract.name].append(_derived(contract, rows))
    return {
        name: BY_NAME[name].conform(pl.DataFrame(found, schema=BY_NAME[name].polars_schema))
        for name, found in rows.items()
    }


def _derived(contract: Contract, rows: Mapping[str, Sequence[Row]]) -> Row:
    """A row of a table of articles that has none here: the first that its contract allows.

    Columns name the first row of another table that they must; a span is that of its holder. What
    only some values fit (a pattern, a vocabulary's meaning) needs a row of its own above.
    """
    row: Row = {column.name: _first_value(column) for column in contract.columns}
    row["article_id"] = RIVER
    for key in contract.foreign_keys:
        if not contract.column(key.columns[0]).nullable:
            parent = _first_of_river(rows[key.table])
            pairs = zip(key.columns, key.references, strict=True)
            row |= {ours: parent[theirs] for ours, theirs in pairs}
    if contract.span is not None:
        holder = _first_of_river(rows[contract.span.inside or "block"])
        row |= {name: holder[name] for name in ("start_char", "end_char", "text")}
    return row


def _first_of_river(rows: Sequence[Row]) -> Row:
    return next(row for row in rows if row.get("article_id", RIVER) == RIVER)


def _first_value(column: Column) -> object:
    if column.nullable:
        return None
    if column.dtype == pl.String():
        return column.allowed[0] if column.allowed else "a"
    if column.dtype == TIMESTAMP:
        return STARTED
    return False if column.dtype == pl.Boolean() else column.minimum or 0


def open_database(
    rows: Mapping[str, pl.DataFrame], known: Mapping[str, pl.DataFrame] | None = None
) -> duckdb.DuckDBPyConnection:
    """A private database with the rows in `main` and `ops`, and them and `known` in `known`.

    Tables are made without NOT NULL, so that a broken row gets in.
    """
    con = open_private()
    con.execute("create schema ops")
    con.execute("create schema known")
    for contract in CONTRACTS:
        columns = ", ".join(f"{c.name} {c.duckdb_type}" for c in contract.columns)
        con.execute(f"create table {contract.qualified_name} ({columns})")
        insert(con, contract.qualified_name, rows[contract.name])
        con.execute(f"create table known.{contract.name} ({columns})")
        insert(con, f"known.{contract.name}", rows[contract.name])
        if known is not None and contract.name in known:
            insert(con, f"known.{contract.name}", known[contract.name])
    return con


def insert(con: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame) -> None:
    """Adds the rows of a frame to a table, by name of column."""
    if frame.height:
        con.execute(f"insert into {table} by name select * from frame")


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _reference() -> Iterator[tuple[str, Row]]:
    yield "source", {"source_id": "herald", "name": "The Herald", "domain": "herald.example",
                     "country_iso2": "SE", "language": "en"}  # fmt: skip
    for entity_id, kind, name, country in (
        (ANNA, "person", "Anna Berg", None),
        (LIND, "place", "Lind", "SE"),
    ):
        yield "entity", {
            "entity_id": entity_id, "entity_type": kind, "name": name, "country_iso2": country,
            "geonames_id": None, "wikidata_id": None, "latitude": 57.7 if country else None,
            "longitude": 12.0 if country else None, "resolution": "first_seen",
        }  # fmt: skip
        yield "entity_alias", {"entity_id": entity_id, "alias": name, "kind": "canonical",
                               "source": "first_seen", "block_key": name.lower()}  # fmt: skip
    yield "entity_merge", {"entity_id": "00000000000000e3", "into_entity_id": ANNA, "kind": "merge",
                           "reason": "same person", "run_id": RUN_ID}  # fmt: skip


def _operations() -> Iterator[tuple[str, Row]]:
    counts = {
        "files_seen": 5, "files_gone": 0, "files_loaded": 2, "files_unchanged": 0,
        "files_revised": 0, "files_duplicate": 2, "files_quarantined": 1, "files_removed": 0,
        "records_seen": 3, "records_loaded": 2, "records_unchanged": 0, "records_revised": 0,
        "records_duplicate": 1, "records_quarantined": 0,
    }  # fmt: skip
    yield "run", {
        "run_id": RUN_ID, "flow_run_id": None, "started_at": STARTED,
        "ended_at": datetime(2026, 3, 1, 6, 1, tzinfo=UTC), "status": "published",
        "source_uri": "file:///in", "collection": "in", "code_version": "0.1.0", "config": "{}",
        **counts, "row_counts": '{"article": 2}', "stage_seconds": "{}", "message": None,
    }  # fmt: skip
    for name, outcome, reason, twin in (
        ("river.txt", "loaded", None, None),
        ("bridge.txt", "loaded", None, None),
        ("copy.txt", "duplicate", None, "file:///in/river.txt"),
        ("empty.txt", "quarantined", "empty_file", None),
        ("sent_again.csv", "duplicate", "Every record repeats another.", None),
    ):
        yield "file", {
            "run_id": RUN_ID, "source_uri": f"file:///in/{name}", "collection": "in",
            "file_id": sha256(name), "byte_count": 100, "modified_at": STARTED,
            "format": "text", "encoding": "utf_8", "outcome": outcome, "reason": reason,
            "duplicate_of": twin,
        }  # fmt: skip
    yield "quarantine", {
        "quarantine_id": "00000000000000d1", "run_id": RUN_ID, "source_uri": "file:///in/empty.txt",
        "locator": None, "article_id": None, "table_name": None, "stage": "extract",
        "rule": "empty_file", "message": "The file is empty.", "payload": None, "status": "open",
        "resolved_run_id": None,
    }  # fmt: skip
    yield "tombstone", {"article_id": "00000000000000e1", "file_id": sha256("purged.txt"),
                        "content_hash": sha256("purged"), "purged_at": STARTED,
                        "run_id": RUN_ID}  # fmt: skip
    yield "component", {"component_id": COMPONENT, "stage": "block", "name": "rules",
                        "version": "1", "config": "{}"}  # fmt: skip
    yield "check_result", {
        "run_id": RUN_ID, "suite": "article", "check_id": "article.title.not_null",
        "table_name": "article", "column_name": "title", "severity": "warning", "success": False,
        "observed": None, "checked_count": 2, "failed_count": 1, "notes": None,
    }  # fmt: skip
    yield "check_failure", {"run_id": RUN_ID, "check_id": "article.title.not_null",
                            "row_key": RIVER, "observed": None}  # fmt: skip


def _river() -> Iterator[tuple[str, Row]]:
    yield from _article(RIVER, "river.txt", RIVER_TEXT, RIVER_BLOCKS, RIVER_SENTENCES,
                        RIVER_MENTIONS)  # fmt: skip
    yield "record", _record(RIVER, "sent_again.csv", "river.txt")
    yield "related_link", {"article_id": RIVER, "link_no": 0, "block_no": 5,
                           "title": "Bridge closes for a week", "url": None,
                           "target_article_id": BRIDGE}  # fmt: skip


def _bridge() -> Iterator[tuple[str, Row]]:
    yield from _article(BRIDGE, "bridge.txt", BRIDGE_TEXT, BRIDGE_BLOCKS, BRIDGE_SENTENCES,
                        BRIDGE_MENTIONS)  # fmt: skip


def _article(
    article_id: str,
    file: str,
    text: str,
    blocks: Sequence[tuple[str, bool, str, str]],
    sentences: Sequence[tuple[int, str, int]],
    mentions: Sequence[tuple[int, str, str, str]],
) -> Iterator[tuple[str, Row]]:
    title = blocks[0][2]
    body = "\n\n".join(part for _, is_body, part, _ in blocks if is_body)
    shared = {"article_id": article_id, "content_hash": sha256(text), "text": text,
              "title": title, "run_id": RUN_ID, "version_no": 1}  # fmt: skip
    yield "article", shared | {
        "source_uri": f"file:///in/{file}", "source_id": "herald",
        "url": f"https://herald.example/{article_id}", "title_source": "first_line",
        "standfirst": None, "byline": "Ida Ek", "byline_source": "metadata", "dateline": None,
        "section": "Town", "section_source": "metadata",
        "published_at": datetime(2026, 2, 28, tzinfo=UTC), "published_precision": "day",
        "published_source": "metadata", "published_status": "explicit",
        "published_raw": "28 February 2026", "language": "en", "body_text": body,
        "word_count": len(body.split()), "sentence_count": len(sentences),
        "body_hash": sha256(re.sub(r"\s+", " ", body).strip()), "removed_at": None,
    }  # fmt: skip
    yield "article_version", shared | {"valid_from": STARTED, "valid_to": None, "is_current": True,
                                       "file_id": sha256(file)}  # fmt: skip
    yield "record", _record(article_id, file, file)
    yield "article_component", {"article_id": article_id, "stage": "block",
                                "component_id": COMPONENT}  # fmt: skip
    yield from _spans(article_id, text, blocks, sentences, mentions)


def _record(article_id: str, file: str, first_file: str) -> Row:
    return {
        "article_id": article_id, "version_no": 1, "collection": "in",
        "file_uri": f"file:///in/{file}", "locator": "", "file_id": sha256(file), "format": "text",
        "source_id": "herald", "url": None, "title": None, "standfirst": None, "byline": "Ida Ek",
        "section": "Town", "published_raw": "28 February 2026", "modified_raw": None,
        "language": None, "hints": "[]", "made_version": file == first_file,
        "first_file_uri": f"file:///in/{first_file}",
    }  # fmt: skip


def _spans(
    article_id: str,
    text: str,
    blocks: Sequence[tuple[str, bool, str, str]],
    sentences: Sequence[tuple[int, str, int]],
    mentions: Sequence[tuple[int, str, str, str]],
) -> Iterator[tuple[str, Row]]:
    end = 0
    for block_no, (kind, is_body, part, rule) in enumerate(blocks):
        start = text.index(part, end)
        end = start + len(part)
        yield "block", {"article_id": article_id, "block_no": block_no, "kind": kind,
                        "is_body": is_body, "start_char": start, "end_char": end, "text": part,
                        "rule": rule}  # fmt: skip
    end = 0
    starts = []
    for sentence_no, (block_no, part, tokens) in enumerate(sentences):
        start = text.index(part, end)
        end = start + len(part)
        starts.append(start)
        yield "sentence", {"article_id": article_id, "sentence_no": sentence_no,
                           "block_no": block_no, "start_char": start, "end_char": end,
                           "text": part, "token_count": tokens}  # fmt: skip
    for mention_no, (sentence_no, entity_id, kind, part) in enumerate(mentions):
        start = text.index(part, starts[sentence_no])
        yield "mention", {
            "article_id": article_id, "mention_no": mention_no, "sentence_no": sentence_no,
            "entity_id": entity_id, "entity_type": kind, "start_char": start,
            "end_char": start + len(part), "text": part, "role": None, "method": "model",
            "confidence": 0.9,
        }  # fmt: skip
