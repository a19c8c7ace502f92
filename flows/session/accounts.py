"""Computes the outcome of every file and record of a run, and checks that the counts balance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import polars as pl

from flows.session.delivery import Delivery, OpenedFile, Rejected
from flows.session.summary import RunFailed
from transforms.withholding import Withheld
from warehouse.tables import FILE
from warehouse.tables.run import OUTCOMES

_BEST_FIRST = ("loaded", "revised", "unchanged", "duplicate", "quarantined")
"""A container takes the best outcome of its records."""

RECORD_OUTCOMES = tuple(outcome for outcome in OUTCOMES if outcome != "removed")


class DeliveredRecord(NamedTuple):
    """Outcome of one record: the check that withholds it, if any, and the file that delivered its
    version first."""

    outcome: str
    check: str | None
    first_file_uri: str


class FileOutcome(NamedTuple):
    """Outcome of one file: columns of FILE."""

    outcome: str
    reason: str | None
    duplicate_of: str | None


class AccountingError(RunFailed):
    """Files or records of a run do not add up; nothing may be published."""


@dataclass(frozen=True)
class Accounts:
    """Files and records by outcome; `file` holds rows of FILE."""

    files_seen: int
    files_gone: int
    files: Mapping[str, int]
    records_seen: int
    records: Mapping[str, int]
    file: pl.DataFrame

    def balance(self) -> None:
        """Raise AccountingError unless every file and every record has exactly one outcome."""
        files, there = sum(self.files.values()), self.files_seen + self.files_gone
        if files != there:
            raise AccountingError(
                f"Files do not add up: {self.files_seen:,} seen and {self.files_gone:,} gone, but "
                f"{files:,} have an outcome ({_listed(self.files)}). Nothing was published; "
                "please report this with the run's log."
            )
        records = sum(self.records.values())
        if records != self.records_seen:
            raise AccountingError(
                f"Records do not add up: {self.records_seen:,} read, but {records:,} have an "
                f"outcome ({_listed(self.records)}). Nothing was published; please report this "
                "with the run's log."
            )


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items() if count)


def settle(
    delivery: Delivery,
    withheld: Withheld,
    held_removals: Mapping[str, str] = MappingProxyType({}),
    *,
    run_id: str,
    collection: str,
) -> Accounts:
    """Give every file and record of a run its outcome.

    ``withheld`` are the rows that checks withhold; ``held_removals`` maps missing files whose
    articles are kept to the id of the check that keeps them.
    """
    plan, extracted, version = delivery.plan, delivery.extracted, delivery.version
    rejected, delivered = _by_file(extracted.rejected), _delivered(version, withheld)
    records = Counter(record.outcome for of_file in delivered.values() for record in of_file)
    partial = sum(1 for r in extracted.rejected if r.locator)
    records["quarantined"] += partial
    held = plan.gone["source_uri"].is_in(list(held_removals)).sum()
    rows, files = [], Counter({"unchanged": plan.files_unchanged})
    files.update({"removed": plan.gone.height - held, "quarantined": held})
    for opened in extracted.files:
        uri = opened.candidate.source_uri
        became = _file_outcome(
            opened, delivered.get(uri, []), rejected.get(uri, []), away=plan.away
        )
        if uri in withheld.file:
            became = FileOutcome("quarantined", f"check {withheld.file[uri]} failed", None)
        files[became.outcome] += 1
        if became.outcome != "unchanged":
            rows.append(_file_row(opened, became, run_id, collection))
    opened_files = pl.DataFrame(rows, FILE.polars_schema, orient="row")
    return Accounts(
        files_seen=plan.files_seen,
        files_gone=plan.gone.height,
        files={outcome: files[outcome] for outcome in OUTCOMES},
        records_seen=extracted.record_count + partial,
        records={outcome: records[outcome] for outcome in RECORD_OUTCOMES},
        file=FILE.conform(
            pl.concat([opened_files, _gone_rows(plan.gone, held_removals, run_id, collection)])
        ),
    )


def _gone_rows(
    gone: pl.DataFrame, held_removals: Mapping[str, str], run_id: str, collection: str
) -> pl.DataFrame:
    """Rows of FILE for missing files; a removal that a check held back is tried by the next run."""
    nothing = pl.lit(None, pl.String())
    is_held = pl.col("source_uri").is_in(list(held_removals))
    why = pl.col("source_uri").replace_strict(
        dict(held_removals), default=None, return_dtype=pl.String()
    )
    return gone.select(
        pl.lit(run_id).alias("run_id"), "source_uri", pl.lit(collection).alias("collection"),
        "file_id", "byte_count", "modified_at", nothing.alias("format"), nothing.alias("encoding"),
        pl.when(is_held).then(pl.lit("quarantined")).otherwise(pl.lit("removed")).alias("outcome"),
        pl.when(is_held)
        .then(pl.format("The file is missing, but its article is kept: check {} failed.", why))
        .otherwise(pl.lit("The file is not in the source any more."))
        .alias("reason"),
        nothing.alias("duplicate_of"),
    )  # fmt: skip


def _by_file(rejected: Iterable[Rejected]) -> dict[str, list[Rejected]]:
    by_file: dict[str, list[Rejected]] = {}
    for item in rejected:
        by_file.setdefault(item.file_uri, []).append(item)
    return by_file


def _delivered(version: pl.DataFrame, withheld: Withheld) -> dict[str, list[DeliveredRecord]]:
    """The records of each file and their outcomes."""
    delivered: dict[str, list[DeliveredRecord]] = {}
    for file_uri, article_id, outcome, first_file_uri in version.select(
        "file_uri",
        "article_id",
        pl.col("outcome").replace("restored", "loaded"),
        "first_file_uri",
    ).iter_rows():
        # A record equal to a published version is kept, even if articles of this run are withheld.
        check = withheld.article.get(article_id) if outcome != "unchanged" else None
        settled = "quarantined" if check else outcome
        delivered.setdefault(file_uri, []).append(DeliveredRecord(settled, check, first_file_uri))
    return delivered


def _file_outcome(
    opened: OpenedFile,
    delivered: list[DeliveredRecord],
    rejected: list[Rejected],
    *,
    away: frozenset[str],
) -> FileOutcome:
    if opened.outcome is not None:
        reason = "Same bytes as another file." if opened.outcome == "duplicate" else None
        return FileOutcome(opened.outcome, reason, opened.duplicate_of)
    outcomes = [record.outcome for record in delivered]
    best = min([*outcomes, "quarantined"], key=_BEST_FIRST.index)
    duplicate_of, message = None, None
    if best == "duplicate":
        firsts = sorted({r.first_file_uri for r in delivered if r.outcome == "duplicate"})
        # The original of a renamed or moved file is missing, so it is not named.
        duplicate_of = firsts[0] if len(firsts) == 1 and firsts[0] not in away else None
        message = "Every record repeats one of another file, which ops.record names."
    reasons = [f"{r.rule}: {r.message}" for r in rejected]
    reasons += [f"check {record.check} failed" for record in delivered if record.check]
    if not reasons:
        return FileOutcome(best, message, duplicate_of)
    if best == "quarantined" and len(reasons) == 1:
        return FileOutcome(best, reasons[0], None)
    total = len(delivered) + len(rejected)
    reason = f"{len(reasons)} of {total} records quarantined; first: {reasons[0]}"
    return FileOutcome(best, reason, duplicate_of)


def _file_row(
    opened: OpenedFile, became: FileOutcome, run_id: str, collection: str
) -> tuple[object, ...]:
    candidate = opened.candidate
    return (
        run_id,
        candidate.source_uri,
        collection,
        opened.file_id,
        opened.byte_count,
        candidate.modified_at,
        opened.format,
        opened.encoding,
        became.outcome,
        became.reason,
        became.duplicate_of,
    )
