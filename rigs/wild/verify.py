"""Whether a warehouse holds what the folder holds: accounts, files, keys and predicted ends.

Counts with SQL of its own and its own listing of the folder; it uses none of the project's checks.
Each failed verification is one `Wrong`: what, how many, and one example.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote_from_bytes

import duckdb

from rigs.wild.files import READING_RULES, WildFile
from rigs.wild.folder import REAL, Folder
from rigs.wild.judge import judge
from warehouse.tables import CONTRACTS

MOST_REAL_WITHHELD = 0.005
"""Real pages that may be withheld."""

_MARKER = re.compile(r"(?:qz|sp)\d{5}[a-h]")


class Wrong(NamedTuple):
    """One verification that does not hold."""

    where: str
    what: str
    example: str


def uri_of(folder: Folder, path: bytes) -> str:
    """The address that the warehouse gives a file: its path, percent-encoded where not UTF-8."""
    full = os.fsencode(folder.path(path))
    try:
        return full.decode()
    except UnicodeDecodeError:
        return "file://" + quote_from_bytes(full)


def faults(where: str, what: str, examples: Iterable[object]) -> Iterator[Wrong]:
    """One fault for all its examples; nothing if there is none."""
    found = list(examples)
    if found:
        shown = json.dumps(str(found[0]), ensure_ascii=True)[1:-1]
        yield Wrong(where, f"{len(found):,} × {what}", shown[:400])


def verify_accounts(con: duckdb.DuckDBPyConnection, folder: Folder) -> Iterator[Wrong]:
    """Every file of the folder has one outcome, and the sums of the last run close."""
    listing = folder.listing()
    run = _row(con, "select * from ops.run order by run_id desc limit 1")
    outcomes = {name[6:]: count for name, count in run.items() if name.startswith("files_")}
    seen, gone = outcomes.pop("seen"), outcomes.pop("gone")
    records = [count for name, count in run.items()
               if name.startswith("records_") and name != "records_seen"]  # fmt: skip
    recorded_rows = dict(con.execute(
        "select outcome, count(*) from ops.file where run_id = ? group by all", [run["run_id"]]
    ).fetchall())  # fmt: skip
    for holds, what in (
        (seen == len(listing), f"{seen:,} files seen, {len(listing):,} in the folder"),
        (gone == folder.gone, f"{gone:,} files gone, {folder.gone:,} were taken away"),
        (seen + gone == sum(outcomes.values()), f"{seen:,} + {gone:,} files, outcomes {outcomes}"),
        (run["records_seen"] == sum(records), f"{run['records_seen']:,} records, sums {records}"),
        (all(recorded_rows.get(name, 0) == count or name == "unchanged"
             for name, count in outcomes.items()),
         f"{outcomes} files, ops.file has {recorded_rows}"),
    ):  # fmt: skip
        yield from faults("ops.run", "sum that does not close", [] if holds else [what])
    newest = {uri: (outcome, file_id, original) for uri, outcome, file_id, original in con.execute(
        "select source_uri, outcome, file_id, duplicate_of from ops.file "
        "qualify row_number() over (partition by source_uri order by run_id desc) = 1"
    ).fetchall()}  # fmt: skip
    there = {uri for uri, (outcome, *_) in newest.items() if outcome != "removed"}
    paths = {uri_of(folder, path): path for path in listing}
    yield from faults("ops.file", "file of the folder without a row", paths.keys() - there)
    yield from faults("ops.file", "row of a file that is not there", there - paths.keys())
    digest = {uri: _sha256(folder.path(path)) for uri, path in paths.items()}
    # A file whose records have not changed has no new row, even if other bytes of it changed.
    recorded_now = {uri for (uri,) in con.execute(
        "select source_uri from ops.file where run_id = ?", [run["run_id"]]
    ).fetchall()}  # fmt: skip
    yield from faults("ops.file", "hash that is not the file's", (
        uri for uri in there & paths.keys() & recorded_now if newest[uri][1] != digest[uri]
    ))  # fmt: skip
    yield from faults("ops.file", "duplicate of a file that is not there", (
        (uri, newest[uri][2]) for uri in there & paths.keys()
        if newest[uri][0] == "duplicate" and newest[uri][2] is not None
        and newest[uri][2] not in there))  # fmt: skip
    yield from _verify_outcomes(con, newest, there)


def _verify_outcomes(
    con: duckdb.DuckDBPyConnection, newest: dict[str, tuple[str, str, str | None]], there: set[str]
) -> Iterator[Wrong]:
    """That each file has what its outcome implies: a record, or a reason."""
    recorded = {
        uri for (uri,) in con.execute("select distinct file_uri from ops.record").fetchall()
    }
    refused = {uri for (uri,) in con.execute(
        "select distinct source_uri from ops.quarantine").fetchall()}  # fmt: skip
    yield from faults("ops.record", "loaded or revised file without a record", (
        uri for uri in there
        if newest[uri][0] in ("loaded", "revised") and uri not in recorded))  # fmt: skip
    yield from faults("ops.quarantine", "quarantined file without a reason", (
        uri for uri in there
        if newest[uri][0] == "quarantined" and uri not in refused))  # fmt: skip
    yield from faults("ops.record", "record whose file is not known", recorded - newest.keys())
    delivered = con.execute(
        "select article_id, list(r.file_uri) from article a join ops.record r using (article_id) "
        "where a.removed_at is null group by article_id").fetchall()  # fmt: skip
    yield from faults("article", "article whose files are gone, and which is not marked removed", (
        (article, uris) for article, uris in delivered if there.isdisjoint(uris)))  # fmt: skip
    (lost,) = _one(con, "select count(*) from article anti join ops.record "
                        "using (article_id, version_no)")  # fmt: skip
    yield from faults("article", "article without its record", [lost] if lost else [])


def verify_keys(con: duckdb.DuckDBPyConnection) -> Iterator[Wrong]:
    """Keys are unique and never null; every foreign key leads somewhere."""
    by_name = {contract.name: contract for contract in CONTRACTS}
    for contract in CONTRACTS:
        key, table = ", ".join(f'"{name}"' for name in contract.key), contract.qualified_name
        yield from faults(table, f"key ({key}) that is there more than once or null", con.execute(
            f"select {key} from {table} group by all having count(*) > 1 or "
            + " or ".join(f'"{name}" is null' for name in contract.key)
        ).fetchall())  # fmt: skip
        for foreign in contract.foreign_keys:
            target = by_name[foreign.table].qualified_name
            pairs = list(zip(foreign.columns, foreign.references, strict=True))
            yield from faults(table, f"{', '.join(foreign.columns)} not in {target}", con.execute(
                f"select t.* from {table} t where "
                + " and ".join(f't."{mine}" is not null' for mine, _ in pairs)
                + f" and not exists (select 1 from {target} o where "
                + " and ".join(f'o."{theirs}" = t."{mine}"' for mine, theirs in pairs) + ")"
            ).fetchall())  # fmt: skip


def verify_predictions(con: duckdb.DuckDBPyConnection, folder: Folder) -> Iterator[Wrong]:
    """Every made-up file ended as predicted: kept with its text, or refused for a named reason."""
    rules: dict[str, list[str]] = defaultdict(list)
    for uri, rule in con.execute(
        "select source_uri, rule from ops.quarantine where status = 'open'"
    ).fetchall():
        rules[uri].append(rule)
    copies = {uri for (uri,) in con.execute(
        "select source_uri from ops.file where outcome = 'duplicate'").fetchall()}  # fmt: skip
    texts: dict[str, list[str]] = defaultdict(list)
    for (text,) in con.execute("select text from article_version").fetchall():
        for marker in set(_MARKER.findall(text)):
            texts[marker].append(text)

    def has_text(marker: str, exact: str | None) -> bool:
        return any(exact is None or exact in text for text in texts.get(marker, ()))

    wrong: dict[str, list[str]] = defaultdict(list)
    for file in folder.made.values():
        uri = uri_of(folder, file.path)
        if b"passed over" in file.path:
            continue
        known = WildFile(file.path, b"", tuple(
            record for record in file.records if record.kept or uri not in copies
        ), file.allowed)  # fmt: skip
        for line in judge(known, rules[uri], has_text):
            kind = re.sub(r"(?:qz|sp)\d{5}[a-h]", "…", re.sub(r"\d+ records", "records", line))
            wrong[kind].append(f"{os.fsdecode(file.path)!a}: {line}")
    for old in folder.history:
        for record in old.records:
            if record.kept and record.marker and not has_text(record.marker, None):
                wrong["an earlier version's text is in no version"].append(
                    f"{os.fsdecode(old.path)!a}: {record.marker}")  # fmt: skip
    for kind, examples in wrong.items():
        yield from faults("made-up file", kind, examples)


def verify_withheld(con: duckdb.DuckDBPyConnection, folder: Folder) -> Iterator[Wrong]:
    """Of real pages next to none is withheld, and nothing anywhere but for a reason of reading."""
    rows = con.execute(
        "select source_uri, stage, rule, message from ops.quarantine where status = 'open'"
    ).fetchall()
    real = real_pages(folder)
    withheld = sorted({row[0] for row in rows} & real)
    if len(withheld) > MOST_REAL_WITHHELD * max(len(real), 1):
        reasons = Counter(row[2] for row in rows if row[0] in real)
        yield Wrong("real pages", f"{len(withheld)} of {len(real)} withheld, at most "
                    f"{MOST_REAL_WITHHELD:.1%} may be: {dict(reasons)}", withheld[0])  # fmt: skip
    by_rule: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for uri, stage, rule, message in rows:
        if stage != "extract" or rule not in READING_RULES:
            by_rule[f"record withheld by {rule} ({stage})"].append((Path(uri).name, message))
    for what, examples in by_rule.items():
        yield from faults("ops.quarantine", what, examples)


def real_pages(folder: Folder) -> set[str]:
    """Addresses of the real pages that nobody has damaged."""
    return {
        uri_of(folder, path) for path in folder.listing()
        if path.split(b"/")[0].decode("latin-1") in REAL and path not in folder.made
    }  # fmt: skip


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _one(con: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    row = con.execute(sql).fetchone()
    assert row is not None
    return tuple(row)


def _row(con: duckdb.DuckDBPyConnection, sql: str) -> dict[str, Any]:
    values = _one(con, sql)
    return dict(zip([column[0] for column in con.description or []], values, strict=True))
