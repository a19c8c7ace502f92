"""Checks the staged rows and withholds failing ones in rounds, until the remaining rows pass.

Raises ChecksFailed, with the reason, where the run must stop instead.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import polars as pl

from expectations.check import CheckReport
from flows.session.accounts import settle
from flows.session.summary import ChecksFailed
from flows.withholding.checked_run import CheckedRun
from flows.withholding.quarantine_row import deliveries, not_made, withheld_rows
from flows.withholding.quarantine_table import stage_quarantine
from flows.withholding.take_out import (
    first_articles_naming,
    held_removals,
    take_out,
    with_articles_of_lost_merges,
)
from transforms.withholding import Withheld, blamed_articles, name_blamed, to_blame_first
from warehouse.tables import ARTICLE, CHECK_FAILURE, CHECK_RESULT, ENTITY, FILE

FEWEST_SYSTEMATIC = 20
"""Number of articles, entities or files below which failures of one check do not stop a run: of ten
articles, three may be wrong by chance."""

_MOST_ROUNDS = 10
"""Withholding rows may break others, which are withheld in the next round; chains are short."""


@dataclass
class _Findings:
    """Results of all rounds of checks of one run, and the rows withheld because of them."""

    report: CheckReport
    withheld: Withheld = field(default_factory=Withheld)
    named_in: dict[str, str] = field(default_factory=dict)

    def add(self, later: CheckReport) -> None:
        """Add a later round: a check that failed in any round has failed."""
        found = self.report
        self.report = CheckReport(
            result=pl.concat([found.result, later.result])
            .sort("success", maintain_order=True)
            .unique("check_id", keep="first")
            .pipe(CHECK_RESULT.conform),
            failure=pl.concat([found.failure, later.failure])
            .unique(CHECK_FAILURE.key, keep="first")
            .pipe(CHECK_FAILURE.conform),
            blamed=pl.concat([found.blamed, to_blame_first(later.blamed)]).unique(
                maintain_order=True
            ),
        )


def withhold_what_fails(run: CheckedRun) -> CheckReport:
    """Run every check on the staged rows and take out failing rows, until the rest passes.

    Files, records and quarantine are counted in each round. Returns the results of all rounds,
    staged as CHECK_RESULT and CHECK_FAILURE. Raises ChecksFailed if a failing row belongs to no
    article, entity or file, if one check would withhold too large a share, or if a check still
    fails after the last round.
    """
    staged = _staged_counts(run)
    findings = _Findings(CheckReport(CHECK_RESULT.empty(), CHECK_FAILURE.empty(), not_made(run)))
    if findings.report.blamed.height:
        _refuse_systematic(run, findings, staged)
        _withhold(run, findings)
    for _ in range(_MOST_ROUNDS):
        latest = _check(run)
        findings.add(latest)
        if latest.blamed.is_empty():
            _stage_results(run, findings.report, stopped_by=())
            return findings.report
        _refuse_systematic(run, findings, staged)
        before = len(findings.withheld)
        _withhold(run, findings)
        if len(findings.withheld) == before:
            break
    failing = latest.blamed["check_id"].unique(maintain_order=True).to_list()
    raise _stop(run, findings.report, failing, _why_it_cannot_be_withheld(latest, failing))


def settle_accounts(
    run: CheckedRun, withheld: Withheld, held_removals: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Give every file its outcome, balance the counts and stage FILE. Raises AccountingError.

    ``held_removals`` maps missing files whose articles are kept to the check that failed.
    """
    session = run.session
    accounts = settle(
        run.delivery, withheld, held_removals, run_id=session.clock.run_id,
        collection=session.collection,
    )  # fmt: skip
    accounts.balance()
    session.record.accounts = accounts
    session.staging.stage(FILE, "all", accounts.file)


def _check(run: CheckedRun) -> CheckReport:
    """One round: every check on the rows staged now."""
    session = run.session
    session.record.stage("running")
    return session.check(
        session.staging.folder,
        session.staging.layout.file,
        session.clock.run_id,
        run.all_entities_replaced,
    )


def _why_it_cannot_be_withheld(latest: CheckReport, failing: Sequence[str]) -> str:
    counted = _counted(latest, failing)
    many = f"{len(failing)} check{'s' if len(failing) > 1 else ''}"
    if "nothing" in latest.blamed["blame"]:
        return (
            f"{many} failed for which no article is to blame; nothing was published ({counted}). "
            "See `newshouse status`, and the failing rows in ops.check_failure."
        )
    if latest.blamed["blamed"].is_null().all():
        return (
            f"{many} failed for rows that name nothing to withhold; nothing was published "
            f"({counted}). A check in SQL must select article_id for its articles to be withheld."
        )
    return (
        f"{many} failed whatever was withheld; nothing was published ({counted}). This is a fault "
        "of the program: please report it with the failing rows in ops.check_failure."
    )


