"""What a stage of a run did, in one line with counts, for logs. Reads the run's state, changes
nothing; says no text of an article and no secret."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import polars as pl

from expectations.check import CheckReport
from flows.session.run_state import RunState

UNITS = {"extract": "files"}
"""What a stage's progress counts; all others count articles."""

_MADE = {"blocks": "blocks or articles typed", "language": "paragraphs", "mentions": "mentions",
         "entities": "entities new or changed", "links": "related links",
         "compare": "lines that outlets repeat"}  # fmt: skip


def stage_words(run: RunState, stage: str, result: object) -> str | None:
    """The line of a stage that has just ended; null where there is nothing to count."""
    if stage == "discover":
        return _discovered(run)
    if stage == "extract":
        return _extracted(run)
    if stage == "compare" and run.version.width:
        outcomes = run.version["outcome"].to_list()
        return f"{len(outcomes):,} records compared: {_counts(Counter(outcomes).items())}"
    if isinstance(result, CheckReport):
        return _checked(result)
    if isinstance(result, Mapping):
        return f"rows written: {_counts(result.items())}"
    if isinstance(result, int):
        return f"{result:,} {_MADE.get(stage, 'rows')}"
    if stage == "language":
        return f"{run.paragraphs_read:,} paragraphs read, {run.paragraphs_reused:,} reused"
    return None


def _discovered(run: RunState) -> str:
    assert run.plan is not None
    plan = run.plan
    return (
        f"{plan.files_seen:,} files seen: {len(plan.candidates):,} to open, "
        f"{plan.files_unchanged:,} unchanged; {plan.gone.height:,} gone"
    )


def _extracted(run: RunState) -> str:
    done = run.extracted
    said = f"{len(done.files):,} files opened: {done.record_count:,} records"
    if done.rejected:
        reasons = Counter(item.rule for item in done.rejected).most_common()
        said += f"; {len(done.rejected):,} quarantined ({_counts(reasons)})"
    copies = sum(1 for file in done.files if file.outcome == "duplicate")
    return f"{said}; copies of other files: {copies:,}" if copies else said


def _checked(report: CheckReport) -> str:
    failed = report.result.filter(~report.result["success"])
    said = f"{report.result.height - failed.height:,} of {report.result.height:,} checks held"
    if failed.height:
        severities = Counter(failed["severity"].to_list()).most_common()
        said += f"; failed: {_counts(severities)} ({', '.join(failed['check_id'].head(5))})"
    withheld = report.blamed.filter(pl.col("blame") == "article")["blamed"].n_unique()
    return f"{said}; {withheld:,} articles withheld" if withheld else said


def _counts(counts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts if count) or "none"
