"""The three runs and what is printed of each."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb

from rigs.wild.command import Ran, run_command
from rigs.wild.folder import Folder, change_half, make_folder
from rigs.wild.slowest import slowest_files
from rigs.wild.verify import (
    Wrong,
    faults,
    real_pages,
    verify_accounts,
    verify_keys,
    verify_predictions,
    verify_withheld,
)
from rigs.wild.verify_text import verify_text


class Asked(NamedTuple):
    """How many made-up records, by which seed, with the shared data or not, how many timed."""

    records: int
    seed: int
    shared: bool
    slowest: int


def run_rounds(place: Path, asked: Asked) -> int:
    """All three runs in ``place``; 1 where something does not hold."""
    root, warehouse = place / "files", place / "news.duckdb"
    folder = make_folder(root, records=asked.records, seed=asked.seed, shared=asked.shared)
    ran = run_command(root, warehouse)
    print(f"seed {asked.seed}, {asked.records:,} made-up records")
    wrong = _report(
        "1: everything new", ran, [*_ended(ran, "published"), *verify(warehouse, folder)]
    )
    if not warehouse.exists():
        print("the first run made no warehouse; the others were left out")
        return 1
    _print_withheld(warehouse, folder)
    before = _digest(warehouse)
    ran = run_command(root, warehouse)
    same = [] if _digest(warehouse) == before else ["other bytes than before"]
    wrong += _report("2: the same again", ran, [
        *_ended(ran, "nothing_new"), *faults("warehouse", "file that changed", same)])  # fmt: skip
    changes = change_half(folder, records=asked.records, seed=asked.seed)
    print(", ".join(f"{count:,} {way}" for way, count in changes.items()))
    ran = run_command(root, warehouse)
    wrong += _report(
        "3: half changed", ran, [*_ended(ran, "published"), *verify(warehouse, folder)]
    )
    _print_withheld(warehouse, folder)
    if asked.slowest:
        print("slowest files, each alone:")
    for line in slowest_files(folder, asked.slowest) if asked.slowest else ():
        print(f"  {line}")
    print(f"{wrong:,} verifications do not hold" if wrong else "all holds")
    return min(wrong, 1)


def verify(warehouse: Path, folder: Folder) -> Iterator[Wrong]:
    """Everything that must hold of a published warehouse; of an unpublished one, why it is not."""
    if not warehouse.exists():
        yield Wrong("warehouse", "no file was made", str(warehouse))
        return
    with duckdb.connect(str(warehouse), read_only=True) as con:
        yield from _failed_checks(con)
        status = con.execute("select status from ops.run order by run_id desc limit 1").fetchone()
        if status == ("failed_checks",):
            yield Wrong("warehouse", "the run's articles are not published; not verified", "")
            return
        for verification in (verify_accounts, verify_predictions, verify_withheld):
            yield from verification(con, folder)
        yield from verify_keys(con)
        yield from verify_text(con)


def _failed_checks(con: duckdb.DuckDBPyConnection) -> Iterator[Wrong]:
    """The project's own critical checks that failed in the last run."""
    for check, failed, checked, key, observed in con.execute(
        "select r.check_id, r.failed_count, r.checked_count, min(f.row_key), "
        "arg_min(f.observed, f.row_key) from ops.check_result r "
        "left join ops.check_failure f using (run_id, check_id) "
        "where not r.success and r.severity = 'critical' "
        "and run_id = (select max(run_id) from ops.run) group by all order by all"
    ).fetchall():
        yield from faults(check, f"critical check: {failed:,} of {checked:,} rows",
                        [f"{key}: {observed!a}"])  # fmt: skip


def _ended(ran: Ran, status: str) -> Iterator[Wrong]:
    """The run's end, where it is not the wanted one."""
    if ran.code != 0 or ran.status != status:
        message = ran.output if not ran.summary else str(ran.summary.get("failed_checks"))
        yield Wrong("newshouse run", f"exit code {ran.code}, {ran.status} (wanted 0, {status})",
                    message[-1_500:])  # fmt: skip


def _report(name: str, ran: Ran, wrong: list[Wrong]) -> int:
    """Print the run's line and what does not hold; how much that is."""
    sums = ran.summary
    records = sums.get("records", {})
    print(
        f"run {name}: {sums.get('files_seen', 0):,} files, {sum(records.values()):,} records, "
        f"{sums.get('rows', {}).get('article', 0):,} articles written, {ran.status}, "
        f"{ran.seconds:.1f} s, files {sums.get('files', {})}"
    )
    for one in wrong:
        print(f"  FAILS {one.where}: {one.what}  e.g. {one.example}")
    return len(wrong)


def _print_withheld(warehouse: Path, folder: Folder) -> None:
    """What stands in quarantine, by reason; real pages apart."""
    if not warehouse.exists():
        return
    real = real_pages(folder)
    with duckdb.connect(str(warehouse), read_only=True) as con:
        rows = con.execute(
            "select source_uri, rule from ops.quarantine where status = 'open'"
        ).fetchall()
        (articles,) = con.execute("select count(*) from article").fetchall()[0]
    print(f"  {articles:,} articles published; in quarantine {len(rows):,} records or files")
    for name, chosen in (("real pages", [r for u, r in rows if u in real]),
                         ("other", [r for u, r in rows if u not in real])):  # fmt: skip
        of = len(real) if name == "real pages" else len(rows) + articles
        print(f"  {name}: {len(chosen):,} of {of:,} ({len(chosen) / max(of, 1):.2%})")
        for rule, count in Counter(chosen).most_common():
            print(f"    {rule:30} {count:6,}  {count / max(of, 1):7.2%}")


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else "absent"
