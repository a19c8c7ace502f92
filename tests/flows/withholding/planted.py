"""A staging in which every check finds its fault: twenty articles a check, one of them broken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import duckdb
import polars as pl

from expectations.check import Check, CheckReport
from flows.session.clock import RunClock
from flows.session.delivery import (
    KNOWN_FILE,
    Candidate,
    Delivery,
    Extracted,
    OpenedFile,
    Plan,
    Rejected,
)
from flows.session.record import RunRecord
from flows.session.session import Session
from flows.session.staging import Staging
from flows.settings import Settings
from flows.withholding.checked_run import CheckedRun
from flows.withholding.quarantine_table import stage_quarantine
from flows.withholding.rounds import settle_accounts, withhold_what_fails
from tests.expectations.faults import fault_of
from tests.expectations.good_rows import (
    ANNA,
    BRIDGE,
    LIND,
    RIVER,
    RUN_ID,
    STARTED,
    good_rows,
    insert,
    open_database,
)
from transforms.withholding import Withheld
from warehouse.contract import Contract
from warehouse.known import Known
from warehouse.layout import layout_of
from warehouse.tables import CONTRACTS

ARTICLE_TABLES = tuple(c.name for c in CONTRACTS if c.lifecycle.owner == "article")
ENTITY_TABLES = tuple(c.name for c in CONTRACTS if c.lifecycle.owner == "entity")

Frames = dict[str, pl.DataFrame]

SIBLINGS = tuple(f"{n:016x}" for n in range(0xC00, 0xC12))
_IDS = (RIVER, BRIDGE, *SIBLINGS, ANNA, LIND, "00000000000000e3")
_ID_COLUMNS = ("article_id", "target_article_id", "entity_id", "into_entity_id")
_URI_COLUMNS = ("source_uri", "file_uri", "first_file_uri", "duplicate_of")


@dataclass
class Planted:
    """Staged rows; the files and records they are made of, all good; and the articles of each
    check's twenty."""

    staged: Frames
    file: pl.DataFrame
    record: pl.DataFrame
    articles: dict[str, frozenset[str]]


def twenty_articles() -> Frames:
    """The good rows, and eighteen more articles like the one about the bridge."""
    rows = good_rows()
    for table in (*ARTICLE_TABLES, "file"):
        frame = rows[table]
        if table == "file":
            like = frame.filter(pl.col("source_uri") == "file:///in/bridge.txt")
        else:
            like = frame.filter(pl.col("article_id") == BRIDGE)
        more = [_as_sibling(like, sibling) for sibling in SIBLINGS]
        rows[table] = pl.concat([*more, frame])
    return rows


def _as_sibling(like: pl.DataFrame, sibling: str) -> pl.DataFrame:
    changed = (
        [pl.col("article_id").replace(BRIDGE, sibling)] if "article_id" in like.columns else []
    )
    changed += [
        pl.col(uri).replace("file:///in/bridge.txt", f"file:///in/{sibling}.txt")
        for uri in _URI_COLUMNS
        if uri in like.columns
    ]
    if "url" in like.columns:
        changed.append(pl.col("url").str.replace(BRIDGE, sibling))
    return like.with_columns(changed)


def plant(checks: Iterable[Check]) -> Planted:
    """Twenty articles for each check, with its fault in one of them, all in one staging."""
    good = twenty_articles()
    con = open_database(good)
    return _together({check.check_id: _with_fault(con, good, check) for check in checks})


def whole(twenties: int) -> Planted:
    """So many times twenty articles without a fault."""
    good = twenty_articles()
    return _together({str(number): good for number in range(twenties)})


def _together(twenties: Mapping[str, Frames]) -> Planted:
    """One staging of all, each under ids, files and addresses of its own."""
    good = twenty_articles()
    staged: dict[str, list[pl.DataFrame]] = {name: [] for name in good}
    files, records, articles = [], [], {}
    for number, (name, frames) in enumerate(twenties.items(), 1):
        ids = {old: f"{number:011x}{old[-5:]}" for old in _IDS}
        for table, frame in frames.items():
            staged[table].append(_renamed(frame, ids, f"{number}"))
        files.append(_renamed(good["file"], ids, f"{number}"))
        records.append(_renamed(good["record"], ids, f"{number}"))
        articles[name] = frozenset(ids[old] for old in (RIVER, BRIDGE, *SIBLINGS))
    owned = (*ARTICLE_TABLES, *ENTITY_TABLES, "file")
    together = {
        name: pl.concat(frames) if name in owned else frames[0] for name, frames in staged.items()
    }
    return Planted(together, pl.concat(files), pl.concat(records), articles)


