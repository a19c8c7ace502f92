"""`make crashtest`: kills hundreds of runs and lets others meet every fault of disk, memory, clock
and files; prints both tables, ends with 1 on a problem."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from rigs.crash.faults import table, try_faults
from rigs.crash.rounds import Report, kill_many


def main() -> int:
    """Kill, restart, compare, report."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--kills", type=int, default=300, help="with the cheap pipeline")
    asked.add_argument("--real-kills", type=int, default=15, help="with the real pipeline")
    asked.add_argument("--disk", type=Path, help="empty folder to mount a small disk on")
    asked.add_argument("--seed", type=int, default=20260301)
    given = asked.parse_args()
    began = time.monotonic()
    report = Report()
    try:
        with tempfile.TemporaryDirectory() as folder:
            kill_many(
                Path(folder), kills=given.kills, real_kills=given.real_kills, seed=given.seed,
                kills_a_delivery=4, report=report,
            )  # fmt: skip
    finally:
        print(report.table())
        print(f"seed {given.seed}, {time.monotonic() - began:.0f} seconds", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        outcomes = try_faults(Path(folder), given.disk)
    print(table(outcomes))
    failed = report.problems or any(outcome.problems for outcome in outcomes.values())
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
