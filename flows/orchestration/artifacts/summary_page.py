"""The summary of a run as one markdown page: row counts, withheld rows, times and earlier runs.

All figures come from the run's summary; none is computed here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from flows.orchestration.artifacts.picture import draw_way, markdown_image
from flows.orchestration.artifacts.trend import PastRun, trend_markdown
from flows.session.summary import STATUS_WORDS, Summary, paragraphs
from warehouse.tables.run import OUTCOMES

WAY = (
    ("article", "articles"), ("block", "blocks"), ("sentence", "sentences"),
    ("mention", "mentions"), ("entity", "entities"),
)  # fmt: skip
"""The tables in the picture, in processing order."""

_REASONS_SHOWN, _CHECKS_SHOWN, _BAR_LONG = 10, 20, 24


def markdown(summary: Summary, past: Sequence[PastRun] = ()) -> str:
    """The whole page. ``past`` are the last runs, this one included."""
    status = STATUS_WORDS[summary.status]
    lines = [
        f"## {status[0].upper()}{status[1:]}",
        "",
        f"Source {code(summary.source)}, warehouse {code(summary.warehouse)}, run "
        f"{code(summary.run_id)}.",
        "",
        markdown_image(_picture(summary), "rows of the run, from files to tables"),
        "",
        *_files(summary),
        *_rows(summary),
        *_checks(summary),
        *_quarantine(summary),
        *_seconds(summary),
    ]
    if past:
        lines += ["", "### The last runs", "", *trend_markdown(past)]
    return "\n".join([*lines, "", *_diagram(summary)])


def code(text: str) -> str:
    """Foreign text as inline code: shown as it is, whatever markdown characters it holds."""
    plain = " ".join(text.split()).replace("`", "'").replace("|", "\\|")
    return f"`{plain}`"


def plain(text: str) -> str:
    """Foreign text as running text on one line, all markdown and HTML in it escaped."""
    escaped = "".join(f"\\{sign}" if sign in "\\`*_[]|#~" else sign for sign in text)
    return " ".join(escaped.split()).replace("<", "&lt;")


def _picture(summary: Summary) -> str:
    outcomes = [(name, summary.files[name]) for name in OUTCOMES if summary.files[name]]
    tables = [(word, summary.rows[name]) for name, word in WAY if summary.rows.get(name)]
    return draw_way(summary.files_seen + summary.files_gone, outcomes, tables)


def _files(summary: Summary) -> Iterator[str]:
    yield from ("| files | count |", "|---|---:|", f"| seen | {summary.files_seen:,} |")
    yield f"| gone | {summary.files_gone:,} |"
    yield from (f"| {outcome} | {summary.files[outcome]:,} |" for outcome in OUTCOMES)
    if summary.paragraphs_read or summary.paragraphs_reused:
        words = paragraphs(summary)
        yield from ("", f"{words[0].upper()}{words[1:]}.")


def _rows(summary: Summary) -> Iterator[str]:
    written = [(name, count) for name, count in summary.rows.items() if count]
    if written:
        yield from ("", "### Rows written", "", "| table | rows |", "|---|---:|")
        yield from (f"| {name} | {count:,} |" for name, count in written)


def _checks(summary: Summary) -> Iterator[str]:
    """Long texts are given as lists: Prefect's pages cut wide tables off."""
    failed = summary.failed_checks
    yield from ("", "### Checks", "")
    yield f"{summary.checks_run - len(failed):,} of {summary.checks_run:,} held."
    if failed:
        yield ""
    for check in failed[:_CHECKS_SHOWN]:
        examples = plain("; ".join(check.examples))
        yield (
            f"- {code(check.check_id)} ({check.severity}): {check.failed_count:,} of "
            f"{check.checked_count:,} rows{f'; {examples}' if examples else ''}"
        )
    if len(failed) > _CHECKS_SHOWN:
        yield from ("", f"… and {len(failed) - _CHECKS_SHOWN:,} more: `newshouse status`.")


def _quarantine(summary: Summary) -> Iterator[str]:
    if not summary.quarantine:
        return
    counted = Counter(rule for _, rule, _ in summary.quarantine)
    first = {rule: (uri, message) for uri, rule, message in reversed(summary.quarantine)}
    yield from ("", "### Quarantine", "", "Commonest reasons first, each with the first file:", "")
    for rule, times in counted.most_common(_REASONS_SHOWN):
        uri, message = first[rule]
        name = uri.rstrip("/").rpartition("/")[2]
        yield f"- {times:,} × {code(rule)}: {code(name)}. {plain(message)}"
    yield from ("", "All of it: `newshouse quarantine list`.")


def _seconds(summary: Summary) -> Iterator[str]:
    longest = max(summary.seconds.values(), default=0.0) or 1.0
    yield from ("", "### Seconds a stage", "", "| stage | seconds | |", "|---|---:|---|")
    for stage, seconds in summary.seconds.items():
        yield f"| {stage} | {seconds:.2f} | {'█' * round(_BAR_LONG * seconds / longest)} |"


def _diagram(summary: Summary) -> Iterator[str]:
    """The same diagram as mermaid source, to copy or for pages that render it."""
    seen = summary.files_seen + summary.files_gone
    yield from ("### The same as mermaid", "", "```mermaid", "flowchart LR")
    yield f'  files["{seen:,} files"]'
    for outcome in OUTCOMES:
        if summary.files[outcome]:
            yield f'  files --> {outcome}["{summary.files[outcome]:,} {outcome}"]'
    made = [(name, word) for name, word in WAY if summary.rows.get(name)]
    if made:
        name, word = made[0]
        for outcome in ("loaded", "revised"):
            if summary.files[outcome]:
                yield f'  {outcome} --> {name}["{summary.rows[name]:,} {word}"]'
    for (before, _), (name, word) in pairwise(made):
        yield f'  {before} --> {name}["{summary.rows[name]:,} {word}"]'
    yield "```"