def _with_fault(con: duckdb.DuckDBPyConnection, good: Frames, check: Check) -> Frames:
    """The good rows with a check's fault; faults in the truth after publication are staged too."""
    sql = fault_of(check).sql
    for contract in CONTRACTS:
        sql = sql.replace(f"known.{contract.name} ", f"{contract.qualified_name} ")
    con.execute(sql)
    broken = dict(good)
    for contract in CONTRACTS:
        if contract.qualified_name in sql:
            rows = con.execute(f"from {contract.qualified_name}").pl()
            broken[contract.name] = rows.cast(contract.polars_schema)
            con.execute(f"delete from {contract.qualified_name}")
            insert(con, contract.qualified_name, good[contract.name])
    return broken


def _renamed(frame: pl.DataFrame, ids: Mapping[str, str], folder: str) -> pl.DataFrame:
    """Rows under ids of their own, in files and at addresses of their own."""
    changed = [pl.col(c).replace(ids) for c in _ID_COLUMNS if c in frame.columns]
    changed += [
        pl.col(c).str.replace("file:///in/", f"file:///in/{folder}/")
        for c in _URI_COLUMNS
        if c in frame.columns and "started_at" not in frame.columns
    ]
    if "url" in frame.columns:
        changed.append(pl.col("url").str.replace("//herald.", f"//herald{folder}."))
    return frame.with_columns(changed)


@dataclass(frozen=True)
class EndOfRun:
    """A run that has staged its rows and is about to check them."""

    session: Session
    delivery: Delivery

    def withhold(self) -> CheckReport:
        return withhold_what_fails(CheckedRun(self.session, self.delivery))

    def staged(self, contract: Contract, *columns: str) -> pl.DataFrame:
        return self.session.staging.staged(contract, *columns)


def end_of_run(
    planted: Planted, known: Known, check: Callable[..., CheckReport], settings: Settings
) -> EndOfRun:
    """A run that has staged these rows and accounted for its files, and is about to check."""
    clock, staging = RunClock(RUN_ID, STARTED), Staging(layout_of(settings.warehouse), RUN_ID)
    session = Session(
        settings=settings,
        clock=clock,
        staging=staging,
        known=known,
        address="file:///in",
        collection="in",
        reference=None,  # type: ignore[arg-type]  # the end of a run reads none
        pipelines=dict,
        check=check,
        record=RunRecord(settings, clock, staging, "file:///in", "in"),
    )
    files = [
        OpenedFile(
            Candidate(uri, uri, 100, STARTED, None), file_id, 100, "text", "utf_8",
            "duplicate" if original else None, original,
        )
        for uri, file_id, original in planted.file.select(
            "source_uri", "file_id", "duplicate_of"
        ).iter_rows()
    ]  # fmt: skip
    empty = planted.file.filter(pl.col("outcome") == "quarantined")["source_uri"]
    extracted = Extracted(
        files=files,
        rejected=[Rejected(uri, None, "empty_file", "The file is empty.", None) for uri in empty],
        record_count=planted.record.height,
    )
    no_files = pl.DataFrame(schema=KNOWN_FILE)
    plan = Plan(len(files), 0, tuple(file.candidate for file in files), no_files)
    version = planted.record.select(
        "article_id", "file_uri", "locator", "version_no", "first_file_uri",
        pl.lit(True).alias("is_current"),
        pl.when("made_version").then(pl.lit("loaded")).otherwise(pl.lit("duplicate"))
        .alias("outcome"),
    )  # fmt: skip
    run = EndOfRun(session, Delivery(plan, (), extracted, version))
    settle_accounts(CheckedRun(run.session, run.delivery), Withheld())
    stage_quarantine(CheckedRun(run.session, run.delivery))
    for name, frame in planted.staged.items():
        # A run stages its own record when it ends, and tombstones come from purges.
        if name not in ("run", "quarantine", "check_result", "check_failure", "tombstone"):
            frame.write_parquet(staging.part(name, "all"))
    return run
