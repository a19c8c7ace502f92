"""The end of a run: accounts, checks, withholding, publication and the run's own record."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import polars as pl

from expectations.check import CheckReport
from flows.session.accounts import Accounts, settle
from flows.session.remedy import awaits_rebuild
from flows.session.run_state import RunState
from flows.session.summary import Summary
from flows.settings import without_credentials
from flows.stages.extraction import Rejected, quarantine_id
from flows.version import CODE_VERSION
from transforms.withholding import Withheld
from warehouse import journal
from warehouse.contract import Lifecycle
from warehouse.publish import publish
from warehouse.tables import (
    ARTICLE_COMPONENT,
    CHECK_FAILURE,
    CHECK_RESULT,
    CONTRACTS,
    FILE,
    QUARANTINE,
    RUN,
)
from warehouse.tables.run import OUTCOMES

UNLISTED = "unlistable_folder"
"""Rule of folders whose files could not be told."""


class ChecksFailed(RuntimeError):
    """Checks stopped the run: nothing was published. ``report`` says which and how many rows.

    ``summary`` is what the run did until then, once somebody has made it.
    """

    def __init__(self, report: CheckReport, message: str) -> None:
        self.report = report
        self.summary: Summary | None = None
        super().__init__(message)


def settle_accounts(
    run: RunState, withheld: Withheld, held_removals: Mapping[str, str] = MappingProxyType({})
) -> Accounts:
    """Give every file its outcome, close the sums and stage `file`.

    ``held_removals`` maps files found gone whose articles stay to the check that failed.
    """
    assert run.plan is not None
    accounts = settle(
        run.plan, run.extracted, run.version, withheld, held_removals,
        run_id=run.clock.run_id, collection=run.collection,
    )  # fmt: skip
    accounts.balance()
    run.accounts = accounts
    run.work.stage(FILE, "all", accounts.file)
    return accounts


def stage_quarantine(run: RunState, withheld: Sequence[tuple[object, ...]] = ()) -> int:
    """What this run rejected or withheld, once each, and what it resolved of earlier runs.

    ``withheld`` holds rows of QUARANTINE. Returns the number of rows open now.
    """
    rejected = [*run.extracted.rejected, *_unlisted(run)]
    rows = [*(_rejected_row(run, item) for item in rejected), *withheld]
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


def _unlisted(run: RunState) -> Iterator[Rejected]:
    """Folders that could not be listed, but those that are in quarantine for it already."""
    if not run.unlisted:
        return
    known = set(run.known.open_quarantine().filter(pl.col("rule") == UNLISTED)["source_uri"])
    for folder_uri, reason in run.unlisted:
        if folder_uri not in known:
            yield Rejected(
                folder_uri, None, UNLISTED,
                f"The folder cannot be listed ({reason}), so its files were not read, and no file "
                "of this source is taken for gone. Make it readable; the next run reads it.", None,
            )  # fmt: skip


def _resolved(run: RunState, new: pl.DataFrame) -> pl.DataFrame:
    """Open rows of files that this run read again without the fault, or found gone; of what a
    rebuild is to mend, those whose articles were made anew."""
    assert run.plan is not None
    opened = [f.candidate.source_uri for f in run.extracted.files if f.outcome != "unchanged"]
    gone = pl.col("source_uri").is_in(list(run.plan.gone["source_uri"]))
    made_anew = run.work.staged(ARTICLE_COMPONENT, "article_id")["article_id"].unique()
    is_mended = (
        pl.when(awaits_rebuild())
        .then(pl.col("article_id").is_in(made_anew.implode()))
        .otherwise(pl.col("source_uri").is_in(opened))
    )
    before = run.known.open_quarantine().join(new, on="quarantine_id", how="anti")
    is_listed = (
        (pl.col("rule") == UNLISTED)
        & pl.col("source_uri").str.starts_with(f"{run.address.rstrip('/')}/")
        & ~pl.col("source_uri").is_in([folder_uri for folder_uri, _ in run.unlisted])
    )
    return before.filter(gone | is_listed | is_mended.fill_null(False)).with_columns(
        pl.when(gone).then(pl.lit("discarded")).otherwise(pl.lit("replayed")).alias("status"),
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
        "message": " ".join([*([message] if message else []), *run.notices]) or None,
    }
    return RUN.conform(pl.DataFrame([values], RUN.polars_schema))


def _staged_rows(run: RunState, table: str) -> int:
    parts = run.work.parts(table)
    if not parts:
        return 0
    return int(pl.scan_parquet(parts).select(pl.len()).collect().item())


def check(run: RunState, *, entities_anew: bool = False) -> CheckReport:
    """Run every data check on the staged rows.

    ``entities_anew`` says that publication will take all published entities out.
    """
    run.work.stage(RUN, "all", run_row(run, "running"))
    return run.check(run.work.staging, run.work.layout.file, run.clock.run_id, entities_anew)


def changes_rows(run: RunState) -> bool:
    """Whether anything is staged that the warehouse does not have, beside the run's own record."""
    return any(run.work.parts(c.name) for c in CONTRACTS if c.lifecycle is not Lifecycle.RUN)


def publish_run(run: RunState, *, entities_anew: bool = False) -> Mapping[str, int]:
    """Publish the staged rows; rows written a table. If ``entities_anew``, no others stay."""
    run.work.stage(RUN, "all", run_row(run, "published"))
    published = publish(
        run.work.staging,
        run.work.layout.file,
        keep_snapshots=run.settings.keep_snapshots,
        entities_anew=entities_anew,
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
        if contract.lifecycle is not Lifecycle.RUN:
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
