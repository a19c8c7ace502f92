"""Runs the data checks in a separate process, which imports their library while the run works.

Importing the library takes seconds, which a parallel process hides. Results are returned as
Parquet. The process ends with its parent, also a killed one, as its standard input is closed then.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import polars as pl

from expectations.audit import run_checks
from expectations.check import CheckError, CheckReport
from expectations.late_import import hidden_modules
from flows.session.child_process import ChildProcess
from flows.session.quick_import import quick_imports
from warehouse.staging import open_check_database

_FRAMES = ("result", "failure", "blamed")


def check_staged(
    staging: Path, warehouse: Path, run_id: str, all_entities_replaced: bool = False
) -> CheckReport:
    """Run every check on staged rows in this process; CheckError if one cannot be executed."""
    try:
        con = open_check_database(staging, warehouse, all_entities_replaced=all_entities_replaced)
        try:
            return run_checks(con, run_id=run_id)
        finally:
            con.close()
    except (duckdb.Error, MemoryError) as error:
        first_line = str(error).partition("\n")[0] or "out of memory"
        raise CheckError(
            f"The staged rows could not be checked ({first_line}). Nothing was published. Run "
            "again."
        ) from error


class CheckProcess(ChildProcess):
    """A process for checks that starts when this object is created."""

    def __init__(self) -> None:
        super().__init__("flows.session.check_process", stdout=subprocess.PIPE)

    def __call__(
        self, staging: Path, warehouse: Path, run_id: str, all_entities_replaced: bool = False
    ) -> CheckReport:
        """Run the checks in the process; CheckError if one cannot be run or the process ended."""
        folder = staging / "_work" / "report"
        folder.mkdir(parents=True, exist_ok=True)
        asked = [str(staging), str(warehouse), run_id, all_entities_replaced, str(folder)]
        answer = b""
        if self._process.stdin is not None and self._process.stdout is not None:
            try:
                self._process.stdin.write(json.dumps(asked).encode() + b"\n")
                self._process.stdin.flush()
                answer = self._process.stdout.readline()
            except BrokenPipeError:
                answer = b""
        if not answer:
            raise CheckError(
                f"The process of the checks ended (exit code {self._process.poll()}) without a "
                "result. Nothing was published. Is there enough memory? Run again."
            )
        problem = json.loads(answer)
        if problem:
            raise CheckError(problem)
        return CheckReport(*(pl.read_parquet(folder / f"{name}.parquet") for name in _FRAMES))


_LATER = 10
"""Niceness while starting: checks come last, and the first stages of a run need the cores."""


def get_ready() -> None:
    """Import what checks need, for a process that does nothing else.

    The library's pandas loads Arrow, 37 MB, where there is one; no check hands it any data.
    """
    with quick_imports(), hidden_modules("pyarrow"):
        import expectations.checkpoint  # noqa: F401 - this is what takes its time


def main() -> None:
    """Import the library, then run checks on request until standard input ends."""
    os.nice(_LATER)
    get_ready()
    for line in sys.stdin:
        staging, warehouse, run_id, all_entities_replaced, folder = json.loads(line)
        problem = None
        try:
            report = check_staged(Path(staging), Path(warehouse), run_id, all_entities_replaced)
            for name in _FRAMES:
                getattr(report, name).write_parquet(Path(folder) / f"{name}.parquet")
        except CheckError as error:
            problem = str(error)
        sys.stdout.write(json.dumps(problem) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
