"""The end of a run: accounts, checks, withholding, publication and the run's own record."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import polars as pl

from expectations.check import CheckReport
from flows.accounting import Accounts, settle
from flows.extraction import Rejected, quarantine_id
from flows.run_state import RunState
from flows.settings import without_credentials
from flows.summary import Summary
from flows.version import CODE_VERSION
from transforms.identity import short_hash
from warehouse import journal
from warehouse.publish import publish
from warehouse.tables import (
    CHECK_FAILURE,
    CHECK_RESULT,
    CONTRACTS,
    ENTITY,
    ENTITY_ALIAS,
    FILE,
    MENTION,
    QUARANTINE,
    RELATED_LINK,
    RUN,
)
from warehouse.tables.run import OUTCOMES


class ChecksFailed(RuntimeError):
    """A critical check failed: nothing was published. ``report`` says which and how many rows.

    ``summary`` is what the run did until then, once somebody has made it.
    """

    def __init__(self, report: CheckReport) -> None:
        self.report = report
        self.summary: Summary | None = None
        failed = report.critical_failures
        named = "; ".join(
            f"{row['check_id']}: {row['failed_count']:,} of {row['checked_count']:,} rows"
            for row in failed.head(3).iter_rows(named=True)
        )
        super().__init__(
            f"{failed.height} critical checks failed, nothing was published ({named}). See "
            "`newshouse status`, and the failing rows in ops.check_failure."
        )


def settle_accounts(run: RunState, withheld: Mapping[str, str]) -> Accounts:
    """Give every file its outcome, close the sums and stage `file`, `quarantine` and `run`."""
    assert run.plan is not None
    accounts = settle(
        run.plan, run.extracted, run.version, withheld,
        run_id=run.clock.run_id, collection=run.collection,
    )  # fmt: skip
    accounts.balance()
    run.accounts = accounts
    run.work.stage(FILE, "all", accounts.file)
    return accounts


def stage_quarantine(run: RunState, report: CheckReport | None = None) -> int:
    """What this run withheld, once each, and what it resolved of earlier runs; rows open now."""
    rows = [_rejected_row(run, item) for item in run.extracted.rejected]
    if report is not None:
        rows += _withheld_rows(run, report)
    new = pl.DataFrame(rows, QUARANTINE.polars_schema, orient="row").unique(
        "quarantine_id", keep="first", maintain_order=True
    )
    resolved = _resolved(run, new)
    run.work.stage(QUARANTINE, "all", pl.concat([new, resolved]))
    return new.height


def _rejected_row(run: RunState, item: Rejected) -> tuple[object, ...]:
    return (
        quarantine_id(item), run.clock.run_id, item.file_uri, item.locator, None, None, "extract",
        item.rule, item.message, item.payload, "open", None,
    )  # fmt: skip


def _withheld_rows(run: RunState, report: CheckReport) -> list[tuple[object, ...]]:
    where = {
        article_id: (file_uri, locator)
        for article_id, file_uri, locator in run.version.filter("is_current")
        .select("article_id", "file_uri", "locator")
        .iter_rows()
    }
    rows: list[tuple[object, ...]] = []
    for article_id, table, check_id, row_key, observed in report.withheld.select(
        "article_id", "table_name", "check_id", "row_key", "observed"
    ).iter_rows():
        uri, locator = where.get(article_id, ("", None))
        message = (
            f"Row {row_key} of {table} failed {check_id} (observed: {observed}). The article was "
            "withheld whole; mend its source or the component that made the row, then replay."
        )
        rows.append((
            short_hash((uri, locator or "", "check", check_id, article_id)), run.clock.run_id,
            uri, locator, article_id, table, "check", check_id, message, observed, "open", None,
        ))  # fmt: skip
    return rows


def _resolved(run: RunState, new: pl.DataFrame) -> pl.DataFrame:
    """Open rows of files that this run read again without the fault, or found gone."""
    assert run.plan is not None
    opened = {f.candidate.source_uri for f in run.extracted.files if f.outcome != "unchanged"}
    gone = set(run.plan.gone["source_uri"])
    before = run.known.open_quarantine().join(new, on="quarantine_id", how="anti")
    return before.filter(pl.col("source_uri").is_in(list(opened | gone))).with_columns(
        pl.when(pl.col("source_uri").is_in(list(gone)))
        .then(pl.lit("discarded"))
        .otherwise(pl.lit("replayed"))
        .alias("status"),
        pl.lit(run.clock.run_id).alias("resolved_run_id"),
    )


def run_row(run: RunState, status: str, message: str | None = None) -> pl.DataFrame:
    """The run's row of RUN as things stand."""
    accounts = run.accounts
    files = accounts.files if accounts else dict.fromkeys(OUTCOMES, 0)
    records = accounts.records if accounts else {}
    # A clock that was set back while the run went on must not end it before it began.
    ended = None if status == "running" else max(datetime.now(UTC), run.clock.started_at)
    row_counts = {c.name: n for c in CONTRACTS if (n := _staged_rows(run, c.name))}
    values: dict[str, object] = {
        "run_id": run.clock.run_id,
        "flow_run_id": run.flow_run_id,
        "started_at": run.clock.started_at,
        "ended_at": ended,
        "status": status,
        "source_uri": without_credentials(run.address),
        "collection": run.collection,
        "code_version": CODE_VERSION,
        "config": json.dumps(run.settings.public(), sort_keys=True),
        "files_seen": accounts.files_seen if accounts else 0,
        "files_gone": accounts.files_gone if accounts else 0,
        **{f"files_{outcome}": files[outcome] for outcome in OUTCOMES},
        "records_seen": accounts.records_seen if accounts else 0,
        **{f"records_{o}": records.get(o, 0) for o in OUTCOMES if o != "removed"},
        "row_counts": json.dumps(row_counts),
        "stage_seconds": json.dumps({name: round(s, 3) for name, s in run.seconds.items()}),
        "message": message,
    }
    return RUN.conform(pl.DataFrame([values], RUN.polars_schema))