def _staged_counts(run: CheckedRun) -> dict[str, int]:
    """How many articles, entities and files the run brings, by what a row can be blamed on."""
    failed = not_made(run)["blamed"].n_unique()
    article, entity = (
        run.session.staging.staged(c, c.key[0])[c.key[0]].n_unique() for c in (ARTICLE, ENTITY)
    )
    return {
        "article": article + failed,
        "entity": entity,
        "file": len(run.delivery.extracted.files),
    }


def _refuse_systematic(run: CheckedRun, findings: _Findings, staged: Mapping[str, int]) -> None:
    """Stop if one check would withhold so much that the fault cannot lie in single articles."""
    most = run.session.settings.max_withheld_share
    blamed = findings.report.blamed
    counts = (
        blamed_articles(blamed, run.delivery.version)
        .select(pl.lit("article").alias("blame"), pl.col("article_id").alias("blamed"), "check_id")
        .vstack(blamed.filter(pl.col("blame") != "article").select("blame", "blamed", "check_id"))
        .group_by("blame", "check_id", maintain_order=True)
        .agg(pl.col("blamed").n_unique())
        .sort("blamed", descending=True, maintain_order=True)
    )
    for blame, check_id, count in counts.iter_rows():
        if count >= FEWEST_SYSTEMATIC and count > most * staged[blame]:
            rest = {"article": "articles", "entity": "entities", "file": "files"}[blame]
            raise _stop(
                run, findings.report, [check_id],
                f"{check_id} failed for {count:,} of {staged[blame]:,} {rest}, more than the "
                f"{most:.0%} that one check may withhold: something systematic is wrong, and "
                f"nothing was published. First: {_example(run, findings.report, check_id)}. "
                "Correct the cause, or publish the rest with --max-withheld-share 1.",
            )  # fmt: skip


def _stop(
    run: CheckedRun, report: CheckReport, stopped_by: Collection[str], message: str
) -> ChecksFailed:
    _stage_results(run, report, stopped_by)
    return ChecksFailed(report, message)


def _counted(report: CheckReport, check_ids: Sequence[str]) -> str:
    rows = report.result.filter(pl.col("check_id").is_in(list(check_ids[:3])))
    return "; ".join(
        f"{row['check_id']}: {row['failed_count']:,} of {row['checked_count']:,} rows"
        for row in rows.iter_rows(named=True)
    )


def _example(run: CheckedRun, report: CheckReport, check_id: str) -> str:
    row = report.blamed.filter(pl.col("check_id") == check_id).row(0, named=True)
    words = f"row {row['row_key']} of {row['table_name']}, found: {row['observed']}"
    if row["blame"] != "article":
        return words
    place = deliveries(run, [row["blamed"]])
    return f"{words}, of {place['file_uri'][0]}" if place.height else words


def _stage_results(run: CheckedRun, report: CheckReport, stopped_by: Collection[str]) -> None:
    """Stage the results of the checks, with the action taken.

    Where a check failed only as a consequence of other withheld rows, its rows are recorded.
    """
    withheld = () if stopped_by else report.blamed["check_id"].unique().to_list()
    action = (
        pl.when("success")
        .then(pl.lit("none"))
        .when(pl.col("check_id").is_in(list(stopped_by)))
        .then(pl.lit("stopped"))
        .when(pl.col("check_id").is_in(list(withheld)))
        .then(pl.lit("withheld"))
        .otherwise(pl.lit("recorded"))
    )
    run.session.staging.stage(
        CHECK_RESULT, "all", report.result.with_columns(action.alias("action"))
    )
    run.session.staging.stage(CHECK_FAILURE, "all", report.failure)


def _withhold(run: CheckedRun, findings: _Findings) -> None:
    """Take the failing articles, entities and files out of staging, and count them."""
    withheld = with_articles_of_lost_merges(
        run, name_blamed(findings.report.blamed, run.delivery.version)
    )
    fresh = {e: c for e, c in withheld.entity.items() if e not in findings.withheld.entity}
    findings.named_in.update(first_articles_naming(run, fresh))
    findings.withheld = withheld
    take_out(run, withheld)
    if withheld.article or withheld.file:
        settle_accounts(run, withheld, held_removals(run, withheld))
    rows = withheld_rows(run, findings.report.blamed, withheld, findings.named_in)
    stage_quarantine(run, rows)
