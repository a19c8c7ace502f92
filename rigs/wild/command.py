"""Starts the command `newshouse run` as people do, and returns its result and output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rigs.wild.folder import ROOT

_LAST_CHARS = 3_000


@dataclass(frozen=True)
class Ran:
    """One run: exit code, seconds, its summary (empty if it gave none), the end of its output."""

    code: int
    seconds: float
    summary: dict[str, Any]
    output: str

    @property
    def status(self) -> str:
        """How the run says it ended."""
        return str(self.summary.get("status", "no summary"))


def run_command(folder: Path, warehouse: Path) -> Ran:
    """`newshouse run FOLDER --warehouse FILE --format json`, with a Prefect home of its own."""
    home = warehouse.parent / "prefect"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NEWSHOUSE_")}
    began = time.monotonic()
    done = subprocess.run(
        [Path(sys.executable).with_name("newshouse"), "run", folder, "--warehouse", warehouse,
         "--format", "json"],
        env={**kept, "PREFECT_HOME": str(home), "PYTHONPATH": str(ROOT)}, cwd=ROOT,
        capture_output=True, text=True, errors="backslashreplace", stdin=subprocess.DEVNULL,
        check=False,
    )  # fmt: skip
    seconds = time.monotonic() - began
    output = (done.stdout + done.stderr).strip()
    return Ran(done.returncode, seconds, _summary(done.stdout), output[-_LAST_CHARS:])


def _summary(out: str) -> dict[str, Any]:
    """The object on the last line that is one."""
    for line in reversed(out.split("\n")):
        if line.startswith("{"):
            try:
                found = json.loads(line)
            except ValueError:
                continue
            return found if isinstance(found, dict) else {}
    return {}