def _staged_rows(run: RunState, table: str) -> int:
    parts = run.work.parts(table)
    if not parts:
        return 0
    return int(pl.scan_parquet(parts).select(pl.len()).collect().item())


def check(run: RunState, emptied: Sequence[str] = ()) -> CheckReport:
    """Run every data check on the staged rows and stage the results.

    ``emptied`` names tables that publication will empty first.
    """
    run.work.stage(RUN, "all", run_row(run, "running"))
    report = run.check(run.work.staging, run.work.layout.file, run.clock.run_id, emptied)
    run.work.stage(CHECK_RESULT, "all", report.result)
    run.work.stage(CHECK_FAILURE, "all", report.failure)
    return report


def withhold(run: RunState, report: CheckReport) -> Mapping[str, str]:
    """Take every row of the failing articles out of the staged tables; article → first check."""
    withheld: dict[str, str] = {}
    for article_id, check_id in report.withheld.select("article_id", "check_id").iter_rows():
        withheld.setdefault(article_id, check_id)
    if not withheld:
        return withheld
    out = list(withheld)
    for contract in CONTRACTS:
        if "article_id" in contract.key:
            for path in run.work.parts(contract.name):
                kept = pl.read_parquet(path).filter(~pl.col("article_id").is_in(out))
                if contract is RELATED_LINK:
                    known = run.known.targets()["article_id"].implode()
                    target = pl.col("target_article_id")
                    lost = target.is_in(out) & ~target.is_in(known)
                    kept = kept.with_columns(
                        pl.when(~lost.fill_null(False)).then(target).alias("target_article_id")
                    )
                kept.write_parquet(path)
    named = run.work.staged(MENTION, "entity_id")["entity_id"].drop_nulls()
    named = pl.concat([named, run.known.table(ENTITY)["entity_id"]]).unique()
    for contract in (ENTITY, ENTITY_ALIAS):
        for path in run.work.parts(contract.name):
            pl.read_parquet(path).filter(pl.col("entity_id").is_in(named.implode())).write_parquet(
                path
            )
    return withheld


def changes_rows(run: RunState) -> bool:
    """Whether anything is staged that the warehouse does not have."""
    about_the_run = {RUN.name, CHECK_RESULT.name, CHECK_FAILURE.name}
    return any(run.work.parts(c.name) for c in CONTRACTS if c.name not in about_the_run)


def publish_run(run: RunState, emptied: Sequence[str] = ()) -> Mapping[str, int]:
    """Publish the staged rows; rows written a table. ``emptied`` tables lose all others."""
    run.work.stage(RUN, "all", run_row(run, "published"))
    published = publish(
        run.work.staging,
        run.work.layout.file,
        keep_snapshots=run.settings.keep_snapshots,
        emptied=emptied,
        forget_before=_forget_before(run),
    )
    return published.rows


def _forget_before(run: RunState) -> datetime | None:
    """Detail of earlier runs goes with the next publication: that costs no copy of its own."""
    days = run.settings.keep_days
    return None if days is None else run.clock.started_at - timedelta(days=days)


def publish_failure(run: RunState, message: str) -> None:
    """Publish the record of a run that checks stopped: its `ops` rows about itself, no others."""
    run.work.stage(RUN, "all", run_row(run, "failed_checks", message))
    for contract in CONTRACTS:
        if contract not in (RUN, CHECK_RESULT, CHECK_FAILURE):
            shutil.rmtree(run.work.staging / contract.name, ignore_errors=True)
    publish(run.work.staging, run.work.layout.file, keep_snapshots=run.settings.keep_snapshots)


def keep_record(run: RunState, status: str, message: str | None = None) -> None:
    """Write the run's own record beside the warehouse, for the next publication to take in."""
    frames = {RUN.name: run_row(run, status, message)}
    for contract in (CHECK_RESULT, CHECK_FAILURE):
        staged = run.work.staged(contract)
        if staged.height:
            frames[contract.name] = staged
    journal.write(run.work.layout.file, run.clock.run_id, frames)
