"""Writes the record of every run, its row of `ops.run`, however the run ends."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import polars as pl

from expectations.check import CheckReport
from flows.session.accounts import Accounts
from flows.session.clock import RunClock
from flows.session.staging import Staging
from flows.session.summary import ChecksFailed, Summary, failed_checks
from flows.settings import Settings, without_credentials
from flows.version import CODE_VERSION
from warehouse import journal
from warehouse.contract import Lifecycle
from warehouse.publish import publish
from warehouse.tables import CHECK_FAILURE, CHECK_RESULT, CONTRACTS, QUARANTINE, RUN
from warehouse.tables.run import OUTCOMES


@dataclass
class RunRecord:
    """The record of a run, kept up to date while it works.

    ``seconds`` are those of its stages, ``accounts`` the outcomes of its files once known.
    ``notices`` are lines about damaged files beside the warehouse.
    """

    settings: Settings
    clock: RunClock
    staging: Staging
    address: str
    collection: str
    flow_run_id: str | None = None
    notices: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    accounts: Accounts | None = None

    @contextmanager
    def timing(self, stage: str) -> Iterator[None]:
        """Add the block's duration to the seconds of a stage."""
        began = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - began
            self.seconds[stage] = self.seconds.get(stage, 0.0) + spent

    def row(self, status: str, message: str | None = None) -> pl.DataFrame:
        """The run's row of RUN at this moment."""
        accounts = self.accounts
        files = accounts.files if accounts else dict.fromkeys(OUTCOMES, 0)
        records = accounts.records if accounts else {}
        # A clock that was set back while the run went on must not end it before it began.
        ended = None if status == "running" else max(datetime.now(UTC), self.clock.started_at)
        row_counts = {c.name: n for c in CONTRACTS if (n := self.staging.row_count(c))}
        values: dict[str, object] = {
            "run_id": self.clock.run_id,
            "flow_run_id": self.flow_run_id,
            "started_at": self.clock.started_at,
            "ended_at": ended,
            "status": status,
            "source_uri": without_credentials(self.address),
            "collection": self.collection,
            "code_version": CODE_VERSION,
            "config": json.dumps(self.settings.public(), sort_keys=True),
            "files_seen": accounts.files_seen if accounts else 0,
            "files_gone": accounts.files_gone if accounts else 0,
            **{f"files_{outcome}": files[outcome] for outcome in OUTCOMES},
            "records_seen": accounts.records_seen if accounts else 0,
            **{f"records_{o}": records.get(o, 0) for o in OUTCOMES if o != "removed"},
            "row_counts": json.dumps(row_counts),
            "stage_seconds": json.dumps({name: round(s, 3) for name, s in self.seconds.items()}),
            "message": " ".join([*([message] if message else []), *self.notices]) or None,
        }
        return RUN.conform(pl.DataFrame([values], RUN.polars_schema))

    def stage(self, status: str, message: str | None = None) -> None:
        """Stage the run's row, for checks and publication."""
        self.staging.stage(RUN, "all", self.row(status, message))

    def keep(self, status: str, message: str | None = None) -> None:
        """Write the record to the journal, from which the next publication takes it."""
        frames = {RUN.name: self.row(status, message)}
        for contract in (CHECK_RESULT, CHECK_FAILURE):
            staged = self.staging.staged(contract)
            if staged.height:
                frames[contract.name] = staged
        journal.write(self.staging.layout.file, self.clock.run_id, frames)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Write the record even if the block raises."""
        try:
            self.keep("running")
            yield
        except ChecksFailed:
            raise  # its record is published
        except Exception as problem:
            self._keep_failure(str(problem).partition("\n")[0] or type(problem).__name__)
            raise
        except BaseException:
            self._keep_failure("The run was stopped by Ctrl-C or SIGTERM.")
            raise

    def _keep_failure(self, message: str) -> None:
        """Counts staged rows, unless a part is damaged or half written."""
        try:
            self.keep("failed", message)
        except (OSError, pl.exceptions.PolarsError):
            shutil.rmtree(self.staging.folder, ignore_errors=True)
            self.keep("failed", message)

    def publish_failure(self, message: str) -> None:
        """Publish the record of a run that checks stopped: only its own `ops` rows."""
        self.stage("failed_checks", message)
        for contract in CONTRACTS:
            if contract.lifecycle is not Lifecycle.RUN:
                shutil.rmtree(self.staging.folder / contract.name, ignore_errors=True)
        publish(
            self.staging.folder,
            self.staging.layout.file,
            keep_snapshots=self.settings.keep_snapshots,
        )

    def summary(
        self, report: CheckReport, status: str, rows: Mapping[str, int], paragraphs: tuple[int, int]
    ) -> Summary:
        """The run's summary, once its files have outcomes.

        ``paragraphs`` is how many the language pass read, and how many it reused.
        """
        accounts, staging = self.accounts, self.staging
        assert accounts is not None, "checks account for the files"
        quarantine = staging.staged(QUARANTINE)
        opened = quarantine.filter(quarantine["status"] == "open")
        return Summary(
            run_id=self.clock.run_id,
            status=status,
            source=without_credentials(self.address),
            warehouse=str(self.settings.warehouse),
            files_seen=accounts.files_seen,
            files_gone=accounts.files_gone,
            files=accounts.files,
            records=accounts.records,
            rows=rows,
            seconds=dict(self.seconds),
            checks_run=report.result.height,
            failed_checks=failed_checks(
                staging.staged(CHECK_RESULT), staging.staged(CHECK_FAILURE)
            ),
            quarantine=tuple(opened.select("source_uri", "rule", "message").iter_rows()),
            paragraphs_read=paragraphs[0],
            paragraphs_reused=paragraphs[1],
            notices=tuple(self.notices),
        )

    def forget_before(self) -> datetime | None:
        """Time before which publishing deletes the detail of earlier runs; None keeps all."""
        days = self.settings.keep_days
        return None if days is None else self.clock.started_at - timedelta(days=days)
