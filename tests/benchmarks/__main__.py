"""`make bench`: speed and memory, written to tests/benchmarks/RESULTS.md with machine and versions.

    python -m tests.benchmarks [ARTICLES]

Each figure comes from a fresh process. Compare ratios within one table: machines differ and are
busy.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"
_LIBRARIES = ("prefect", "duckdb", "polars", "great-expectations", "spacy", "numpy")


def main() -> None:
    """Run the benchmarks and write the table."""
    articles = sys.argv[1] if len(sys.argv) > 1 else "2000"
    commands = (
        ["tests.benchmarks.whole_run", articles, "1"],
        ["tests.benchmarks.whole_run", articles, "2"],
        ["tests.benchmarks.publish", "5000"],
        ["tests.benchmarks.checks", "8000"],
    )
    lines = [
        "# Benchmarks",
        "",
        f"Written {datetime.now(UTC):%Y-%m-%d %H:%M} UTC by `make bench`. Machine: "
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}; "
        + ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
        + ".",
        "",
        "| command | figure |",
        "|---|---|",
    ]
    for command in commands:
        words = [sys.executable, "-W", "ignore", "-m", *command]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        print(done.stdout, end="", flush=True)
        if done.returncode:
            print(done.stderr[-2000:], file=sys.stderr)
            raise SystemExit(f"{' '.join(command)} failed with exit code {done.returncode}")
        shown = [line for line in done.stdout.splitlines() if line.strip()]
        lines += [f"| `{' '.join(command)}` | {line} |" for line in shown]
    RESULTS.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
