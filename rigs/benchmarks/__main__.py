"""Speed and memory, written to tests/benchmarks/RESULTS.md with machine and versions.

    python -m rigs.benchmarks [bench|full]      `make bench`, `make bench-full`
    python -m rigs.benchmarks MODULE [ARGUMENT…]   one of them, as `scale 20000`

Each benchmark is a module that prints lines of ``what: figure``, in processes of its own. Its lines
replace those of the same command in RESULTS.md as soon as it is done, so that a run that was
stopped loses one command. Compare within one table: machines differ and are busy.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from flows.main import QUIET_AND_PRIVATE
from rigs.benchmarks.verdict import verdict

RESULTS = Path(__file__).parents[2] / "tests" / "benchmarks" / "RESULTS.md"
_LIBRARIES = ("prefect", "duckdb", "polars", "great-expectations", "spacy", "numpy", "dlt",
              "pandas")  # fmt: skip
_ROW = re.compile(r"^\| `([^`]+)` \| ")
_MEMORY = re.compile(r"peak memory of all processes \| ([\d,]+) MB")
_MOST_GROWTH = 1.3


class Command(NamedTuple):
    """A benchmark: a module of this folder, its arguments, and the seconds it may take."""

    words: str
    seconds: int


BENCH = (
    Command("news 2000", 60),
    Command("top_costs 500", 120),
    Command("whole_run 2000 1", 400),
    Command("whole_run 2000 2", 300),
    Command("scale 2000", 200),
    Command("peers 1000", 200),
    Command("publish 5000", 120),
    Command("checks 8000", 120),
    Command("unchanged 20000", 120),
    Command("marts 4000", 120),
    Command("orchestration", 600),
)
"""What `make bench` runs: under 10 minutes together on a quiet machine with two cores."""

FULL = (
    Command("top_costs 20000", 3600),
    Command("whole_run 20000 1", 3600),
    Command("whole_run 20000 2", 3600),
    Command("scale 20000", 1800),
    Command("scale 100000", 7200),
    Command("unchanged 100000", 900),
    Command("publish 20000", 900),
    Command("checks 40000", 900),
    Command("peers 20000", 3600),
    Command("shapes", 3600),
    Command("task_runner 1000", 900),
)
"""What `make bench-full` adds, in the background of a machine that does nothing else."""


def main(asked: list[str]) -> None:
    """Run what is asked for; exit code 1 where a benchmark failed."""
    commands: tuple[Command, ...]
    if asked in ([], ["bench"]):
        commands = BENCH
    elif asked == ["full"]:
        commands = FULL
    else:
        commands = (Command(" ".join(asked), 7200),)
    here = Path(__file__).parent
    commands = tuple(c for c in commands if (here / f"{c.words.split()[0]}.py").exists())
    if not commands:
        raise SystemExit(f"There is no benchmark {' '.join(asked)!r}: name a module of {here}.")
    failed = [command.words for command in commands if not _carry_out(command)]
    if failed:
        raise SystemExit(f"Failed: {', '.join(failed)}")


def _carry_out(command: Command) -> bool:
    module, *arguments = command.words.split()
    words = [sys.executable, "-W", "ignore", "-m", f"rigs.benchmarks.{module}", *arguments]
    print(f"== {command.words}", flush=True)
    began, load = time.perf_counter(), os.getloadavg()[0]
    try:
        done = subprocess.run(
            words,
            capture_output=True,
            text=True,
            check=False,
            timeout=command.seconds,
            env=QUIET_AND_PRIVATE | os.environ,
        )
    except subprocess.TimeoutExpired:
        print(f"not done after {command.seconds} s; machine too busy?", file=sys.stderr)
        return False
    print(done.stdout, end="", flush=True)
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
        return False
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    took = f"({time.perf_counter() - began:.0f} s in all, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, "
    lines.append(f"took: {took}load before {load:.1f})")
    _write(command.words, lines)
    return True


def _write(command: str, lines: list[str]) -> None:
    """Put the command's rows in place of its earlier ones; the order is that of the lists."""
    kept: dict[str, list[str]] = {}
    for row in RESULTS.read_text("utf-8").splitlines() if RESULTS.exists() else ():
        found = _ROW.match(row)
        if found:
            kept.setdefault(found[1], []).append(row)
    kept[command] = [
        f"| `{command}` | {what} | {figure} |"
        for what, _, figure in (line.partition(": ") for line in lines)
    ]
    order = [c.words for c in (*BENCH, *FULL)]
    ranked = sorted(kept, key=lambda c: (order.index(c) if c in order else len(order), c))
    RESULTS.write_text("\n".join([*_head(), *(r for c in ranked for r in kept[c]),
                                  *_growth(kept)]) + "\n", "utf-8")  # fmt: skip


def _head() -> list[str]:
    return [
        "# Benchmarks",
        "",
        "Written by `make bench` and `make bench-full`: `python -m rigs.benchmarks COMMAND` "
        "repeats one. Generated articles; every figure is of a process of its own. Where a limit "
        "is set, the figure says whether it held.",
        "",
        f"Machine: {os.cpu_count()} cores, {platform.machine()}, Python "
        f"{platform.python_version()}; "
        + ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
        + ".",
        "",
        "| command | what | figure |",
        "|---|---|---|",
    ]


def _growth(kept: dict[str, list[str]]) -> list[str]:
    """Peak memory at 100,000 short articles by that at 20,000."""
    peaks = []
    for command in ("scale 20000", "scale 100000"):
        found = [m for row in kept.get(command, ()) if (m := _MEMORY.search(row))]
        peaks += [float(m[1].replace(",", "")) for m in found]
    if len(peaks) != 2:
        return []
    ratio = peaks[1] / peaks[0]
    return [
        "",
        f"Peak memory at 100,000 short articles by that at 20,000: {ratio:.2f}, at most "
        f"{_MOST_GROWTH}: {verdict(ratio <= _MOST_GROWTH)}.",
    ]


if __name__ == "__main__":
    main(sys.argv[1:])
