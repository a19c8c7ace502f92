"""Which tests a command runs: slow ones only where they are asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SLOW_FILE = "tests/rigs/wild/test_whole_run.py"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((SLOW_FILE,), 0),
        ((SLOW_FILE, "-m", "not slow"), 5),  # no test collected
    ],
)
def test_a_slow_file_runs_where_it_is_named(arguments: tuple[str, ...], code: int) -> None:
    command = [sys.executable, "-m", "pytest", "-n", "0", "--collect-only", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout
    assert (f"{SLOW_FILE}::test_hostile" in done.stdout) is (code == 0)
